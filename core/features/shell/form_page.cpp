#include "core/features/shell/form_page.h"

#include "core/platform/web/described_fields.h"

namespace hostelry::shell {

const std::vector<FieldError>& field_errors_of(const Error* error) {
    static const std::vector<FieldError> kNone;
    return error != nullptr ? error->fields : kNone;
}

view::ErrorSummary summary_of(const Error* error, std::string_view consequence) {
    if (error == nullptr) {
        return {};
    }
    if (error->fields.empty()) {
        return {.title = error->message, .messages = {}};
    }
    return view::error_summary_of(error->fields, consequence);
}

int form_status(const Error* error) {
    return error == nullptr ? 200 : error->code == ErrorCode::Conflict ? 409 : 422;
}

bool belongs_to_form(const Error& error) {
    return error.code == ErrorCode::Invalid || error.code == ErrorCode::Conflict ||
           error.code == ErrorCode::Unavailable || error.code == ErrorCode::QuotaExceeded;
}

}  // namespace hostelry::shell
