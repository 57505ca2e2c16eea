#include "bench/support/report.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>

namespace hostelry::bench {
namespace {

double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
}

}  // namespace

bool report(const Figure& figure) {
    std::vector<double> ratios;
    for (std::size_t i = 0; i < figure.ours.size(); ++i) {
        ratios.push_back(figure.ours[i] / figure.limit[i]);
    }
    const double ratio = median(ratios);
    const bool is_more = figure.better == Better::More;
    const bool is_good = is_more ? ratio >= figure.goal : ratio <= figure.goal;
    fmt::print(
        "  {} {:<34} {:10.2f}  {} {:10.2f}  ratio {:5.2f}  (limit {} {:.2f})\n",
        is_good ? "ok    " : "MISSED",
        figure.name,
        median(figure.ours),
        figure.limit_name,
        median(figure.limit),
        ratio,
        is_more ? ">=" : "<=",
        figure.goal
    );
    return is_good;
}

}  // namespace hostelry::bench
