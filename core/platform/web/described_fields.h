#pragma once

#include "core/base/describe.h"
#include "core/platform/web/components/form.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// From the description of a request to the fields of its form, so that a label, a limit or a help
// text is written once.
namespace hostelry::view {

/// The field for one described member, holding what `shown` says and its error, if any. Members
/// that have no field (lists, maps, objects, moments) give none.
std::optional<Field> described_field(
    const hostelry::Field& member, const FormPairs& shown, const std::vector<FieldError>& errors
);

/// All fields of a description in its order; with `only`, those members in that order.
std::vector<Field> described_fields(
    const Description& description,
    const FormPairs& shown,
    const std::vector<FieldError>& errors,
    const std::vector<std::string>& only = {}
);

/// What an existing object shows in its edit form: text, numbers and booleans by member name.
FormPairs shown_values(const Description& description, const void* object);

template <class T>
FormPairs shown_values(const T& object) {
    return shown_values(describe<T>(), &object);
}

/// The box above a form that came back. Empty without errors.
ErrorSummary error_summary_of(const std::vector<FieldError>& errors, std::string_view consequence);

}  // namespace hostelry::view
