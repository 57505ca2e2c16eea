#include "core/features/certificates/certificates.h"

#include "core/base/time.h"
#include "core/features/certificates/upload_check.h"
#include "core/platform/db/listener.h"
#include "core/platform/process/process.h"
#include "core/platform/queue/job_store.h"
#include "core/platform/queue/worker.h"

#include "tests/integration/certificates/real_pebble.h"
#include "tests/support/panel_world.h"
#include "tests/support/scratch_folder.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <thread>

using namespace hostelry;
using namespace hostelry::certificates;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

/// A server that makes a key and a signing request with openssl and believes every chain.
class FakeServer {
public:
    Result<json> apply(const json& plan) {
        const auto& action = plan.at("actions").at(0);
        const auto what = action.at("do").get<std::string>();
        done.push_back(what);
        if (what == "certificate.request") {
            return result_of({{"csr_pem", request(action.at("names"))}});
        }
        chain = action.at("chain_pem").get<std::string>();
        return result_of(
            {{"names", {"a.example.org", "www.a.example.org"}},
             {"issuer", "Pebble"},
             {"serial", std::to_string(done.size())},
             {"fingerprint", "ab"},
             {"not_before", format_rfc3339(clock.now())},
             {"not_after", format_rfc3339(clock.now() + std::chrono::hours(24 * 90))}}
        );
    }

    std::vector<std::string> done;
    std::string chain;

private:
    static json result_of(const json& output) {
        return {
            {"results",
             json::array({json{{"id", "x"}, {"status", "changed"}, {"output", output}}})}};
    }
    std::string request(const std::vector<std::string>& names) {
        std::string alternatives = "subjectAltName=";
        for (const auto& name : names) {
            alternatives += (alternatives.ends_with('=') ? "DNS:" : ",DNS:") + name;
        }
        process::Command command;
        command.program = "/usr/bin/openssl";
        command.argv = {
            "req",
            "-new",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-keyout",
            (folder_ / "key").string(),
            "-subj",
            "/",
            "-addext",
            alternatives};
        return process::run(command)->output;
    }

    hostelry::testing::ScratchFolder scratch_;
    std::filesystem::path folder_ = scratch_.path();
    SystemClock clock;
};

