// Our server with what an API asks of it: a request with a key is authenticated and answered as
// JSON from one row of its tenant. Usage: bench_http_json_server. Prints its port; ends when
// standard input does.
#include "core/platform/crypto/digest.h"
#include "core/platform/db/database.h"
#include "core/platform/http/dispatcher.h"
#include "core/platform/http/server.h"

#include "bench/support/cluster.h"

#include <nlohmann/json.hpp>

#include <cstdio>
#include <iostream>
#include <string>

using namespace hostelry;

namespace {

constexpr auto kKey = "Bearer bench";
constexpr auto kPermission = "bench:read";
constexpr auto kOne =
    "select id, name, kind, state, created_at from hostelry.tenants where id = $1";

/// Keys are known by their digest. Looking it up is the product's first read of a request; here it
/// is in memory, so that one SELECT is left.
class KeyHolder final : public http::Authenticator {
public:
    explicit KeyHolder(TenantId tenant) : digest_(crypto::sha256_hex(kKey)) {
        principal_.tenant = principal_.home = tenant;
        principal_.session_key = digest_;
        principal_.by_cookie = false;
        principal_.permissions = {kPermission};
    }
    Result<std::optional<http::Principal>> authenticate(const http::Request& request) override {
        const auto key = request.header("authorization");
        const bool is_known =
            key && crypto::equal_in_constant_time(crypto::sha256_hex(*key), digest_);
        return is_known ? std::optional{principal_} : std::nullopt;
    }

private:
    const std::string digest_;
    http::Principal principal_;
};

http::Route one_row(db::Database& database) {
    return {
        .method = http::Method::Get,
        .path = "/api/row",
        .permission = kPermission,
        .access = http::Access::SignedIn,
        .csrf = http::Csrf::None,
        .rate = http::RateClass::Api,
        .run = http::Run::Worker,
        .handler =
            [&database](http::Exchange& exchange) {
                const auto tenant = exchange.signed_in().tenant;
                const auto row =
                    database.read_in_tenant(tenant, [&](db::Transaction& tx) -> Result<db::Row> {
                        return tx.query_one(kOne, tenant);
                    });
                if (!row) {
                    return http::Response::failed(row.error());
                }
                return http::Response::json(
                    {{"id", (*row)["id"].text()},
                     {"name", (*row)["name"].text()},
                     {"kind", (*row)["kind"].text()},
                     {"state", (*row)["state"].text()},
                     {"created_at", (*row)["created_at"].text()}}
                );
            },
    };
}

}  // namespace

int main() {
    const bench::Cluster cluster;
    SystemClock clock;
    SystemRandom random;
    db::Database database({.dsn = cluster.dsn("hostelry_app"), .connections_max = 32}, clock);
    telemetry::Metrics metrics;
    http::SseHub hub(random);
    http::Router router;
    router.add(one_row(database));
    KeyHolder holder(cluster.root());
    const auto pages = http::make_plain_error_pages();
    const auto limiter = cache::make_memory_rate_limiter(clock, random);
    http::DispatcherOptions dispatching;
    dispatching.access_log = false;
    dispatching.rate_limits.api.count = 0;
    http::Dispatcher dispatcher(
        router, holder, *pages, *limiter, clock, random, metrics, dispatching
    );
    http::Server server({}, dispatcher, hub, metrics);
    if (const auto started = server.start(); !started) {
        std::cerr << started.error().message << '\n';
        return 1;
    }
    std::printf("%u\n", server.port());
    std::fflush(stdout);
    std::string line;
    while (std::getline(std::cin, line)) {
    }
    server.stop();
}
