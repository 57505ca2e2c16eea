// Jobs as people and programs see them: lists, filters, steps, retry and cancel, and that a
// neighbour sees nothing of it.
#include "core/features/jobs/jobs.h"

#include "core/base/operator_user.h"
#include "core/platform/queue/queue.h"
#include "core/platform/queue/worker.h"

#include "tests/support/eventually.h"
#include "tests/support/panel_world.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hostelry::jobs {
namespace {

using testing::Browser;
using ::testing::ElementsAre;
using testing::eventually;
using ::testing::HasSubstr;
using testing::PanelWorld;

class JobsTest : public ::testing::Test {
protected:
    JobsTest() {
        ada = world.postgres.make_tenant(world.postgres.root(), "ada");
        bob = world.postgres.make_tenant(world.postgres.root(), "bob");
        world.add_user(world.postgres.root(), "superadmin", "maja@panel.test");
        world.add_user(ada, "client", "ada@ada.test");
        world.add_user(bob, "client", "bob@bob.test");
        jobs.add_routes(world.router);
        world.open();
        maja.sign_in("maja@panel.test");
        registry.add(
            {.name = "test.work",
             .title = "Bake bread",
             .steps =
                 {{.name = "knead",
                   .title = "Knead the dough",
                   .run = [](queue::StepContext&) -> Result<nlohmann::json> { return nullptr; }},
                  {.name = "bake",
                   .title = "Bake it",
                   .run =
                       [this](queue::StepContext&) {
                           return oven_works ? Result<nlohmann::json>(nullptr)
                                             : fail(ErrorCode::Conflict, "The oven is cold.");
                       }}}}
        );
    }

    std::string add(TenantId tenant, const std::string& about, const std::string& title = {}) {
        return world.postgres.database()
            .in_tenant(
                world.postgres.root(),
                [&](db::Transaction& tx) -> Result<std::string> {
                    queue::NewJob job{.kind = "test.work", .tenant = tenant};
                    job.subject_type = "site";
                    job.subject_id = new_uuid(world.clock, world.random);
                    job.subject_name = about;
                    job.title = title;
                    return queue::enqueue(tx, job).to_string();
                }
            )
            .value();
    }
    void work() {
        worker.emplace(
            world.postgres.database(),
            registry,
            world.clock,
            world.random,
            nullptr,
            queue::WorkerOptions{.poll = std::chrono::milliseconds(50), .life_signs = {}}
        );
        worker->start();
    }
    bool becomes(const std::string& id, const std::string& state) {
        return eventually([&] {
            return maja.get("/api/v1/jobs/" + id).json().value("state", "") == state;
        });
    }
    /// What they are about, in the order of the answer.
    std::vector<std::string> about(const std::string& query, Browser& who) {
        std::vector<std::string> names;
        const auto answer = who.get("/api/v1/jobs" + query).json();
        for (const auto& job : answer.at("items")) {
            names.push_back(job.at("subject_name").get<std::string>());
        }
        return names;
    }