/// A certificate that signs itself, and its key.
UploadCertificate new_upload(const Uuid& site, const std::vector<std::string>& names) {
    const hostelry::testing::ScratchFolder scratch;
    const std::filesystem::path folder = scratch.path();
    std::string alternatives = "subjectAltName=";
    for (const auto& name : names) {
        alternatives += (alternatives.ends_with('=') ? "DNS:" : ",DNS:") + name;
    }
    process::Command command;
    command.program = "/usr/bin/openssl";
    command.argv = {
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "90",
        "-keyout",
        "key",
        "-out",
        "cert",
        "-subj",
        "/CN=own",
        "-addext",
        alternatives};
    command.working_directory = folder.string();
    EXPECT_EQ(process::run(command)->exit_code, 0);
    const auto text_of = [&](const char* name) {
        std::ifstream in(folder / name);
        return std::string{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    };
    UploadCertificate made{site, text_of("cert"), text_of("key")};
    return made;
}

class CertificatesTest : public ::testing::Test {
protected:
    static inline const std::string kSealFile =
        "/tmp/hostelry-cert-test-" + std::to_string(getpid()) + ".key";

    CertificatesTest()
        : sealer(crypto::Sealer::from_file_or_new(kSealFile, world.random).value()),
          listener(world.postgres.dsn()),
          certificates(
              {world.postgres.database(),
               world.clock,
               world.random,
               sealer,
               world.shell,
               [this](ServerId, const json& plan, std::chrono::milliseconds, const std::function<bool()>&) {
                   return server.apply(plan);
               },
               [this](db::Transaction& tx, const Uuid& site) -> Result<SitePlace> {
                   if (site != request.site || tx.tenant() == neighbour) {
                       return fail(ErrorCode::NotFound, "There is no such site.");
                   }
                   return SitePlace{
                       request.tenant, request.site_key, request.server, request.names};
               },
               {.directory = pebble.directory(),
                .contact = {},
                .helper = helper(),
                .extra_ca = pebble.ca_file(),
                .renew_days_before = 30}}
          ) {
        request = {
            .tenant = world.postgres.make_tenant(world.postgres.root(), "client"),
            .site = new_uuid(world.clock, world.random),
            .site_key = "s1abcd",
            .server = ServerId{new_uuid(world.clock, world.random)},
            .names = {"a.example.org", "www.a.example.org"}};
        neighbour = world.postgres.make_tenant(world.postgres.root(), "neighbour");
        certificates.add_routes(world.router);
        world.open();
        certificates.add_jobs(registry);
        queue::Step step;
        step.name = "issue";
        step.title = "Issue";
        step.run = [this](queue::StepContext& context) -> Result<json> {
            return certificates.issue(request, begun, context);
        };
        registry.add({.name = "test.issue", .title = "Issue", .steps = {std::move(step)}});
        listener.start();
        worker = std::make_unique<queue::Worker>(
            world.postgres.database(),
            registry,
            world.clock,
            world.random,
            &listener,
            queue::WorkerOptions{}
        );
        worker->start();
        caller = users::operator_caller(request.tenant);
    }
    ~CertificatesTest() override {
        worker->stop(10s);
        listener.stop();
        std::filesystem::remove(kSealFile);
    }

    static std::string helper() {
        return (std::filesystem::path(__FILE__).parent_path() /
                "../../../core/features/certificates/acme_helper.py")
            .string();
    }

    queue::Job finish(JobId id) { return finish_as(id, "succeeded"); }
    queue::Job finish_as(JobId id, const char* state) {
        const auto until = std::chrono::steady_clock::now() + 60s;
        for (;;) {
            const auto job =
                world.postgres.database()
                    .in_tenant(
                        world.postgres.root(),
                        [&](db::Transaction& tx) { return queue::JobStore(tx).get(id); }
                    )
                    .value();
            if (queue::is_finished(job.state) || std::chrono::steady_clock::now() > until) {
                EXPECT_EQ(queue::state_name(job.state), state) << job.error;
                return job;
            }
            std::this_thread::sleep_for(50ms);
        }
    }
    void issue() {
        const auto id = world.postgres.database().in_tenant(
            request.tenant,
            [&](db::Transaction& tx) -> Result<JobId> {
                return queue::enqueue(tx, {.kind = "test.issue", .tenant = request.tenant});
            }
        );
        finish(id.value());
    }

    /// A second worker of its own, since the first one has its kinds already.
    void run_steps(std::vector<queue::Step> steps) {
        worker->stop(10s);
        registry.add({.name = "test.steps", .title = "Steps", .steps = std::move(steps)});
        worker = std::make_unique<queue::Worker>(
            world.postgres.database(),
            registry,
            world.clock,
            world.random,
            &listener,
            queue::WorkerOptions{}
        );
        worker->start();
        const auto id = world.postgres.database().in_tenant(
            request.tenant,
            [&](db::Transaction& tx) -> Result<JobId> {
                return queue::enqueue(tx, {.kind = "test.steps", .tenant = request.tenant});
            }
        );
        finish(id.value());
    }
    /// How many orders the authority has taken, by its log.
    std::size_t orders() const { return pebble.count_in_log("Added order"); }

    UploadCertificate own_certificate() const { return new_upload(request.site, request.names); }

    hostelry::testing::PanelWorld world;
    RealPebble pebble;
    json begun;
    std::size_t orders_before = 0;
    std::size_t orders_after = 0;
    FakeServer server;
    IssueRequest request;
    TenantId neighbour{};
    crypto::Sealer sealer;
    db::Listener listener;
    Certificates certificates;
    queue::Registry registry;
    std::unique_ptr<queue::Worker> worker;
    users::Caller caller;
};

TEST_F(CertificatesTest, ACertificateIsIssuedOnceRenewedOnRequestAndSurvivesAForgottenAccount) {
    ASSERT_TRUE(pebble.is_running());
    const auto thumbprint = certificates.acme_thumbprint();
    ASSERT_TRUE(thumbprint) << thumbprint.error().message << thumbprint.error().cause;
    EXPECT_EQ(thumbprint->size(), 43U);
    EXPECT_EQ(*certificates.acme_thumbprint(), *thumbprint);

    issue();
    EXPECT_EQ(
        server.done, (std::vector<std::string>{"certificate.request", "certificate.install"})
    );
    EXPECT_NE(server.chain.find("-----BEGIN CERTIFICATE-----", 10), std::string::npos)
        << "no intermediate certificate";
    issue();
    EXPECT_EQ(server.done.size(), 2U) << "a certificate that is not due was asked for again";

    pebble.restart();
    const auto listed = certificates.list(request.tenant);
    ASSERT_EQ(listed->size(), 1U);
    const auto job = certificates.renew(caller, listed->front().id);
    ASSERT_TRUE(job) << job.error().message;
    finish(*job);
    EXPECT_EQ(server.done.size(), 4U);
    EXPECT_NE(certificates.get(request.tenant, listed->front().id)->serial, listed->front().serial);
    EXPECT_EQ(
        world.postgres.value(
            "select count(*) from hostelry.acme_accounts where key_sealed like '%P-256%'"
        ),
        "0"
    );
}

TEST_F(CertificatesTest, AnOrderBegunBeforeTheBuildIsCollectedAfterIt) {
    queue::Step begin;
    begin.name = "begin";
    begin.title = "Begin";
    begin.run = [this](queue::StepContext& context) -> Result<json> {
        auto order = certificates.begin(request, context);
        EXPECT_TRUE(order) << order.error().message;
        EXPECT_TRUE(server.done.empty()) << "nothing is asked of the server yet";
        return order;
    };
    queue::Step collect;
    collect.name = "collect";
    collect.title = "Collect";
    collect.run = [this](queue::StepContext& context) -> Result<json> {
        orders_before = orders();
        auto answer = certificates.issue(request, context.output_of("begin"), context);
        orders_after = orders();
        return answer;
    };
    run_steps({std::move(begin), std::move(collect)});
    EXPECT_EQ(
        server.done, (std::vector<std::string>{"certificate.request", "certificate.install"})
    );
    EXPECT_EQ(orders_after, orders_before) << "ordered twice";
    EXPECT_EQ(certificates.list(request.tenant)->size(), 1U);
}

TEST_F(CertificatesTest, AnOrderThatTheAuthorityForgotOrRefusedIsBegunAgain) {
    queue::Step collect;
    collect.name = "collect";
    collect.title = "Collect";
    collect.run = [this](queue::StepContext& context) -> Result<json> {
        const auto order = certificates.begin(request, context);
        pebble.restart();
        return certificates.issue(request, *order, context);
    };
    run_steps({std::move(collect)});
    EXPECT_EQ(certificates.list(request.tenant)->size(), 1U);
}

TEST_F(CertificatesTest, ARenewalThatIsRefusedSaysWhyKeepsTheCertificateAndIsTriedLaterAndLater) {
    issue();
    const auto before = certificates.list(request.tenant)->front();
    const auto chain = server.chain;
    pebble.restart(RealPebble::Challenges::Looked);  // Nobody answers for a.example.org.
    for (const int hours : {1, 2, 4}) {
        const auto job = certificates.renew(caller, before.id);
        ASSERT_TRUE(job) << job.error().message;
        EXPECT_EQ(finish_as(*job, "failed").error.empty(), false);
        const auto now = *certificates.get(request.tenant, before.id);
        EXPECT_EQ(now.state, "failed");
        EXPECT_NE(now.problem.find("a.example.org"), std::string::npos) << now.problem;
        EXPECT_EQ(now.fingerprint, before.fingerprint);
        EXPECT_EQ(now.not_after, before.not_after);
        ASSERT_TRUE(now.next_try_at);
        const auto pause = *now.next_try_at - world.clock.now();
        EXPECT_GT(pause, std::chrono::hours(hours) - std::chrono::minutes(5));
        EXPECT_LE(pause, std::chrono::hours(hours));
    }
    EXPECT_EQ(server.chain, chain) << "what is in use was touched";

    // The schedule waits for its time, then it tries, and the good end clears the past.
    world.postgres.execute("update hostelry.certificates set not_after = now() + interval '9 days'"
    );
    const auto renewals = [&] {
        return world.postgres.value(
            "select count(*) from hostelry.jobs where kind = 'certificate.renew'"
        );
    };
    ASSERT_TRUE(certificates.begin_due_renewals(world.postgres.root()));
    EXPECT_EQ(renewals(), "3");
    world.add_user(request.tenant, "client", "c@x.test");
    hostelry::testing::Browser browser(world);
    browser.sign_in("c@x.test");
    const auto page = browser.get("/certificates/" + before.id.to_string());
    EXPECT_TRUE(page.has("could not be renewed") && page.has("The next try follows")) << page.body;

    pebble.restart();
    world.postgres.execute("update hostelry.certificates set next_try_at = now()");
    ASSERT_TRUE(certificates.begin_due_renewals(world.postgres.root()));
    EXPECT_EQ(renewals(), "4");
    const auto until = std::chrono::steady_clock::now() + 60s;
    while (certificates.get(request.tenant, before.id)->state != "valid" &&
           std::chrono::steady_clock::now() < until) {
        std::this_thread::sleep_for(20ms);
    }
    const auto renewed = *certificates.get(request.tenant, before.id);
    EXPECT_EQ(renewed.state, "valid");
    EXPECT_EQ(renewed.problem, "");
    EXPECT_EQ(renewed.failures, 0);
    EXPECT_FALSE(renewed.next_try_at);
}

TEST_F(CertificatesTest, ARenewalWhileTheAuthorityIsAwayGoesOnWhenItIsBack) {
    issue();
    const auto before = certificates.list(request.tenant)->front();
    pebble.stop();
    const auto job = certificates.renew(caller, before.id);
    ASSERT_TRUE(job);
    const auto until = std::chrono::steady_clock::now() + 60s;
    while (certificates.get(request.tenant, before.id)->problem.empty() &&
           std::chrono::steady_clock::now() < until) {
        std::this_thread::sleep_for(20ms);
    }
    const auto now = *certificates.get(request.tenant, before.id);
    EXPECT_NE(now.problem.find("certificate authority"), std::string::npos) << now.problem;
    EXPECT_EQ(now.failures, 0) << "the job itself is still trying";
    EXPECT_EQ(now.serial, before.serial);
    pebble.restart();
    finish(*job);
    EXPECT_EQ(certificates.get(request.tenant, before.id)->problem, "");
    EXPECT_NE(certificates.get(request.tenant, before.id)->serial, before.serial);
}

TEST_F(CertificatesTest, AnUploadReplacesItKeepsNoKeyAndIsNotRenewedByUs) {
    const auto upload = own_certificate();
    std::vector<Uuid> told;
    certificates.after_upload([&](db::Transaction&, const users::Caller&, const Uuid& site) {
        told.push_back(site);
    });
    const auto made = certificates.upload(caller, upload);
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(made->kind, "custom");
    EXPECT_EQ(told, std::vector<Uuid>{request.site});
    EXPECT_EQ(certificates.renew(caller, made->id).error().code, ErrorCode::Conflict);
    const auto secret = upload.key_pem.substr(40, 40);
    EXPECT_EQ(
        world.postgres.value(
            "select count(*) from hostelry.events where data::text like '%" + secret + "%'"
        ),
        "0"
    );
}

TEST_F(CertificatesTest, AnUploadThatDoesNotFitIsRefusedWithTheFieldNamed) {
    const auto good = own_certificate();
    struct Bad {
        const char* what;
        UploadCertificate upload;
        const char* field;
        const char* words;
    };
    auto other_key = good;
    other_key.key_pem = own_certificate().key_pem;
    auto no_key = good;
    no_key.key_pem = std::string(200, 'k');
    auto no_chain = good;
    no_chain.chain_pem = std::string(200, 'c');
    for (const Bad& bad : {
             Bad{"another key", other_key, "key_pem", "does not belong"},
             Bad{"no key", no_key, "key_pem", "no private key"},
             Bad{"no certificate", no_chain, "chain_pem", "no certificate"},
             Bad{"one name of two",
                 new_upload(request.site, {"a.example.org"}),
                 "chain_pem",
                 "not for www.a.example.org"},
         }) {
        const auto refused = certificates.upload(caller, bad.upload);
        ASSERT_FALSE(refused) << bad.what;
        EXPECT_EQ(refused.error().code, ErrorCode::Invalid) << bad.what;
        ASSERT_EQ(refused.error().fields.size(), 1U) << bad.what;
        EXPECT_EQ(refused.error().fields.front().field, bad.field) << bad.what;
        EXPECT_NE(refused.error().fields.front().message.find(bad.words), std::string::npos)
            << refused.error().fields.front().message;
    }
    const auto later =
        problems_of_upload(good, request.names, world.clock.now() + std::chrono::hours(24 * 91));
    ASSERT_EQ(later.size(), 1U);
    EXPECT_EQ(later.front().field, "chain_pem");
    EXPECT_NE(later.front().message.find("expired"), std::string::npos);
    EXPECT_TRUE(problems_of_upload(
                    new_upload(request.site, {"*.example.org", "*.a.example.org"}),
                    request.names,
                    world.clock.now()
    )
                    .empty());
    EXPECT_TRUE(server.done.empty()) << "something reached the server";
    EXPECT_TRUE(certificates.list(request.tenant)->empty());
}

TEST_F(CertificatesTest, TheNeighbourSeesAndDoesNothing) {
    const auto upload = own_certificate();
    const auto made = certificates.upload(caller, upload);
    ASSERT_TRUE(made);
    const auto other = users::operator_caller(neighbour);
    EXPECT_EQ(certificates.get(neighbour, made->id).error().code, ErrorCode::NotFound);
    EXPECT_EQ(certificates.renew(other, made->id).error().code, ErrorCode::NotFound);
    EXPECT_EQ(certificates.upload(other, upload).error().code, ErrorCode::NotFound);
    EXPECT_TRUE(certificates.list(neighbour)->empty());
}

TEST_F(CertificatesTest, OnlyWhatExpiresSoonIsRenewedByTheSchedule) {
    const auto upload = own_certificate();
    ASSERT_TRUE(certificates.upload(caller, upload));
    const auto renewals = [&] {
        return world.postgres.value(
            "select count(*) from hostelry.jobs where kind = 'certificate.renew'"
        );
    };
    ASSERT_TRUE(certificates.begin_due_renewals(world.postgres.root()));
    EXPECT_EQ(renewals(), "0");
    world.postgres.execute("update hostelry.certificates set not_after = now() + interval '20 days'"
    );
    ASSERT_TRUE(certificates.begin_due_renewals(world.postgres.root()));
    EXPECT_EQ(renewals(), "0") << "an uploaded one is its owner's";
    world.postgres.execute("update hostelry.certificates set kind = 'acme'");
    ASSERT_TRUE(certificates.begin_due_renewals(world.postgres.root()));
    EXPECT_EQ(renewals(), "1");
}

TEST_F(CertificatesTest, PagesShowWhenItExpiresAndNeverEchoAKey) {
    const auto made = certificates.upload(caller, own_certificate());
    ASSERT_TRUE(made);
    world.add_user(request.tenant, "client", "c@x.test");
    hostelry::testing::Browser browser(world);
    browser.sign_in("c@x.test");
    const auto list = browser.get("/certificates");
    EXPECT_TRUE(list.has("a.example.org") && list.has("days left")) << list.status;
    EXPECT_TRUE(browser.get("/certificates?q=A.EXAMPLE&state=fine").has("days left"));
    EXPECT_TRUE(browser.get("/certificates?q=b.example").has("No certificate fits"));
    EXPECT_TRUE(browser.get("/certificates?state=failed").has("No certificate fits"));
    EXPECT_TRUE(browser.get("/certificates/" + made->id.to_string()).has("www.a.example.org"));
    const auto refused =
        browser.on("/certificates/new")
            .post(
                "/certificates",
                {{"site", request.site.to_string()},
                 {"chain_pem", std::string(200, 'd')},
                 {"key_pem", "an unfit secret key which is long enough to be looked at"}}
            );
    EXPECT_EQ(refused.status, 422);
    EXPECT_TRUE(refused.has(std::string(200, 'd')));
    EXPECT_FALSE(refused.has("an unfit secret key"));
    EXPECT_EQ(browser.call(http::Method::Get, "/api/v1/certificates").json()["items"].size(), 1U);
}

}  // namespace
