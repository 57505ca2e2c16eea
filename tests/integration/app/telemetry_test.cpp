// What an operator's monitoring sees of a running panel.
#include "core/app/serve_role.h"
#include "core/app/worker_role.h"
#include "core/platform/http/outbound.h"

#include "tests/integration/app/app_world.h"
#include "tests/support/eventually.h"

#include <arpa/inet.h>
#include <pqxx/pqxx>
#include <sys/socket.h>
#include <unistd.h>

#include <future>

namespace hostelry::app {
namespace {

using hostelry::testing::eventually;

std::uint16_t free_port() {
    const int file = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    ::bind(file, reinterpret_cast<const sockaddr*>(&address), length);
    ::getsockname(file, reinterpret_cast<sockaddr*>(&address), &length);
    ::close(file);
    return ntohs(address.sin_port);
}

class Telemetry : public ::testing::Test {
protected:
    Telemetry() {
        config.state_dir = folder.path();
        config.database.url = postgres.dsn();
        config.web.assets = folder.path();
        config.plugins.directory = folder.path();
        config.migrations.directory = hostelry::testing::migrations_directory();
        config.http.listen = "127.0.0.1:" + std::to_string(free_port());
        config.agent.listen = "127.0.0.1:0";
        config.telemetry.listen = "127.0.0.1:" + std::to_string(free_port());
        platform = Platform::open(config, Migrate::No).value();
        features.emplace(*platform, assets, "http://" + config.http.listen);
    }

    http::OutboundResponse ask(const std::string& listen, const std::string& path) {
        http::OutboundOptions options;
        options.schemes = {"http"};
        options.ports = {
            static_cast<std::uint16_t>(std::stoi(listen.substr(listen.rfind(':') + 1)))};
        options.allow_private = {*http::AddressRange::parse("127.0.0.0/8")};
        http::OutboundRequest request;
        request.url = "http://" + listen + path;
        auto answer = http::OutboundClient(options).send(request);
        if (!answer) {
            ADD_FAILURE() << path << ": " << answer.error().message;
            return {};
        }
        return *std::move(answer);
    }

    ScratchFolder folder;
    TestDatabase postgres;
    config::Config config;
    std::unique_ptr<Platform> platform;
    view::Assets assets;
    std::optional<Features> features;
};

TEST_F(Telemetry, ShowsRequestsQueriesJobsAndPool) {
    ServeRole serve(*platform, *features);
    ASSERT_TRUE(serve.start());
    WorkerRole worker(*platform, *features);
    ASSERT_TRUE(worker.start());
    ask(config.http.listen, "/sign-in");
    EXPECT_ANY_THROW(static_cast<void>(platform->database().single_statement("select no_such")));
    EXPECT_TRUE(platform->database().single_statement("select pg_sleep(0.25)"));
    const auto figures = ask(config.telemetry.listen, "/metrics").body;
    for (const char* name :
         {"hostelry_http_requests_total",
          "hostelry_http_request_seconds_bucket",
          "hostelry_http_connections",
          "hostelry_http_queue",
          "hostelry_db_queries_total{outcome=\"ok\"}",
          "hostelry_db_queries_total{outcome=\"failed\"} 1",
          "hostelry_db_slow_queries_total 1",
          "hostelry_db_query_seconds_bucket",
          "hostelry_db_connections_max",
          "hostelry_db_connections_open",
          "hostelry_db_connections_in_use",
          "hostelry_db_connections_waiting",
          "hostelry_jobs_running",
          "hostelry_jobs_queued",
          "hostelry_jobs_failed_total",
          "hostelry_events_behind"}) {
        EXPECT_NE(figures.find(name), std::string::npos) << name;
    }
    EXPECT_EQ(figures.find(postgres.root().to_string()), std::string::npos);
    worker.stop(std::chrono::seconds(5));
}

TEST_F(Telemetry, IsReadyOnlyWhileItTakesRequests) {
    ServeRole serve(*platform, *features);
    ASSERT_TRUE(serve.start());
    EXPECT_EQ(ask(config.telemetry.listen, "/readyz").status, 200);
    EXPECT_EQ(ask(config.telemetry.listen, "/healthz").body, "ok\n");
    serve.drain();
    const auto draining = ask(config.telemetry.listen, "/readyz");
    EXPECT_EQ(draining.status, 503);
    EXPECT_EQ(draining.body, "not ready: http\n");
    EXPECT_EQ(ask(config.telemetry.listen, "/healthz").status, 200);
}

TEST_F(Telemetry, IsNotReadyWhileTheDatabaseIsAway) {
    ServeRole serve(*platform, *features);
    ASSERT_TRUE(serve.start());
    const auto readiness = [&] { return ask(config.telemetry.listen, "/readyz").body; };
    EXPECT_EQ(readiness(), "ready\n");
    // As a superuser from another database: nobody gets into this one any more.
    const std::string name = postgres.value("select current_database()");
    pqxx::connection elsewhere(hostelry::testing::test_cluster_dsn("postgres", "postgres"));
    pqxx::nontransaction session(elsewhere);
    session.exec("alter database " + name + " with allow_connections false");
    session.exec(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = '" + name + "'"
    );
    EXPECT_TRUE(eventually([&] { return readiness() == "not ready: database\n"; }));
    EXPECT_EQ(ask(config.telemetry.listen, "/healthz").status, 200) << "restarting mends nothing";
    session.exec("alter database " + name + " with allow_connections true");
    EXPECT_TRUE(eventually([&] { return readiness() == "ready\n"; }));
}

}  // namespace
}  // namespace hostelry::app
