#pragma once

#include "core/platform/web/reader_time.h"

#include <optional>
#include <string>
#include <vector>

namespace hostelry::view {

struct ChartSeries {
    std::string name;
    std::vector<std::optional<double>> values;  // a missing value is a gap
};

/// A line chart over time, up to four series. Every series has as many values as there are moments.
struct Chart {
    std::string title;
    std::string unit;   // "%", "MB"
    std::string range;  // "last 24 hours"
    std::vector<Instant> moments;
    std::vector<ChartSeries> series;
    std::optional<double> max;  // of the vertical axis; otherwise it fits the data
};

/// What the script draws from.
std::string chart_data(const Chart& chart);

/// "CPU, last 24 hours, 3.1 to 88.0 %", for those who do not see the picture.
std::string chart_summary(const Chart& chart);

std::string show_sample(const std::optional<double>& value);

}  // namespace hostelry::view
