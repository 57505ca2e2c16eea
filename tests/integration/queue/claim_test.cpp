// Which job is next: unique keys, exclusive turns, limits, fairness, priority.
#include "tests/integration/queue/queue_world.h"

#include <atomic>

namespace hostelry::queue {
namespace {

class Claiming : public QueueWorld {
protected:
    /// Claims as a worker would and answers the titles in the order of the claim.
    std::vector<std::string> claim(
        int count, int tenant_limit = 0, const std::string& limits = "{}", Uuid after = {}
    ) {
        const auto claimed = postgres.database().single_statement(
            "select c.id, j.number from hostelry.claim_jobs($1, $2, $3, '1 minute', $4, $5::jsonb, "
            "$6, '{}') c "
            "join hostelry.jobs j using (id)",
            "w",
            std::vector<std::string>{"test.a", "test.b"},
            count,
            tenant_limit,
            limits,
            after
        );
        EXPECT_TRUE(claimed) << claimed.error().cause;
        std::vector<std::string> titles = split_titles(postgres.value(
            "select string_agg(title, ',' order by title) from hostelry.jobs where worker = 'w'"
        ));
        postgres.execute("update hostelry.jobs set worker = 'held' where worker = 'w'");
        return titles;
    }
    static std::vector<std::string> split_titles(const std::string& text) {
        std::vector<std::string> titles;
        std::stringstream stream(text);
        for (std::string title; std::getline(stream, title, ',');) {
            titles.push_back(title);
        }
        return titles;
    }
    void finish(const std::string& title) {
        postgres.execute(
            "update hostelry.jobs set state = 'succeeded', worker = null, lease_until = null, "
            "holds_turn = false, "
            "finished_at = now() where title = '" +
            title + "'"
        );
    }
};

using Titles = std::vector<std::string>;

TEST_F(Claiming, OfAUniqueKeyOnlyOneUnfinishedJobExists) {
    const auto first =
        enqueue_job({.kind = "test.a", .tenant = {}, .unique_key = "k", .title = "1"});
    EXPECT_EQ(
        enqueue_job({.kind = "test.a", .tenant = {}, .unique_key = "k", .title = "2"}), first
    );
    const auto other = postgres.make_tenant(postgres.root(), "other");
    EXPECT_NE(
        enqueue_job({.kind = "test.a", .tenant = other, .unique_key = "k", .title = "3"}), first
    );
    finish("1");
    EXPECT_NE(
        enqueue_job({.kind = "test.a", .tenant = {}, .unique_key = "k", .title = "4"}), first
    );
}

TEST_F(Claiming, ManyAtOnceKeepTheirOrderAndTheirKeys) {
    std::vector<NewJob> jobs;
    for (int i = 0; i < 50; ++i) {
        jobs.push_back(
            {.kind = "test.a", .tenant = postgres.root(), .unique_key = std::to_string(i % 40)}
        );
    }
    jobs[3].title = R"(quo"te, {back}\slash)";
    const auto ids = in_root([&](db::Transaction& tx) -> Result<std::vector<JobId>> {
                         return enqueue_all(tx, jobs);
                     }).value();
    EXPECT_EQ(ids[0], ids[40]);
    EXPECT_EQ(postgres.value("select count(*) from hostelry.jobs"), "40");
    EXPECT_EQ(job(ids[3]).title, R"(quo"te, {back}\slash)");
}

TEST_F(Claiming, ManyAtOnceAreWrittenAsOneByOne) {
    std::vector<NewJob> jobs(7, {.kind = "test.a", .tenant = postgres.root()});
    jobs[1].priority = -3;
    jobs[1].exclusive_key = "NULL";
    jobs[2].subject_type = "site";
    jobs[2].subject_id = new_uuid(postgres.clock(), postgres.random());
    jobs[2].subject_name = R"({"a\b",})";
    jobs[3].title = "3";
    jobs[3].actor = UserId::make(postgres.clock(), postgres.random());
    jobs[4].input = nlohmann::json{{"list", {1, 2}}, {"text", "\"quoted\""}};
    jobs[5].run_at = TimePoint{std::chrono::days{20000}};
    in_root([&](db::Transaction& tx) -> Result<std::vector<JobId>> {
        return enqueue_all(tx, jobs);
    }).value();
    for (const auto& job : jobs) {
        enqueue_job(job);
    }
    // What is said and what is left out, by place in the order of enqueueing.
    const std::string rows =
        "select (number - 1) % 7, kind, title, queue, is_upkeep, priority, input, unique_key, "
        "exclusive_key, actor_id, subject_type, subject_id, subject_name, run_at - created_at > "
        "interval '0' from hostelry.jobs where number ";
    EXPECT_EQ(postgres.value("select count(*) from hostelry.jobs"), "14");
    EXPECT_EQ(
        postgres.value(
            "select count(*) from (" + rows + "<= 7 except " + rows + "> 7) differences"
        ),
        "0"
    );
    EXPECT_EQ(
        postgres.value("select string_agg(subject_name || priority || input, ';' order by "
                       "number) from hostelry.jobs where number <= 7"),
        R"(0{};-3{};{"a\b",}0{};0{};0{"list": [1, 2], "text": "\"quoted\""};0{};0{})"
    );
}

