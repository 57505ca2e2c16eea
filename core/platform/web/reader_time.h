#pragma once

#include "core/base/clock.h"

#include <chrono>
#include <string>
#include <string_view>

namespace hostelry::view {

using Instant = TimePoint;

/// Shows moments as one reader would say them: in the reader's time zone, relative to the moment of
/// the request.
class ReaderTime {
public:
    /// `zone_name` as in the IANA database, "Europe/Berlin". An unknown one is read as UTC, so that
    /// a damaged profile does not take the page away.
    ReaderTime(std::string_view zone_name, Instant now);

    Instant now() const { return now_; }

    /// "21 November 2026, 10:04 CET".
    std::string exact(Instant instant) const;

    /// "21 Nov 2026".
    std::string date(Instant instant) const;

    /// "10:04:31.204", for logs.
    std::string clock(Instant instant) const;

    /// "just now", "4 min ago", "in 3 h", "2 d ago", "5 mo ago", "1.3 y ago".
    std::string relative(Instant instant) const;

    /// For the datetime attribute: RFC 3339 in UTC.
    static std::string machine(Instant instant);

private:
    std::string format(const char* pattern, Instant instant) const;

    std::string zone_name_;
    Instant now_;
};

/// "0.4 s", "12.3 s", "2 min 5 s", "1 h 4 min", "14 d 6 h": how long something took.
std::string show_duration(std::chrono::milliseconds duration);

/// "1,284": whole numbers with group separators.
std::string show_count(long long count);

}  // namespace hostelry::view
