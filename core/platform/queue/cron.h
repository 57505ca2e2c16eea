#pragma once

#include "core/base/clock.h"
#include "core/base/result.h"

#include <bitset>
#include <optional>
#include <string>
#include <string_view>

namespace hostelry::queue {

/// A schedule of five fields (minute hour day-of-month month day-of-week): numbers, names (jan,
/// mon), `*`, lists, ranges and steps; @hourly, @daily, @weekly, @monthly, @yearly. As in cron(8),
/// a day matches when either day field does, if both are restricted.
class Cron {
public:
    /// Invalid with a sentence that names the field.
    static Result<Cron> parse(std::string_view text);

    /// The first matching minute after `after`, by the clocks of `time_zone` (tz database name). A
    /// time that a spring shift skips happens at the first minute after the gap; one that an autumn
    /// shift repeats happens once, the first time, unless the hour field is `*` (then the clock
    /// just goes on). Nothing when no date ever matches (31 February) or the zone is unknown.
    std::optional<TimePoint> next_after(TimePoint after, const std::string& time_zone) const;

private:
    std::bitset<60> minutes_;
    std::bitset<24> hours_;
    std::bitset<32> days_;
    std::bitset<13> months_;
    std::bitset<7> weekdays_;
    bool any_hour_ = false;
    bool any_day_ = false;
    bool any_weekday_ = false;

    bool matches_day(int year, unsigned month, unsigned day) const;
};

/// True for a name of the tz database, such as "Europe/Vienna" or "UTC".
bool is_time_zone(const std::string& name);

}  // namespace hostelry::queue