TEST_F(Claiming, AnEnqueueThatIsRolledBackLeavesNoJob) {
    const auto failed = in_root([&](db::Transaction& tx) -> Result<void> {
        enqueue(tx, {.kind = "test.a", .tenant = postgres.root()});
        return fail(ErrorCode::Conflict, "No.");
    });
    EXPECT_EQ(failed.error().code, ErrorCode::Conflict);
    EXPECT_EQ(postgres.value("select count(*) from hostelry.jobs"), "0");
}

TEST_F(Claiming, AJobForANeighboursTenantIsRefused) {
    const auto one = postgres.make_tenant(postgres.root(), "one");
    const auto two = postgres.make_tenant(postgres.root(), "two");
    EXPECT_THROW(
        postgres.database().in_tenant(
            one,
            [&](db::Transaction& tx) -> Result<void> {
                enqueue(tx, {.kind = "test.a", .tenant = two});
                return {};
            }
        ),
        db::ConstraintViolation
    );
}

TEST_F(Claiming, JobsOfOneExclusiveKeyRunOneAfterTheOtherInTheirOrder) {
    for (const auto* title : {"1", "2", "3"}) {
        enqueue_job({.kind = "test.a", .tenant = {}, .exclusive_key = "site:1", .title = title});
    }
    enqueue_job({.kind = "test.a", .tenant = {}, .exclusive_key = "site:2", .title = "other"});
    EXPECT_EQ(claim(10), (Titles{"1", "other"}));
    EXPECT_EQ(claim(10), Titles{});
    finish("1");
    EXPECT_EQ(claim(10), Titles{"2"});
    finish("2");
    EXPECT_EQ(claim(10), Titles{"3"});
}

TEST_F(Claiming, AnExclusiveTurnIsKeptWhileTheJobWaits) {
    enqueue_job({.kind = "test.a", .tenant = {}, .exclusive_key = "k", .title = "1"});
    enqueue_job({.kind = "test.a", .tenant = {}, .exclusive_key = "k", .title = "2"});
    EXPECT_EQ(claim(10), Titles{"1"});
    postgres.execute(
        "update hostelry.jobs set state = 'waiting', worker = null, lease_until = null, "
        "run_at = now() + interval '1 hour' where title = '1'"
    );
    EXPECT_EQ(claim(10), Titles{});
    postgres.execute("update hostelry.jobs set run_at = now() where title = '1'");
    EXPECT_EQ(claim(10), Titles{"1"});
}

