#pragma once

#include "core/platform/web/compiler/html_state.h"

#include <optional>
#include <string>

// What may stand where: which escaper an expression needs at a place, and why it is refused there.
namespace hostelry::cpt {

struct Decision {
    std::string escaper;  // name of the member of view::Out; empty when refused
    std::string refusal;  // the build error; empty when allowed
};

Decision decide_expression(const HtmlState& state);

/// A literal attribute that must not appear in any template: the content security policy would
/// refuse it in the browser, so the build refuses it first.
std::optional<std::string> refuse_attribute(const std::string& name);

/// A literal URL that runs code, complete as written.
std::optional<std::string> refuse_literal_value(const std::string& name, const std::string& value);

bool is_url_attribute(const std::string& name);

}  // namespace hostelry::cpt
