#include "core/platform/queue/cron.h"

#include "core/base/text.h"

#include <date/tz.h>

#include <array>
#include <charconv>
#include <span>

namespace hostelry::queue {
namespace {

constexpr int kYearsLookedAhead =
    9;  // 29 February on a given weekday comes within that, but for 2100
constexpr std::array<std::string_view, 12> kMonths{
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> kWeekdays{
    "sun", "mon", "tue", "wed", "thu", "fri", "sat"};

struct Field {
    std::string_view title;
    int first;
    int last;
    std::span<const std::string_view> names;  // of first, first + 1, ...
};

const Field kMinute{"minute", 0, 59, {}};
const Field kHour{"hour", 0, 23, {}};
const Field kDay{"day of the month", 1, 31, {}};
const Field kMonth{"month", 1, 12, kMonths};
const Field kWeekday{"day of the week", 0, 7, kWeekdays};  // 7 is Sunday too

tl::unexpected<Error> refuse(const Field& field, std::string_view text) {
    return fail(
        ErrorCode::Invalid,
        "\"" + std::string(text) + "\" is not a " + std::string(field.title) + " of a schedule (" +
            std::to_string(field.first) + " to " + std::to_string(field.last) +
            ", lists, ranges, steps)."
    );
}

std::optional<int> parse_number(std::string_view text) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || text.starts_with('-')) {
        return std::nullopt;
    }
    return value;
}

std::optional<int> parse_value(const Field& field, std::string_view text) {
    const std::string lower = lower_ascii(text);
    for (std::size_t i = 0; i < field.names.size(); ++i) {
        if (lower == field.names[i]) {
            return field.first + static_cast<int>(i);
        }
    }
    const auto value = parse_number(text);
    return value && *value >= field.first && *value <= field.last ? value : std::nullopt;
}

/// One member of a list: "*", "5", "1-5", each with "/step".
template <std::size_t Size>
Result<void> add_part(const Field& field, std::string_view part, std::bitset<Size>& set) {
    std::string_view range = part;
    int step = 1;
    if (const auto slash = part.find('/'); slash != std::string_view::npos) {
        const auto parsed = parse_number(part.substr(slash + 1));
        if (!parsed || *parsed < 1) {
            return refuse(field, part);
        }
        step = *parsed;
        range = part.substr(0, slash);
    }
    int from = field.first;
    int to = field.last;
    if (range != "*") {
        const auto dash = range.find('-');
        const auto low = parse_value(field, range.substr(0, dash));
        // "5/10" means from 5 on; a single number without a step only itself.
        const auto high = dash != std::string_view::npos
                              ? parse_value(field, range.substr(dash + 1))
                          : range.size() != part.size() ? std::optional{field.last}
                                                        : low;
        if (!low || !high || *low > *high) {
            return refuse(field, part);
        }
        from = *low;
        to = *high;
    }
    for (int value = from; value <= to; value += step) {
        set.set(static_cast<std::size_t>(value) % Size);  // day 7 of the week is day 0
    }
    return {};
}

template <std::size_t Size>
Result<std::bitset<Size>> parse_field(const Field& field, std::string_view text) {
    std::bitset<Size> set;
    for (const auto& part : split(text, ',')) {
        TRY(add_part(field, part, set));
    }
    return set;
}

std::string_view expand(std::string_view text) {
    if (text == "@hourly") {
        return "0 * * * *";
    }
    if (text == "@daily") {
        return "0 0 * * *";
    }
    if (text == "@weekly") {
        return "0 0 * * 0";
    }
    if (text == "@monthly") {
        return "0 0 1 * *";
    }
    return text == "@yearly" ? "0 0 1 1 *" : text;
}

const date::time_zone* find_zone(const std::string& name) {
    try {
        return date::locate_zone(name);
    } catch (const std::exception&) {
        return nullptr;  // the library has no other way to ask
    }
}

/// The instants of a local time: one, or two in the hour that an autumn shift repeats. A skipped
/// time is the first instant after the gap.
std::vector<TimePoint> instants_of(const date::time_zone& zone, date::local_seconds local) {
    const auto info = zone.get_info(local);
    const date::sys_seconds as_utc{local.time_since_epoch()};
    switch (info.result) {
        case date::local_info::nonexistent:
            return {info.first.end};
        case date::local_info::ambiguous:
            return {as_utc - info.first.offset, as_utc - info.second.offset};
        default:
            return {as_utc - info.first.offset};
    }
}

}  // namespace

Result<Cron> Cron::parse(std::string_view text) {
    std::vector<std::string> fields;
    for (const auto& word : split(expand(trim(text)), ' ')) {
        if (!word.empty()) {
            fields.push_back(word);
        }
    }
    if (fields.size() != 5) {
        return fail(
            ErrorCode::Invalid,
            "A schedule has five fields: minute, hour, day of the month, month, day of the week."
        );
    }
    Cron cron;
    cron.minutes_ = TRY(parse_field<60>(kMinute, fields[0]));
    cron.hours_ = TRY(parse_field<24>(kHour, fields[1]));
    cron.days_ = TRY(parse_field<32>(kDay, fields[2]));
    cron.months_ = TRY(parse_field<13>(kMonth, fields[3]));
    cron.weekdays_ = TRY(parse_field<7>(kWeekday, fields[4]));
    cron.any_hour_ = fields[1].starts_with('*');
    cron.any_day_ = fields[2].starts_with('*');
    cron.any_weekday_ = fields[4].starts_with('*');
    return cron;
}

bool Cron::matches_day(int year, unsigned month, unsigned day) const {
    const date::year_month_day when{date::year{year}, date::month{month}, date::day{day}};
    const date::weekday weekday{date::sys_days{when}};
    const bool day_fits = days_.test(day);
    const bool weekday_fits = weekdays_.test(weekday.c_encoding());
    // cron(8): two restricted day fields are alternatives.
    return any_day_ || any_weekday_ ? day_fits && weekday_fits : day_fits || weekday_fits;
}

std::optional<TimePoint> Cron::next_after(TimePoint after, const std::string& time_zone) const {
    const date::time_zone* zone = find_zone(time_zone);
    if (zone == nullptr) {
        return std::nullopt;
    }
    const auto local_now = zone->to_local(date::floor<std::chrono::seconds>(after));
    const auto first_day = date::floor<date::days>(local_now);
    // The day before too: a shift may move one of its times past `after`.
    for (auto day = first_day - date::days{1};
         day < first_day + date::days{366 * kYearsLookedAhead};
         day += date::days{1}) {
        const date::year_month_day when{day};
        const auto month = static_cast<unsigned>(when.month());
        if (!months_.test(month) ||
            !matches_day(static_cast<int>(when.year()), month, static_cast<unsigned>(when.day()))) {
            continue;
        }
        std::optional<TimePoint> earliest;
        for (unsigned minute = 0; minute < 24 * 60; ++minute) {
            if (!hours_.test(minute / 60) || !minutes_.test(minute % 60)) {
                continue;
            }
            auto instants = instants_of(*zone, day + std::chrono::minutes{minute});
            instants.resize(any_hour_ ? instants.size() : 1);
            for (const TimePoint at : instants) {
                if (at > after && (!earliest || at < *earliest)) {
                    earliest = at;
                }
            }
        }
        if (earliest) {
            return earliest;
        }
    }
    return std::nullopt;
}

bool is_time_zone(const std::string& name) {
    return find_zone(name) != nullptr;
}

}  // namespace hostelry::queue
