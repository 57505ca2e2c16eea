#pragma once
// The warm helper that speaks ACME (acme_helper.py), one request at a time.

#include "core/base/result.h"

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <memory>
#include <string>

namespace hostelry::certificates {

/// What the helper said besides an Error: the authority's own kind of problem,
/// "accountDoesNotExist".
struct AcmeRefusal {
    std::string kind;
};

/// Starts with the first request and again after it died. One thread owns the program: it is killed
/// when the thread that started it ends.
class AcmeHelperProcess {
public:
    explicit AcmeHelperProcess(std::string helper);
    ~AcmeHelperProcess();
    AcmeHelperProcess(const AcmeHelperProcess&) = delete;
    AcmeHelperProcess& operator=(const AcmeHelperProcess&) = delete;

    /// Answers the helper's answer. `refusal` is filled when it is not null and the authority
    /// refused. From any thread; blocks.
    Result<nlohmann::json> ask(
        const std::string& action, const nlohmann::json& request, AcmeRefusal* refusal = nullptr
    );

private:
    class Owner;
    std::unique_ptr<Owner> owner_;
};

}  // namespace hostelry::certificates