TEST_F(Claiming, ExclusiveJobsNeverOverlapWhateverTheNumberOfWorkers) {
    std::atomic<int> inside{0}, together{0}, done{0};
    Step step = noting("x");
    step.undo = nullptr;
    step.run = [&](StepContext& context) -> Result<nlohmann::json> {
        together = std::max(together.load(), ++inside);
        context.sleep_for(2ms);
        --inside;
        ++done;
        return nullptr;
    };
    add_kind("test.x", {step});
    for (int i = 0; i < 3; ++i) {
        start_worker({.slots = 4, .tenant_limit = 0});
    }
    for (int i = 0; i < 60; ++i) {
        enqueue_job({.kind = "test.x", .tenant = {}, .exclusive_key = "one"});
    }
    const auto until = std::chrono::steady_clock::now() + 20s;
    while (done < 60 && std::chrono::steady_clock::now() < until) {
        std::this_thread::sleep_for(10ms);
    }
    EXPECT_EQ(done, 60);
    EXPECT_EQ(together, 1);
}

TEST_F(Claiming, ATenantWithALongQueueDoesNotHoldUpTheOthers) {
    const auto busy = postgres.make_tenant(postgres.root(), "busy");
    const auto small = postgres.make_tenant(postgres.root(), "small");
    for (int i = 0; i < 20; ++i) {
        enqueue_job({.kind = "test.a", .tenant = busy, .title = "b" + std::to_string(10 + i)});
    }
    enqueue_job({.kind = "test.a", .tenant = small, .title = "s1"});
    enqueue_job({.kind = "test.a", .tenant = small, .title = "s2"});
    EXPECT_EQ(claim(4), (Titles{"b10", "b11", "s1", "s2"}));
}

TEST_F(Claiming, ATenantsRunningJobsCountForItsTurn) {
    const auto busy = postgres.make_tenant(postgres.root(), "busy");
    for (const auto* title : {"b1", "b2", "b3", "b4"}) {
        enqueue_job({.kind = "test.a", .tenant = busy, .title = title});
    }
    EXPECT_EQ(claim(2), (Titles{"b1", "b2"}));
    const auto late = postgres.make_tenant(postgres.root(), "late");
    enqueue_job({.kind = "test.a", .tenant = late, .title = "l1"});
    EXPECT_EQ(claim(1), Titles{"l1"}) << "whoever runs less comes first";
}

TEST_F(Claiming, LimitsOfTenantAndQueueHoldOverAllWorkers) {
    for (const auto* title : {"1", "2", "3", "4", "5"}) {
        enqueue_job({.kind = "test.a", .tenant = {}, .title = title});
    }
    EXPECT_EQ(claim(10, 2), (Titles{"1", "2"}));
    EXPECT_EQ(claim(10, 2), Titles{});
    EXPECT_EQ(claim(10, 0, R"({"default": 3})"), Titles{"3"});
    EXPECT_EQ(claim(10, 0, R"({"default": 3})"), Titles{});
    EXPECT_EQ(claim(10, 0, R"({"other": 1})"), (Titles{"4", "5"}));
}

TEST_F(Claiming, HigherPriorityComesFirstAndLaterJobsWait) {
    enqueue_job({.kind = "test.a", .tenant = {}, .title = "plain"});
    enqueue_job({.kind = "test.a", .tenant = {}, .title = "urgent", .priority = 50});
    enqueue_job(
        {.kind = "test.a", .tenant = {}, .title = "later", .run_at = postgres.clock().now() + 1h}
    );
    EXPECT_EQ(claim(1), Titles{"urgent"});
    EXPECT_EQ(claim(10), Titles{"plain"});
}

