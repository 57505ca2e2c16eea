#include "core/features/certificates/certificates.h"

#include "core/base/time.h"
#include "core/platform/db/listener.h"
#include "core/platform/process/process.h"
#include "core/platform/queue/job_store.h"
#include "core/platform/queue/worker.h"

#include "tests/integration/certificates/real_pebble.h"
#include "tests/support/panel_world.h"

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
    FakeServer() {
        std::string pattern =
            (std::filesystem::temp_directory_path() / "hostelry-cert-XXXXXX").string();
        folder_ = ::mkdtemp(pattern.data());
    }
    ~FakeServer() { std::filesystem::remove_all(folder_); }

    Result<json> apply(const json& plan) {
        const auto& action = plan.at("actions").at(0);
        const auto what = action.at("do").get<std::string>();
        done.push_back(what);
        if (what == "certificate.request") {
            return result_of({{"csr_pem", request(action.at("names"))}});
        }
        if (what == "certificate.upload" &&
            action.at("key_pem") != "the key that fits, at least fifty bytes long, is here") {
            return fail(ErrorCode::Invalid, "The key does not belong to the certificate.");
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

    std::filesystem::path folder_;
    SystemClock clock;
};

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
            const auto got = certificates.issue(request, context);
            if (!got) {
                return tl::unexpected(got.error());
            }
            return json{{"serial", got->serial}};
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

    queue::Job finish(JobId id) {
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
                EXPECT_EQ(queue::state_name(job.state), "succeeded") << job.error;
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

    hostelry::testing::PanelWorld world;
    RealPebble pebble;
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

TEST_F(CertificatesTest, AnUploadReplacesItKeepsNoKeyAndIsNotRenewedByUs) {
    UploadCertificate upload{
        request.site,
        std::string(200, 'c'),
        "a key that does not fit, though it is quite long too"};
    const auto refused = certificates.upload(caller, upload);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().fields.front().field, "chain_pem");
    upload.key_pem = "the key that fits, at least fifty bytes long, is here";
    const auto made = certificates.upload(caller, upload);
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(made->kind, "custom");
    EXPECT_EQ(certificates.renew(caller, made->id).error().code, ErrorCode::Conflict);
    EXPECT_EQ(
        world.postgres.value(
            "select count(*) from hostelry.events where data::text like '%key that fits%'"
        ),
        "0"
    );
}

TEST_F(CertificatesTest, TheNeighbourSeesAndDoesNothing) {
    const UploadCertificate upload{
        request.site,
        std::string(200, 'c'),
        "the key that fits, at least fifty bytes long, is here"};
    const auto made = certificates.upload(caller, upload);
    ASSERT_TRUE(made);
    const auto other = users::operator_caller(neighbour);
    EXPECT_EQ(certificates.get(neighbour, made->id).error().code, ErrorCode::NotFound);
    EXPECT_EQ(certificates.renew(other, made->id).error().code, ErrorCode::NotFound);
    EXPECT_EQ(certificates.upload(other, upload).error().code, ErrorCode::NotFound);
    EXPECT_TRUE(certificates.list(neighbour)->empty());
}

TEST_F(CertificatesTest, OnlyWhatExpiresSoonIsRenewedByTheSchedule) {
    const UploadCertificate upload{
        request.site,
        std::string(200, 'c'),
        "the key that fits, at least fifty bytes long, is here"};
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
    const auto made = certificates.upload(
        caller,
        {request.site,
         std::string(200, 'c'),
         "the key that fits, at least fifty bytes long, is here"}
    );
    ASSERT_TRUE(made);
    world.add_user(request.tenant, "client", "c@x.test");
    hostelry::testing::Browser browser(world);
    browser.sign_in("c@x.test");
    const auto list = browser.get("/certificates");
    EXPECT_TRUE(list.has("a.example.org") && list.has("days left")) << list.status;
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
