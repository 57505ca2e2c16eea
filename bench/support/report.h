#pragma once

#include <string_view>
#include <vector>

namespace hostelry::bench {

enum class Better { More, Less };

/// One figure of several rounds beside its limit in the same rounds. The ratio that counts is the
/// median of the rounds'.
struct Figure {
    std::string_view name;
    std::string_view limit_name;
    std::vector<double> ours;
    std::vector<double> limit;
    double goal;
    Better better;
};

/// Prints it; answers whether the goal is reached.
bool report(const Figure& figure);

}  // namespace hostelry::bench
