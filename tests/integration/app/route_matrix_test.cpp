// The panel's whole route table against somebody without a login: every path, every method, with no
// proof, a stale one and a made-up one. The table is the composed router's, so a route of tomorrow
// is in here without being written down.

#include "core/app/features.h"
#include "core/app/platform.h"
#include "core/platform/http/dispatcher.h"
#include "core/platform/http/openapi.h"

#include "tests/support/scratch_folder.h"
#include "tests/support/test_database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <filesystem>
#include <set>

namespace hostelry::app {
namespace {

using http::Method;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::array kEveryMethod{
    Method::Get, Method::Head, Method::Post, Method::Put, Method::Patch, Method::Delete};
constexpr const char* kNobodysId = "01890a5d-ac96-774b-bcce-b302099a8057";
// Rows of every table, "sites=0,users=1".
constexpr const char* kRowsSql =
    "select string_agg(tablename || '=' || (xpath('/row/c/text()', query_to_xml(format("
    "'select count(*) as c from hostelry.%I', tablename), false, true, '')))[1]::text, ',' "
    "order by tablename) from pg_tables where schemaname = 'hostelry'";

/// What a stranger may show at the door; none of it is worth anything.
struct Proof {
    std::string header;
    std::string value;
};
const std::vector<Proof> kWorthless{
    {"", ""},
    {"cookie", "__Host-session=axFNT5qcsNdejGfL4SV04l-IEed9wu7-fUpJBQpl8V8"},
    {"authorization", "Bearer op_axFNT5qcsNdejGfL4SV04l-IEed9wu7-fUpJBQpl8V8"},
    {"x-http-method-override", "GET"},
};

struct Reply {
    int status = 0;
    std::string location;
    std::string allow;
};

class RouteMatrix : public ::testing::Test {
protected:
    RouteMatrix() {
        config::Config config;
        config.state_dir = state_.path();
        config.database.url = postgres_.dsn();
        config.migrations.directory = hostelry::testing::migrations_directory();
        platform_ = std::move(Platform::open(config, Migrate::No)).value();
        features_.emplace(*platform_, assets_, "https://panel.test");
        features_->add_routes(router_);
        router_.add(http::openapi_route(
            router_, {.version = "1", .description = {}}, "/api/v1/openapi.json"
        ));
        http::DispatcherOptions options;
        options.rate_limits = {{0}, {0}, {0}, {0}};
        options.access_log = false;
        dispatcher_.emplace(
            router_,
            features_->auth(),
            features_->shell().error_pages(),
            platform_->rate_limiter(),
            platform_->clock(),
            platform_->random(),
            platform_->metrics(),
            options
        );
    }

    static std::string filled_in(const std::string& pattern) {
        std::string path;
        for (std::size_t at = 0; at < pattern.size(); ++at) {
            if (pattern[at] == '{') {
                path += kNobodysId;
                at = pattern.find('}', at);
            } else {
                path += pattern[at];
            }
        }
        return path;
    }

    Reply ask(Method method, const std::string& path, const Proof& proof) {
        http::Inflight inflight;
        auto& request = inflight.request;
        request.method = method;
        request.path = path;
        request.headers.add("host", "panel.test");
        const bool has_body = !http::is_safe(method);
        if (has_body) {
            request.headers.add("content-type", "application/x-www-form-urlencoded");
            request.set_body("_csrf=made-up&name=x&email=x%40example.org&password=x");
        }
        if (!proof.header.empty()) {
            request.headers.add(proof.header, proof.value);
        }
        inflight.peer = *http::IpAddress::parse("192.0.2.7");
        inflight.peer_text = "192.0.2.7";
        auto verdict = dispatcher_->consider(inflight, {has_body, request.body.size(), false});
        const auto answer =
            verdict.refusal ? *std::move(verdict.refusal) : dispatcher_->answer(inflight);
        Reply reply{answer.response.status, {}, {}};
        for (const auto& [name, value] : answer.response.headers) {
            if (name == "Location") {
                reply.location = value;
            } else if (name == "Allow") {
                reply.allow = value;
            }
        }
        return reply;
    }

    std::set<std::string> patterns() const {
        std::set<std::string> found;
        for (const auto& route : router_.routes()) {
            found.insert(route.path);
        }
        return found;
    }

    std::string rows() const { return postgres_.value(kRowsSql); }

    testing::TestDatabase postgres_;
    hostelry::testing::ScratchFolder state_;
    std::unique_ptr<Platform> platform_;
    view::Assets assets_;
    std::optional<Features> features_;
    http::Router router_;
    std::optional<http::Dispatcher> dispatcher_;
};

/// Empty when `reply` lets nobody in; what is wrong otherwise.
std::string complaint(const http::Route* route, Method method, const Reply& reply) {
    if (route == nullptr) {
        return reply.status == 405 && !reply.allow.empty() ? "" : "is no 405 with Allow";
    }
    if (route->access == http::Access::Public) {
        const bool is_refused = http::is_safe(method) ? reply.status < 500 : reply.status == 403;
        return is_refused ? "" : "takes a form without its token";
    }
    if (route->rate == http::RateClass::Api || route->api) {
        return reply.status == 401 || reply.status == 403 ? "" : "is open";
    }
    const bool leads_to_the_door = reply.status == 303 && reply.location.starts_with("/sign-in");
    return leads_to_the_door || reply.status == 401 || reply.status == 403 ? "" : "is open";
}

TEST_F(RouteMatrix, NobodyWithoutALoginGetsPastTheDoor) {
    const auto before = rows();
    std::vector<std::string> open;
    for (const auto& pattern : patterns()) {
        const auto path = filled_in(pattern);
        for (const auto method : kEveryMethod) {
            const auto* route = router_.match(method, path).route;
            for (const auto& proof : kWorthless) {
                const auto reply = ask(method, path, proof);
                if (const auto why = complaint(route, method, reply); !why.empty()) {
                    open.push_back(
                        std::string(http::method_name(method)) + " " + pattern + " with \"" +
                        proof.header + "\" answers " + std::to_string(reply.status) + ": " + why
                    );
                }
            }
        }
    }
    EXPECT_THAT(open, IsEmpty());
    EXPECT_GT(patterns().size(), 100U);
    EXPECT_EQ(rows(), before);
}

TEST_F(RouteMatrix, OnlyTheseRoutesNeedNoLogin) {
    std::set<std::string> open;
    for (const auto& route : router_.routes()) {
        if (route.access == http::Access::Public) {
            open.insert(std::string(http::method_name(route.method)) + " " + route.path);
        }
    }
    EXPECT_THAT(
        open,
        ElementsAre(
            "GET /api/v1/openapi.json",
            "GET /password/{token}",
            "GET /setup/{token}",
            "GET /sign-in",
            "POST /password/{token}",
            "POST /preferences/navigation",
            "POST /preferences/theme",
            "POST /setup/{token}",
            "POST /sign-in"
        )
    );
}

TEST_F(RouteMatrix, APageThatNeedsALoginLeadsBackToItself) {
    const auto reply = ask(Method::Get, "/sites", kWorthless.front());
    EXPECT_EQ(reply.status, 303);
    EXPECT_EQ(reply.location, "/sign-in?next=%2Fsites");
}

}  // namespace
}  // namespace hostelry::app
