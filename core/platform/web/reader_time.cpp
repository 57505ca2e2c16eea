#include "core/platform/web/reader_time.h"

#include <date/tz.h>

#include <array>
#include <cstdio>
#include <cstdlib>

namespace hostelry::view {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr long long kMinute = 60;
constexpr long long kHour = 60 * kMinute;
constexpr long long kDay = 24 * kHour;
constexpr long long kYear = 365 * kDay;
constexpr long long kMonth = kYear / 12;

const date::time_zone* zone_or_utc(const std::string& name) {
    try {
        return date::locate_zone(name);
    } catch (const std::runtime_error&) {
        return date::locate_zone("Etc/UTC");
    }
}

std::string one_decimal(double value) {
    std::array<char, 32> text{};
    const int size = std::snprintf(text.data(), text.size(), "%.1f", value);
    return {text.data(), static_cast<std::size_t>(size)};
}

std::string show_distance(long long distance_s) {
    if (distance_s < kHour) {
        return std::to_string(distance_s / kMinute) + " min";
    }
    if (distance_s < kDay) {
        return std::to_string(distance_s / kHour) + " h";
    }
    if (distance_s < 45 * kDay) {
        return std::to_string(distance_s / kDay) + " d";
    }
    if (distance_s < kYear) {
        return std::to_string(distance_s / kMonth) + " mo";
    }
    return one_decimal(static_cast<double>(distance_s) / static_cast<double>(kYear)) + " y";
}

}  // namespace

ReaderTime::ReaderTime(std::string_view zone_name, Instant now)
    : zone_name_(zone_name), now_(now) {}

std::string ReaderTime::exact(Instant instant) const {
    return format("%e %B %Y, %H:%M %Z", instant);
}

std::string ReaderTime::date(Instant instant) const {
    return format("%e %b %Y", instant);
}

std::string ReaderTime::clock(Instant instant) const {
    const auto local = zone_or_utc(zone_name_)->to_local(std::chrono::floor<milliseconds>(instant));
    return date::format("%H:%M:%S", local);
}

std::string ReaderTime::relative(Instant instant) const {
    const long long distance_s = duration_cast<seconds>(now_ - instant).count();
    if (std::llabs(distance_s) < kMinute) {
        return distance_s < 0 ? "in a moment" : "just now";
    }
    return distance_s > 0 ? show_distance(distance_s) + " ago" : "in " + show_distance(-distance_s);
}

std::string ReaderTime::machine(Instant instant) {
    return date::format("%FT%TZ", std::chrono::floor<seconds>(instant));
}

std::string ReaderTime::format(const char* pattern, Instant instant) const {
    const auto moment =
        date::make_zoned(zone_or_utc(zone_name_), std::chrono::floor<seconds>(instant));
    std::string text = date::format(pattern, moment);
    if (text.starts_with(' ')) {  // %e pads a single digit
        text.erase(0, 1);
    }
    return text;
}

std::string show_duration(milliseconds duration) {
    const long long total_s = duration_cast<seconds>(duration).count();
    if (total_s < kMinute) {
        return one_decimal(static_cast<double>(duration.count()) / 1000.0) + " s";
    }
    if (total_s < kHour) {
        return std::to_string(total_s / kMinute) + " min " + std::to_string(total_s % kMinute) +
               " s";
    }
    if (total_s >= 2 * kDay) {
        return std::to_string(total_s / kDay) + " d " + std::to_string(total_s % kDay / kHour) +
               " h";
    }
    return std::to_string(total_s / kHour) + " h " + std::to_string(total_s % kHour / kMinute) +
           " min";
}

std::string show_count(long long count) {
    std::string text = std::to_string(count);
    const std::ptrdiff_t first_digit = count < 0 ? 1 : 0;
    for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > first_digit; at -= 3) {
        text.insert(static_cast<std::size_t>(at), 1, ',');
    }
    return text;
}

}  // namespace hostelry::view
