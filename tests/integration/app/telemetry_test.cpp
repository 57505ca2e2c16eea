// What an operator's monitoring sees of a running panel.
#include "core/app/worker_role.h"
#include "core/platform/http/outbound.h"

#include "tests/integration/app/serving.h"
#include "tests/support/eventually.h"

#include <pqxx/pqxx>

#include <future>

namespace hostelry::app {
namespace {

using hostelry::testing::eventually;

class Telemetry : public Serving {
protected:
    Telemetry() {
        config.telemetry.listen = "127.0.0.1:" + std::to_string(free_port());
        open();
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
