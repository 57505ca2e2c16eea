#include "core/features/shell/topics.h"

#include "core/base/text.h"
#include "core/features/shell/shell_store.h"
#include "core/platform/queue/job_store.h"

namespace hostelry::shell {
namespace {

constexpr std::size_t kTopicsMax = 20;

bool is_allowed(
    db::Transaction& tx,
    const std::string& topic,
    const std::map<std::string, TopicCheck, std::less<>>& checks
) {
    const auto parts = split(topic, ':');
    const bool is_tenant = parts.size() == 3 && parts[0] == "tenant" && parts[2] == "jobs";
    const bool is_list = parts.size() == 3 && parts[0] == "list";
    if (is_tenant || is_list) {
        const auto tenant = TenantId::parse(is_tenant ? parts[1] : parts[2]);
        return tenant && ShellStore(tx).is_in_tree(*tenant);
    }
    const auto id = parts.size() == 2 ? Uuid::parse(parts[1]) : std::nullopt;
    if (!id) {
        return false;
    }
    if (parts[0] == "job") {
        return queue::JobStore(tx).find(JobId{*id}).has_value();
    }
    const auto check = checks.find(parts[0]);
    return check != checks.end() && check->second(tx, *id);
}

}  // namespace

std::vector<std::string> allowed_topics(
    db::Transaction& tx,
    const std::string& asked,
    const std::map<std::string, TopicCheck, std::less<>>& checks
) {
    std::vector<std::string> allowed;
    for (const auto& topic : split(asked, ',')) {
        if (allowed.size() < kTopicsMax && is_allowed(tx, topic, checks)) {
            allowed.push_back(topic);
        }
    }
    return allowed;
}

}  // namespace hostelry::shell
