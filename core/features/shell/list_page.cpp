#include "core/features/shell/list_page.h"

#include "core/platform/web/out.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace hostelry::shell {
namespace {

constexpr std::int64_t kRowsMax = 1'000'000;
constexpr std::array<std::string_view, 2> kKeyPositions{"after", "before"};

std::int64_t row_number(const std::string& text) {
    std::int64_t row = 0;
    std::from_chars(text.data(), text.data() + text.size(), row);
    return std::clamp<std::int64_t>(row, 0, kRowsMax);
}

std::string value_in(const Parameters& parameters, std::string_view name) {
    const auto found = std::find_if(parameters.begin(), parameters.end(), [&](const auto& pair) {
        return pair.first == name;
    });
    return found == parameters.end() ? std::string() : found->second;
}

/// What a parameter may hold; empty: anything.
std::vector<std::string> values_of(
    const ListDescription& description, const ListParameter& parameter
) {
    std::vector<std::string> values = parameter.values;
    if (parameter.name == description.segment_parameter && !parameter.takes_any_text) {
        for (const Segment& segment : description.segments) {
            values.push_back(segment.name);
        }
    }
    return values;
}

}  // namespace

std::string counted(std::int64_t count, const Noun& noun) {
    return view::show_count(count) + " " + (count == 1 ? noun.one : noun.many);
}

ListQuery::ListQuery(const ListDescription& description, const http::Exchange& exchange)
    : description_(description), principal_(exchange.signed_in()) {
    for (const ListParameter& parameter : description.parameters) {
        std::string value = filter_text(exchange.request, parameter.name);
        const auto allowed = values_of(description, parameter);
        if (!allowed.empty() && std::find(allowed.begin(), allowed.end(), value) == allowed.end()) {
            value = allowed.front();
        }
        values_.emplace_back(parameter.name, std::move(value));
    }
    if (description.rows_on_page > 0) {
        if (const auto row = row_number(filter_text(exchange.request, "from")); row > 0) {
            position_.emplace_back("from", std::to_string(row));
        }
        return;
    }
    for (const auto position : kKeyPositions) {
        std::string key = filter_text(exchange.request, position);
        if (!key.empty() && position_.empty()) {
            position_.emplace_back(position, std::move(key));
        }
    }
}

std::string ListQuery::value(std::string_view parameter) const {
    return value_in(values_, parameter);
}

std::string ListQuery::key(std::string_view position) const {
    return value_in(position_, position);
}

std::int64_t ListQuery::first_row() const {
    return row_number(value_in(position_, "from"));
}

bool ListQuery::is_filtered() const {
    const auto& segments = description_.segments;
    return !words().empty() || segment() != (segments.empty() ? "" : segments.front().name);
}

Parameters ListQuery::kept_besides(std::initializer_list<std::string_view> names) const {
    Parameters kept;
    for (const auto& [name, value] : values_) {
        if (!value.empty() && std::find(names.begin(), names.end(), name) == names.end()) {
            kept.emplace_back(name, value);
        }
    }
    return kept;
}

std::string ListQuery::href_with(std::string_view parameter, std::string value) const {
    Parameters changed = values_;
    for (auto& [name, present] : changed) {
        if (name == parameter) {
            present = std::move(value);
            break;
        }
    }
    return link_with(description_.path, changed);
}

std::string ListQuery::href_at(std::string position, std::string key) const {
    if (key.empty()) {
        return {};
    }
    Parameters whole = values_;
    whole.emplace_back(std::move(position), std::move(key));
    return link_with(description_.path, whole);
}

view::FilterForm ListQuery::form() const {
    return {
        .href = description_.path,
        .query = words(),
        .placeholder = description_.placeholder,
        .kept = kept_besides({"q"})};
}

view::PageHead ListQuery::head() const {
    view::PageHead head{.title = description_.title, .summary = description_.summary};
    if (may_create()) {
        head.actions.push_back(description_.creation->action);
        head.actions.back().look = view::ActionLook::Primary;
    }
    return head;
}

PageFacts ListQuery::facts() const {
    PageFacts facts{.title = description_.title, .section = description_.section};
    if (!description_.topic.empty()) {
        facts.topics = {"list:" + description_.topic + ":" + principal_.tenant.to_string()};
    }
    return facts;
}

bool ListQuery::may_create() const {
    return description_.creation &&
           std::all_of(
               description_.creation->permissions.begin(),
               description_.creation->permissions.end(),
               [&](const std::string& permission) { return principal_.may(permission); }
           );
}

std::vector<view::SegmentLink> ListQuery::segment_links(const ListExtent& extent) const {
    auto segments = description_.segments;
    if (segments.empty()) {
        for (const auto& [name, count] : extent.counts) {
            segments.push_back({.name = name, .label = name.empty() ? "All" : name});
        }
    }
    std::vector<view::SegmentLink> links;
    for (const Segment& segment : segments) {
        view::SegmentLink link{
            .label = segment.label,
            .href = href_with(description_.segment_parameter, segment.name),
            .is_current = this->segment() == segment.name};
        if (!extent.counts.empty()) {
            const auto count = extent.counts.find(segment.name);
            link.count = view::show_count(count == extent.counts.end() ? 0 : count->second);
        }
        if (segment.status) {
            link.icon = view::status_icon(*segment.status);
            link.icon_class = view::status_text_class(*segment.status);
        }
        links.push_back(std::move(link));
    }
    return links;
}

view::Pager ListQuery::pager_of(const ListExtent& extent) const {
    const auto matching = extent.matching.value_or(0);
    const auto size = description_.rows_on_page;
    view::Pager pager = extent.pager;
    if (size == 0) {
        if (pager.range.empty() && extent.matching) {
            pager.range = view::show_count(extent.shown) + " of " + view::show_count(matching);
        }
        return pager;
    }
    const auto first = first_row();
    const auto last = first + extent.shown;
    pager.range = view::show_count(extent.shown == 0 ? 0 : first + 1) + "–" +
                  view::show_count(last) + " of " + view::show_count(matching);
    if (first > 0) {
        pager.previous_href = first > size ? href_at("from", std::to_string(first - size)) : href();
    }
    if (last < matching) {
        pager.next_href = href_at("from", std::to_string(last));
    }
    return pager;
}

view::EmptyState ListQuery::nothing() const {
    if (is_filtered() || description_.nothing_yet.title.empty()) {
        return description_.nothing_fits.value_or(view::EmptyState{
            .icon = description_.icon,
            .title = "No " + description_.noun.one + " fits this filter",
            .text = "Try other words, or look at all of them.",
            .action = view::Action{.label = "Show all", .href = description_.path}});
    }
    view::EmptyState empty = description_.nothing_yet;
    empty.icon = description_.icon;
    if (!may_create()) {
        empty.action.reset();
    }
    return empty;
}

view::List ListQuery::list(const ListExtent& extent) const {
    view::List list;
    list.counted = extent.matching ? counted(*extent.matching, description_.noun)
                                   : counted(extent.shown, description_.noun) + " shown";
    list.segments = segment_links(extent);
    list.table.label = description_.label.empty() ? description_.title : description_.label;
    list.table.columns = description_.columns;
    if (extent.shown == 0) {
        list.empty = nothing();
    }
    list.pager = pager_of(extent);
    Parameters here = values_;
    here.insert(here.end(), position_.begin(), position_.end());
    list.refresh_href = link_with(description_.path, here);
    return list;
}

}  // namespace hostelry::shell
