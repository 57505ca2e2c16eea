#pragma once
// The options of a site template, as the person typed them: text by name. The template's own schema
// turns them into checked values, and tells which are secret and which are generated.

#include "core/base/random.h"
#include "core/base/result.h"
#include "core/features/sites/site_infrastructure.h"
#include "core/platform/plugin_host/form_schema.h"

#include <map>
#include <string>
#include <vector>

namespace hostelry::sites {

struct CheckedOptions {
    db::JsonText open{};                           ///< What may be seen.
    std::map<std::string, std::string> secrets{};  ///< To be sealed.
    std::vector<std::string> generated{};          ///< Names of secrets that were made here.
};

/// The schema of a template; nothing when the cached one cannot be read (logged).
Result<plugin_host::FormSchema> schema_of(const SiteTemplate& site_template);

/// Fills defaults and generated passwords, then checks. Problems are named "options.<name>" and
/// added to `errors`.
CheckedOptions check_options(
    const plugin_host::FormSchema& schema,
    const std::map<std::string, std::string>& typed,
    Random& random,
    std::vector<FieldError>& errors
);

}  // namespace hostelry::sites
