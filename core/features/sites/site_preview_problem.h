#pragma once

#include <string>

namespace hostelry::sites {

/// For the HTML template sites/preview_problem.
struct PreviewProblem {
    int status = 502;
    std::string title;
    std::string text;
};

}  // namespace hostelry::sites
