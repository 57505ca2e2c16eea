#pragma once
// The command line's way to the panel: its public API, with the operator key of the state folder or
// a given key.

#include "core/app/operator_key.h"
#include "core/base/result.h"
#include "core/platform/http/message.h"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace hostelry::app {

struct ApiAnswer {
    int status = 0;
    std::string body;  ///< JSON text.
};

/// The problem documents of the API come back as the Error they were made from.
Result<ApiAnswer> call_api(
    const PanelAddress& panel,
    http::Method method,
    const std::string& path,
    const nlohmann::json* body,
    const std::string& idempotency_key
);

}  // namespace hostelry::app
