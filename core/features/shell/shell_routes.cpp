#include "core/base/text.h"
#include "core/features/shell/navigation.h"
#include "core/features/shell/page_parts.h"
#include "core/features/shell/shell.h"
#include "core/features/shell/shell_store.h"
#include "core/features/shell/topics.h"
#include "core/platform/http/api.h"

#include "templates/components/palette.cpt.h"
#include "templates/layouts/shell.cpt.h"
#include "templates/shell/search.cpt.h"

#include <algorithm>

namespace hostelry::shell {
namespace {

using http::Access;
using http::Csrf;
using http::Exchange;
using http::Method;
using http::RateClass;
using http::Response;

constexpr std::size_t kWordsBytesMax = 100;
constexpr std::size_t kResultsMax = 24;
constexpr std::chrono::hours kPreferenceLife{24 * 365};

Response keep_preference(
    Exchange& exchange, const std::string& name, const std::vector<std::string>& values
) {
    const std::string value = exchange.request.form_value(name);
    if (std::find(values.begin(), values.end(), value) == values.end()) {
        return Response::failed({.code = ErrorCode::Invalid, .message = "There is no such choice."}
        );
    }
    auto response = Response::see_other(page_before(exchange.request));
    response.set_cookie({.name = name, .value = value, .max_age = kPreferenceLife});
    return response;
}

class Search {
public:
    Search(
        db::Database& database, const std::vector<std::pair<std::string, PaletteSource>>& sources
    )
        : database_(database), sources_(sources) {}

    Result<std::vector<view::PaletteItem>> find(const http::Principal& principal, std::string words)
        const {
        words = lower_ascii(trim(words)).substr(0, kWordsBytesMax);
        if (!is_valid_utf8(words) || has_control_bytes(words)) {
            return std::vector<view::PaletteItem>{};
        }
        const auto items = commands_named(principal, words);
        return database_.in_tenant(
            principal.tenant,
            [&](db::Transaction& tx) -> Result<std::vector<view::PaletteItem>> {
                auto found = items;
                for (const auto& [permission, source] : sources_) {
                    if (principal.may(permission)) {
                        const auto more = source(tx, principal, words);
                        found.insert(found.end(), more.begin(), more.end());
                    }
                }
                found.resize(std::min(found.size(), kResultsMax));
                return found;
            }
        );
    }

private:
    db::Database& database_;
    const std::vector<std::pair<std::string, PaletteSource>>& sources_;
};

http::Route for_signed_in(std::string path, http::Handler handler) {
    return http::page_route(Method::Get, std::move(path), "self", std::move(handler));
}

/// Themes are for the sign-in page too.
http::Route for_everybody(std::string path, http::Handler handler) {
    return {
        .method = Method::Post,
        .path = std::move(path),
        .access = Access::Public,
        .csrf = Csrf::Token,
        .rate = RateClass::Page,
        .handler = std::move(handler),
    };
}

}  // namespace

void Shell::add_routes(http::Router& router) {
    router.add(for_everybody("/preferences/theme", [](Exchange& x) {
        return keep_preference(x, "theme", {"light", "dark", "system"});
    }));
    router.add(for_everybody("/preferences/navigation", [](Exchange& x) {
        return keep_preference(x, "navigation", {"rail", "wide"});
    }));
    router.add(for_signed_in("/jobs/running", [this](Exchange& x) {
        const auto framed = frame(x, {});
        return page(x, [&](view::Out& out) { views::layouts::running_jobs(out, framed.running); });
    }));
    router.add(for_signed_in("/palette", [this](Exchange& x) {
        const auto items =
            Search(needs_.database, sources_).find(x.signed_in(), filter_text(x.request, "q"));
        if (!items) {
            return Response::failed(items.error());
        }
        return page(x, [&](view::Out& out) { views::components::palette_results(out, *items); });
    }));
    router.add(for_signed_in("/search", [this](Exchange& x) {
        const std::string words = filter_text(x.request, "q");
        const auto items = Search(needs_.database, sources_).find(x.signed_in(), words);
        if (!items) {
            return Response::failed(items.error());
        }
        const auto framed = frame(x, {.title = "Search", .section = ""});
        return page(x, [&](view::Out& out) { views::shell::search(out, framed, words, *items); });
    }));
    router.add(for_signed_in("/events", [this](Exchange& x) {
        const auto& principal = x.signed_in();
        auto topics = needs_.database.in_tenant(
            principal.tenant,
            [&](db::Transaction& tx) -> Result<std::vector<std::string>> {
                return allowed_topics(tx, x.request.query("topics").value_or(""), topics_);
            }
        );
        if (!topics) {
            return Response::failed(topics.error());
        }
        http::EventSubscription subscription{
            .topics = std::move(*topics),
            .session_key = principal.session_key,
            .last_event_id = x.request.query("last")};
        if (const auto header = x.request.header("last-event-id")) {
            subscription.last_event_id = std::string(*header);
        }
        return Response::event_stream(std::move(subscription));
    }));
}

}  // namespace hostelry::shell