// Claimed by a way of its own, which must not be a way around anything.
TEST_F(Claiming, AJobThatIsAloneKeepsToTheSameRules) {
    const auto id = enqueue_job({.kind = "test.a", .tenant = {}, .title = "1"});
    EXPECT_EQ(claim(10, 1, R"({"default": 1})"), Titles{"1"});
    enqueue_job({.kind = "test.a", .tenant = {}, .title = "2"});
    EXPECT_EQ(claim(10, 1), Titles{}) << "the tenant has one running";
    EXPECT_EQ(claim(10, 0, R"({"default": 1})"), Titles{}) << "the queue has one running";
    EXPECT_EQ(claim(10, 2, R"({"default": 2, "other": 1})"), Titles{"2"});
    EXPECT_EQ(job(id).state, JobState::Running);

    enqueue_job(
        {.kind = "test.a", .tenant = {}, .title = "late", .run_at = postgres.clock().now() + 1h}
    );
    EXPECT_EQ(claim(10), Titles{});
    postgres.execute("update hostelry.jobs set run_at = now() where title = 'late'");
    EXPECT_EQ(claim(10), Titles{"late"});

    const auto excepted = enqueue_job({.kind = "test.a", .tenant = {}, .title = "excepted"});
    const auto claimed = postgres.database().single_statement(
        "select id from hostelry.claim_jobs('w', '{test.a}', 9, '1 minute', 0, '{}', $1, $2)",
        Uuid{},
        std::vector<Uuid>{excepted.uuid}
    );
    EXPECT_TRUE(claimed.value().empty());
    EXPECT_EQ(claim(10), Titles{"excepted"});
}

TEST_F(Claiming, AJobThatIsAloneWaitsForItsExclusiveTurn) {
    enqueue_job({.kind = "test.a", .tenant = {}, .exclusive_key = "k", .title = "1"});
    EXPECT_EQ(claim(10), Titles{"1"});
    enqueue_job({.kind = "test.a", .tenant = {}, .exclusive_key = "k", .title = "2"});
    EXPECT_EQ(claim(10), Titles{});
    finish("1");
    EXPECT_EQ(claim(10), Titles{"2"});
}

TEST_F(Claiming, AnswersTheJobsInTheOrderOfTheirTurns) {
    enqueue_job({.kind = "test.a", .tenant = {}, .title = "third"});
    enqueue_job({.kind = "test.a", .tenant = {}, .title = "second", .priority = 1});
    enqueue_job({.kind = "test.a", .tenant = {}, .title = "first", .priority = 2});
    const auto claimed =
        postgres.database()
            .single_statement(
                "select id from hostelry.claim_jobs('w', '{test.a}', 9, '1 minute', 0, '{}', $1, "
                "'{}')",
                Uuid{}
            )
            .value();
    Titles titles;
    for (const auto& row : claimed) {
        titles.push_back(job(row["id"].id<JobId>()).title);
    }
    EXPECT_EQ(titles, (Titles{"first", "second", "third"}));
}

TEST_F(Claiming, AKindTheWorkerDoesNotKnowIsLeftAlone) {
    enqueue_job({.kind = "test.unknown", .tenant = {}, .title = "unknown"});
    EXPECT_EQ(claim(10), Titles{});
}

TEST_F(Claiming, EachJobIsClaimedOnceByConcurrentWorkers) {
    std::vector<NewJob> jobs(300, {.kind = "test.x", .tenant = postgres.root()});
    std::atomic<int> runs{0};
    Step step = noting("x");
    step.undo = nullptr;
    step.run = [&](StepContext&) -> Result<nlohmann::json> {
        ++runs;
        return nullptr;
    };
    add_kind("test.x", {step});
    for (int i = 0; i < 3; ++i) {
        start_worker({.slots = 4, .tenant_limit = 0});
    }
    in_root([&](db::Transaction& tx) -> Result<std::vector<JobId>> {
        return enqueue_all(tx, jobs);
    }).value();
    const auto until = std::chrono::steady_clock::now() + 20s;
    while (postgres.value("select count(*) from hostelry.jobs where state = 'succeeded'") !=
               "300" &&
           std::chrono::steady_clock::now() < until) {
        std::this_thread::sleep_for(20ms);
    }
    EXPECT_EQ(
        postgres.value("select count(*) from hostelry.jobs where state = 'succeeded'"), "300"
    );
    EXPECT_EQ(runs, 300);
}

}  // namespace
}  // namespace hostelry::queue
