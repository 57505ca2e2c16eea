#include "core/features/sites/site_selection.h"

#include "core/features/shell/page_parts.h"
#include "core/platform/http/api.h"

#include <fmt/format.h>

#include <algorithm>

namespace hostelry::sites {
namespace {

using http::Exchange;
using http::Response;

constexpr std::size_t kSelectedMax = 50;  // A page of the list shows 25.

using Act = Result<SiteChange> (Sites::*)(const users::Caller& caller, SiteId id);

struct SelectionTurn {
    const char* path;
    const char* permission;
    Act act;
    const char* done;       // "3 sites are being suspended."
    const char* undo_path;  // empty: there is no way back
};

constexpr SelectionTurn kSuspend{
    "/sites/suspension", "site:suspend", &Sites::suspend, "being suspended", "/sites/resumption"};
constexpr SelectionTurn kResume{
    "/sites/resumption", "site:suspend", &Sites::resume, "being resumed", "/sites/suspension"};
constexpr SelectionTurn kRedeploy{
    "/sites/deployments", "site:update", &Sites::redeploy, "being deployed", ""};

struct Outcome {
    std::vector<Site> changed;
    std::size_t left = 0;
    std::string why;  // of the first that was left
};

/// Boxes are sent as fields of the form; an Undo, which has no fields of its own, as its query.
std::vector<SiteId> selected_sites(const http::Request& request) {
    std::vector<SiteId> ids;
    for (const auto* pairs : {&request.form(), &request.query_pairs()}) {
        for (const auto& [name, value] : *pairs) {
            const auto id = name == "id" ? SiteId::parse(value) : std::nullopt;
            if (id && ids.size() < kSelectedMax &&
                std::find(ids.begin(), ids.end(), *id) == ids.end()) {
                ids.push_back(*id);
            }
        }
    }
    return ids;
}

Outcome turn_each(
    Sites& sites,
    const SelectionTurn& turn,
    const users::Caller& caller,
    const std::vector<SiteId>& ids
) {
    Outcome outcome;
    for (const auto& id : ids) {
        auto change = (sites.*turn.act)(caller, id);
        if (change) {
            outcome.changed.push_back(std::move(change->site));
            continue;
        }
        outcome.why = outcome.left == 0 ? change.error().message : outcome.why;
        ++outcome.left;
    }
    return outcome;
}

std::string told(const Outcome& outcome, const SelectionTurn& turn) {
    std::string text;
    if (outcome.changed.size() == 1) {
        text = outcome.changed.front().shown_domain() + " is " + turn.done + ".";
    } else if (!outcome.changed.empty()) {
        text = fmt::format("{} sites are {}.", outcome.changed.size(), turn.done);
    }
    if (outcome.left > 0) {
        text += text.empty() ? "Nothing was changed. "
                             : fmt::format(
                                   " {} {} left as {}: ",
                                   outcome.left,
                                   outcome.left == 1 ? "was" : "were",
                                   outcome.left == 1 ? "it is" : "they are"
                               );
        text += outcome.why;
    }
    return text;
}

std::string undo_href_of(const Outcome& outcome, const SelectionTurn& turn) {
    std::string href = turn.undo_path;
    if (href.empty() || outcome.changed.empty()) {
        return {};
    }
    char separator = '?';
    for (const auto& site : outcome.changed) {
        href += separator + ("id=" + site.id.to_string());
        separator = '&';
    }
    return href;
}

Response turn_selected(Exchange& exchange, Sites& sites, const SelectionTurn& turn) {
    auto response = Response::go_to(exchange.request, list_before(exchange.request, "/sites"));
    const auto ids = selected_sites(exchange.request);
    if (ids.empty()) {
        shell::Shell::flash_refusal(
            response, "No site was chosen. Tick the boxes in front of the sites first."
        );
        return response;
    }
    const Outcome outcome = turn_each(sites, turn, users::caller_of(exchange), ids);
    if (outcome.changed.empty()) {
        shell::Shell::flash_refusal(response, told(outcome, turn));
    } else {
        shell::Shell::flash(response, told(outcome, turn), undo_href_of(outcome, turn));
    }
    return response;
}

}  // namespace

std::string list_before(const http::Request& request, const std::string& fallback) {
    const std::string before = shell::page_before(request);
    return before == "/sites" || before.starts_with("/sites?") ? before : fallback;
}

void add_site_selection(http::Router& router, Sites& sites) {
    for (const SelectionTurn& turn : {kSuspend, kResume, kRedeploy}) {
        router.add(http::page_route(
            http::Method::Post,
            turn.path,
            turn.permission,
            [&sites, turn](Exchange& x) { return turn_selected(x, sites, turn); }
        ));
    }
}

}  // namespace hostelry::sites