    PanelWorld world;
    Jobs jobs{{world.postgres.database(), world.clock, world.shell}};
    Browser maja{world};
    std::atomic<bool> oven_works = true;
    queue::Registry registry;
    TenantId ada;
    TenantId bob;
    std::optional<queue::Worker> worker;
};

TEST_F(JobsTest, AreListedNewestFirstWithWhatTheyAreAbout) {
    add(ada, "a.test");
    add(bob, "b.test");
    EXPECT_THAT(about("", maja), ElementsAre("b.test", "a.test"));
    const auto page = maja.get("/jobs");
    EXPECT_TRUE(page.has("a.test") && page.has("b.test")) << page.body;
}

TEST_F(JobsTest, AreFoundByWordsStateKindAndSubject) {
    const auto first = add(ada, "a.test");
    add(ada, "50%.test", "Renew certificate");
    oven_works = false;
    EXPECT_THAT(about("?q=A.TEST", maja), ElementsAre("a.test"));
    EXPECT_THAT(about("?q=renew", maja), ElementsAre("50%.test"));
    EXPECT_THAT(about("?q=%25", maja), ElementsAre("50%.test")) << "a percent sign is no wildcard";
    EXPECT_THAT(about("?kind=test.other", maja), ElementsAre());
    const auto subject = maja.get("/api/v1/jobs/" + first).json().at("subject_id");
    EXPECT_THAT(about("?subject=" + subject.get<std::string>(), maja), ElementsAre("a.test"));
    EXPECT_THAT(about("?state=queued", maja), ElementsAre("50%.test", "a.test"));
    EXPECT_THAT(about("?state=failed", maja), ElementsAre());
    const auto page = maja.get("/jobs?q=renew");
    EXPECT_TRUE(page.has("50%.test"));
    EXPECT_FALSE(page.has(">a.test<"));
    EXPECT_TRUE(maja.get("/jobs?q=nothing").has("No job fits"));
}

TEST_F(JobsTest, RefuseAFilterThatNobodyKnows) {
    for (const auto& [query, field] : std::map<std::string, std::string>{
             {"?state=sleeping", "state"},
             {"?after=yesterday", "after"},
             {"?colour=red", "colour"}}) {
        const auto answer = maja.get("/api/v1/jobs" + query);
        EXPECT_EQ(answer.status, 422) << query;
        EXPECT_EQ(answer.json().at("errors").at(0).at("field"), field) << answer.body;
    }
    EXPECT_EQ(maja.get("/jobs?state=sleeping&after=yesterday").status, 200);
    const auto single = maja.get("/api/v1/jobs/" + add(ada, "a.test") + "?colour=red");
    EXPECT_EQ(single.status, 422) << single.body;
    EXPECT_EQ(single.json().at("errors").at(0).at("field"), "colour");
}

TEST_F(JobsTest, ComeInPages) {
    for (int i = 0; i < 51; ++i) {
        add(ada, std::to_string(i) + ".test");
    }
    const auto first = maja.get("/api/v1/jobs").json();
    EXPECT_EQ(first.at("items").size(), 50U);
    const auto next = first.at("next").get<std::string>();
    EXPECT_THAT(about("?after=" + next, maja), ElementsAre("0.test"));
    EXPECT_EQ(maja.get("/api/v1/jobs?after=" + next).json().at("next"), nullptr);
}

TEST_F(JobsTest, ShowTheirStepsAndWhyTheyFailedAndAreTriedAgain) {
    oven_works = false;
    const auto id = add(ada, "a.test");
    work();
    ASSERT_TRUE(becomes(id, "failed"));
    const auto job = maja.get("/api/v1/jobs/" + id).json();
    EXPECT_EQ(job.at("error"), "The oven is cold.");
    EXPECT_EQ(job.at("error_code"), "conflict");
    const auto steps = maja.get("/api/v1/jobs/" + id + "/steps").json().at("items");
    ASSERT_EQ(steps.size(), 2U);
    EXPECT_EQ(steps[1].at("title"), "Bake it");
    EXPECT_EQ(steps[1].at("state"), "undone");
    EXPECT_EQ(steps[1].at("error"), "The oven is cold.");
    const auto page = maja.get("/jobs/" + id);
    EXPECT_TRUE(page.has("The oven is cold.") && page.has("Knead the dough")) << page.body;
    EXPECT_TRUE(page.has("a.test"));
    oven_works = true;
    EXPECT_EQ(maja.call(http::Method::Post, "/api/v1/jobs/" + id + "/retry").status, 202);
    EXPECT_TRUE(becomes(id, "succeeded"));
    EXPECT_EQ(maja.call(http::Method::Post, "/api/v1/jobs/" + id + "/retry").status, 409);
}

TEST_F(JobsTest, AreCancelledBeforeTheyBegin) {
    const auto id = add(ada, "a.test");
    maja.on("/jobs/" + id);
    const auto answer = maja.call(http::Method::Post, "/api/v1/jobs/" + id + "/cancel");
    EXPECT_EQ(answer.status, 202);
    EXPECT_EQ(answer.json().at("state"), "cancelled");
    EXPECT_EQ(maja.call(http::Method::Post, "/api/v1/jobs/" + id + "/cancel").status, 409);
}

TEST_F(JobsTest, WhatSomebodyAboveBeganIsNotStoppedFromBelow) {
    const auto person = [&](const std::string& email) {
        return world.postgres.value("select id from hostelry.users where email = '" + email + "'");
    };
    const auto begun_by = [&](const std::string& actor) {
        const auto id = add(ada, "a.test");
        world.postgres.execute(
            "update hostelry.jobs set actor_id = '" + actor + "' where id = '" + id + "'"
        );
        return id;
    };
    const auto cancel = [](Browser& who, const std::string& id) {
        return who.on("/jobs").call(http::Method::Post, "/api/v1/jobs/" + id + "/cancel").status;
    };
    const auto is_offered = [](Browser& who, const std::string& id) {
        return who.get("/jobs/" + id).has("/jobs/" + id + "/cancel");
    };
    Browser owner{world};
    owner.sign_in("ada@ada.test");
    for (const auto& actor : {person("maja@panel.test"), operator_user().to_string()}) {
        const auto id = begun_by(actor);
        EXPECT_FALSE(is_offered(owner, id));
        EXPECT_EQ(cancel(owner, id), 403);
        EXPECT_TRUE(is_offered(maja, id));
        EXPECT_EQ(cancel(maja, id), 202);
    }
    const auto own = begun_by(person("ada@ada.test"));
    EXPECT_TRUE(is_offered(owner, own));
    EXPECT_EQ(cancel(owner, own), 202);
}

TEST_F(JobsTest, AreOfferedAnotherTryOnlyWhileNoneIsUnderWay) {
    const auto id = add(ada, "a.test");
    const auto other = add(ada, "a.test");
    const auto set = [&](const std::string& job, const std::string& state) {
        world.postgres.execute(
            "update hostelry.jobs set unique_key = 'a', state = '" + state + "' where id = '" +
            job + "'"
        );
    };
    const auto is_offered = [&] { return maja.get("/jobs/" + id).has("/jobs/" + id + "/retry"); };
    set(id, "failed");
    set(other, "queued");
    EXPECT_FALSE(is_offered());
    EXPECT_EQ(
        maja.on("/jobs").call(http::Method::Post, "/api/v1/jobs/" + id + "/retry").status, 409
    );
    set(other, "succeeded");
    EXPECT_TRUE(is_offered());
}

TEST_F(JobsTest, ANeighbourSeesAndChangesNothing) {
    const auto id = add(ada, "a.test");
    Browser neighbour{world};
    neighbour.sign_in("bob@bob.test");
    EXPECT_THAT(about("", neighbour), ElementsAre());
    EXPECT_FALSE(neighbour.get("/jobs").has("a.test"));
    for (const char* path : {"/jobs/", "/api/v1/jobs/"}) {
        EXPECT_EQ(neighbour.get(path + id).status, 404) << path;
    }
    EXPECT_EQ(neighbour.get("/jobs/" + id + "/card").status, 404);
    EXPECT_EQ(neighbour.get("/api/v1/jobs/" + id + "/steps").status, 404);
    for (const char* act : {"/retry", "/cancel"}) {
        const auto api = neighbour.call(http::Method::Post, "/api/v1/jobs/" + id + act);
        EXPECT_TRUE(api.status == 404 || api.status == 403) << act << api.status;
        const auto page = neighbour.on("/jobs").post("/jobs/" + id + act, {});
        EXPECT_TRUE(page.status == 404 || page.status == 403) << act << page.status;
    }
    EXPECT_EQ(maja.get("/api/v1/jobs/" + id).json().at("state"), "queued");
    Browser owner{world};
    owner.sign_in("ada@ada.test");
    EXPECT_THAT(about("", owner), ElementsAre("a.test"));
}

}  // namespace
}  // namespace hostelry::jobs
