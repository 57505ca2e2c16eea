#include "core/platform/telemetry/readiness.h"

namespace hostelry::telemetry {

void Readiness::set(const std::string& part, bool ready) {
    parts_.with([&](auto& parts) { parts[part] = ready; });
}

bool Readiness::is_ready() const {
    return missing().empty();
}

std::vector<std::string> Readiness::missing() const {
    return parts_.with([](const auto& parts) {
        std::vector<std::string> names;
        for (const auto& [name, ready] : parts) {
            if (!ready) {
                names.push_back(name);
            }
        }
        return names;
    });
}

}  // namespace hostelry::telemetry
