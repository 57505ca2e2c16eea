#include "core/agent/commands/health/health_commands.h"

#include "core/agent/commands/health/http_probe.h"
#include "core/base/interfaces.h"

#include <nlohmann/json.hpp>

#include <thread>

namespace hostelry::agent {
namespace {

struct CheckFacts {
    std::string site;  ///< Whose check this is; changes nothing about it.
    std::string url;
    std::string host;
    std::string address = "127.0.0.1";
    std::int64_t expect_status = 200;
    std::string expect_text;
    bool verify = true;
    std::string ca_pem;
    std::string fingerprint;
    std::int64_t timeout_s = 15;
};

}  // namespace

}  // namespace hostelry::agent

template <>
const hostelry::Description& hostelry::describe<hostelry::agent::CheckFacts>() {
    using hostelry::agent::CheckFacts;
    static const Description kDescription{
        "CheckFacts",
        {field<&CheckFacts::site>("site", {.label = "Site"}),
         field<&CheckFacts::url>("url", {.label = "URL", .required = true, .max = 2000}),
         field<&CheckFacts::host>("host", {.label = "Host name"}),
         field<&CheckFacts::address>("address", {.label = "Address"}),
         field<&CheckFacts::expect_status>(
             "expect_status", {.label = "Expected status", .min = 100, .max = 599}
         ),
         field<&CheckFacts::expect_text>(
             "expect_text", {.label = "Expected text", .kind = Kind::Multiline, .max = 2000}
         ),
         field<&CheckFacts::verify>("verify", {.label = "Verify the certificate"}),
         field<&CheckFacts::ca_pem>("ca_pem", {.label = "Further CA", .kind = Kind::Multiline}),
         field<&CheckFacts::fingerprint>(
             "fingerprint", {.label = "Certificate that needs no known authority", .max = 71}
         ),
         field<&CheckFacts::timeout_s>(
             "timeout_s", {.label = "Time limit, seconds", .min = 1, .max = 120}
         )}};
    return kDescription;
}

namespace hostelry::agent {
namespace {

constexpr std::chrono::milliseconds kAskAgain{50};

struct Target {
    bool tls = false;
    std::string host;
    std::string path;
};

/// http(s)://name/path with nothing else in the authority.
std::optional<Target> parse_target(const std::string& url) {
    Target target;
    std::string_view rest = url;
    if (rest.starts_with("https://")) {
        target.tls = true;
        rest.remove_prefix(8);
    } else if (rest.starts_with("http://")) {
        rest.remove_prefix(7);
    } else {
        return std::nullopt;
    }
    const auto slash = rest.find('/');
    target.host = rest.substr(0, slash);
    target.path = slash == std::string_view::npos ? "/" : rest.substr(slash);
    if (!is_host_name(target.host) || !is_one_line(target.path, 2000) ||
        target.path.find(' ') != std::string::npos) {
        return std::nullopt;
    }
    return target;
}

class CheckHttp final : public WithoutUndo<Command> {
public:
    explicit CheckHttp(CheckFacts given) : facts_(std::move(given)) {}

    std::string site() const override { return facts_.site; }

    void check(Problems& problems) const override {
        if (!facts_.site.empty()) {
            check_site(problems, facts_.site);
        }
        problems.unless(
            parse_target(facts_.url).has_value(),
            "url",
            "A URL is http:// or https:// with a host name and a path."
        );
        problems.unless(
            facts_.host.empty() || is_host_name(facts_.host), "host", "This is not a host name."
        );
        problems.unless(
            is_loopback_address(facts_.address) || has_address(facts_.address),
            "address",
            "This is not an address of this server."
        );
    }

    Result<Outcome> preview(Host& /*host*/) const override {
        return unchanged("The site would be asked.");
    }

    Result<Outcome> apply(Host& host, const Memory& /*memory*/) const override {
        const auto target = parse_target(facts_.url).value_or(Target{});
        const Probe wanted{
            .tls = target.tls,
            .address = facts_.address,
            .port = static_cast<std::uint16_t>(target.tls ? 443 : 80),
            .host = facts_.host.empty() ? target.host : facts_.host,
            .path = target.path,
            .verify = facts_.verify,
            .ca_pem = facts_.ca_pem,
            .fingerprint = facts_.fingerprint,
            .timeout = std::chrono::seconds{facts_.timeout_s},
        };
        const auto until = host.clock.steady() + std::chrono::seconds{facts_.timeout_s};
        while (true) {
            auto judged = judge(probe(wanted));
            if (judged || host.clock.steady() > until) {
                return judged;
            }
            std::this_thread::sleep_for(kAskAgain);
        }
    }

private:
    Result<Outcome> judge(const Result<ProbeAnswer>& answer) const {
        if (!answer) {
            return tl::unexpected(answer.error());
        }
        if (answer->status != facts_.expect_status) {
            return fail(
                ErrorCode::Unavailable,
                "The site answers with status " + std::to_string(answer->status) + " instead of " +
                    std::to_string(facts_.expect_status) + "."
            );
        }
        if (answer->body.find(facts_.expect_text) == std::string::npos) {
            return fail(ErrorCode::Unavailable, "The expected text is not on the page.");
        }
        Outcome outcome = unchanged("The site answers as expected.");
        outcome.output =
            nlohmann::json{{"status", answer->status}, {"bytes", answer->body.size()}}.dump();
        return outcome;
    }

    CheckFacts facts_;
};

}  // namespace

void add_health_commands(Registry& registry) {
    registry.add<CheckHttp, CheckFacts>("http.check");
}

}  // namespace hostelry::agent
