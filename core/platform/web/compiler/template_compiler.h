#pragma once

#include <string>
#include <string_view>
#include <vector>

// Turns a .cpt file (PageCompiler's tags in HTML) into C++.
//
//   <%@ include "core/features/sites/site_views.h" %>   for the types in the signatures
//   <%@ use components/chip %>                          another template file, called in this one
//   <%@ template show(view::Out& out, const SitePage& page) %>   begins a function
//   <%= e %>    value, escaped for the place it stands in
//   <% code %>  C++; ends with { } ; or :
//   <%> f(out, x) %>                      calls another template, in text only
//   <%? disabled when condition %>        an attribute, or name="literal", that may be absent
//   <%-- note --%>                        not in the output
//
// Each file becomes a header with the declarations and a source with the bodies, in the namespace
// hostelry::views::<folder>.
namespace hostelry::cpt {

struct Diagnostic {
    int line = 0;
    int column = 0;
    std::string message;
};

struct Compilation {
    std::string header;
    std::string source;
    std::vector<Diagnostic> errors;  // when not empty, header and source are not to be used
};

/// `name` is the path below the folder of templates, as "components/chip.cpt"; `shown_path` is what
/// errors and #line name.
Compilation compile(std::string_view text, std::string_view name, std::string_view shown_path);

}  // namespace hostelry::cpt
