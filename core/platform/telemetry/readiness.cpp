#include "core/platform/telemetry/readiness.h"

#include <utility>

namespace hostelry::telemetry {

void Readiness::set(const std::string& part, bool ready) {
    watch(part, [ready] { return ready; });
}

void Readiness::watch(const std::string& part, std::function<bool()> is_ready) {
    parts_.with([&](auto& parts) { parts[part] = std::move(is_ready); });
}

bool Readiness::is_ready() const {
    return missing().empty();
}

std::vector<std::string> Readiness::missing() const {
    // Asked without the lock: an answer may take seconds.
    const auto parts = parts_.with([](const auto& kept) { return kept; });
    std::vector<std::string> names;
    for (const auto& [name, is_ready] : parts) {
        if (!is_ready()) {
            names.push_back(name);
        }
    }
    return names;
}

}  // namespace hostelry::telemetry
