// Our server with the routes that the benchmark asks for, the whole dispatcher included. Usage:
// bench_http_hello_server [LOOPS]. Prints its port; ends when standard input does.
#include "core/platform/http/dispatcher.h"
#include "core/platform/http/server.h"

#include <cstdio>
#include <iostream>
#include <string>
#include <thread>

using namespace hostelry;

namespace {

class Nobody final : public http::Authenticator {
public:
    Result<std::optional<http::Principal>> authenticate(const http::Request&) override {
        return std::optional<http::Principal>{};
    }
};

http::Route route(std::string path, http::Run run, http::Handler handler) {
    return {
        .method = http::Method::Get,
        .path = std::move(path),
        .access = http::Access::Public,
        .csrf = http::Csrf::None,
        .rate = http::RateClass::Api,
        .run = run,
        .handler = std::move(handler),
    };
}

void add_routes(http::Router& router, http::SseHub& hub) {
    router.add(route("/hello", http::Run::Inline, [](http::Exchange&) {
        return http::Response::text("hello");
    }));
    router.add(route("/worker", http::Run::Worker, [](http::Exchange&) {
        return http::Response::text("hello");
    }));
    router.add(route("/slow", http::Run::Worker, [](http::Exchange&) {
        std::this_thread::sleep_for(std::chrono::milliseconds{50});
        return http::Response::text("slow");
    }));
    router.add(route("/events", http::Run::Inline, [](http::Exchange&) {
        return http::Response::event_stream(
            {.topics = {"all"}, .session_key = "", .last_event_id = {}}
        );
    }));
    router.add(route("/publish", http::Run::Inline, [&hub](http::Exchange&) {
        hub.publish("all", "tick", "<p>something happened</p>");
        return http::Response::text("published");
    }));
}

}  // namespace

int main(int count, char** arguments) {
    SystemClock clock;
    SystemRandom random;
    telemetry::Metrics metrics;
    http::SseHub hub(random);
    http::Router router;
    add_routes(router, hub);
    Nobody nobody;
    const auto pages = http::make_plain_error_pages();
    const auto limiter = cache::make_memory_rate_limiter(clock, random);
    http::DispatcherOptions dispatching;
    dispatching.access_log = false;
    dispatching.rate_limits.api.count = 0;
    http::Dispatcher dispatcher(
        router, nobody, *pages, *limiter, clock, random, metrics, dispatching
    );
    http::ServerOptions options;
    options.loops = count > 1 ? std::stoul(arguments[1]) : 0;
    options.limits.connections = 20'000;
    options.limits.connections_per_address = 20'000;
    http::Server server(options, dispatcher, hub, metrics);
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
