#include "core/platform/web/components/chart.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdio>

namespace hostelry::view {

std::string show_sample(const std::optional<double>& value) {
    if (!value) {
        return "N/A";
    }
    std::array<char, 32> text{};
    const int size =
        std::snprintf(text.data(), text.size(), *value >= 100 ? "%.0f" : "%.1f", *value);
    return {text.data(), static_cast<std::size_t>(size)};
}

std::string chart_data(const Chart& chart) {
    auto data = nlohmann::json::object();
    data["unit"] = chart.unit;
    data["x"] = nlohmann::json::array();
    for (const Instant moment : chart.moments) {
        data["x"].push_back(
            std::chrono::floor<std::chrono::seconds>(moment).time_since_epoch().count()
        );
    }
    data["series"] = nlohmann::json::array();
    for (const ChartSeries& series : chart.series) {
        auto values = nlohmann::json::array();
        for (const auto& value : series.values) {
            values.push_back(value ? nlohmann::json(*value) : nlohmann::json());
        }
        data["series"].push_back({{"name", series.name}, {"y", std::move(values)}});
    }
    if (chart.max) {
        data["max"] = *chart.max;
    }
    return data.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string chart_summary(const Chart& chart) {
    std::optional<double> least;
    std::optional<double> most;
    for (const ChartSeries& series : chart.series) {
        for (const auto& value : series.values) {
            if (value) {
                least = std::min(least.value_or(*value), *value);
                most = std::max(most.value_or(*value), *value);
            }
        }
    }
    const std::string begin = chart.title + ", " + chart.range + ", ";
    return least ? begin + show_sample(least) + " to " + show_sample(most) + " " + chart.unit
                 : begin + "no data";
}

}  // namespace hostelry::view
