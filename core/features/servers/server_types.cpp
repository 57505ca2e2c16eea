#include "core/features/servers/server_types.h"

#include "core/features/servers/host_key.h"

#include <nlohmann/json.hpp>

namespace hostelry::servers {

ServerAnswer answer_of(const Server& server, std::optional<JobId> job) {
    const auto facts = server.facts.parse();
    const auto key = parse_host_key(server.host_key);
    ServerAnswer answer;
    answer.id = server.id;
    answer.name = server.name;
    answer.kind = std::string(kind_name(server.kind));
    answer.address = server.address;
    answer.state = std::string(state_name(server.state));
    answer.message = server.cause;
    answer.is_online = server.is_online;
    if (facts.is_object() && facts.contains("php_versions")) {
        answer.php_versions = php_versions_in(db::JsonText(facts["php_versions"]));
    }
    answer.public_address = server.public_address;
    answer.ssh_port = server.ssh_port;
    answer.host_key_fingerprint = key ? key->fingerprint() : "";
    answer.agent_version = server.agent_version;
    answer.last_seen_at = server.last_seen_at;
    answer.created_at = server.created_at;
    answer.job = job;
    return answer;
}

}  // namespace hostelry::servers

template <>
const hostelry::Description& hostelry::describe<hostelry::servers::ListServers>() {
    using hostelry::servers::ListServers;
    static const Description kDescription{
        "ListServers",
        {
            field<&ListServers::words>(
                "q",
                {.label = "Words", .help = "Only those with this in name or address", .max = 253}
            ),
            field<&ListServers::state>(
                "state",
                {.label = "State",
                 .help = "Only those in this state",
                 .kind = Kind::Choice,
                 .choices =
                     {{"queued", "Queued"},
                      {"provisioning", "Provisioning"},
                      {"ready", "Ready"},
                      {"failed", "Failed"},
                      {"removing", "Removing"}}}
            ),
        }};
    return kDescription;
}

template <>
const hostelry::Description& hostelry::describe<hostelry::servers::ServerAnswer>() {
    using hostelry::servers::ServerAnswer;
    static const Description kDescription{
        "Server",
        {
            field<&ServerAnswer::id>("id", {.label = "Id"}),
            field<&ServerAnswer::name>("name", {.label = "Name"}),
            field<&ServerAnswer::kind>(
                "kind", {.label = "Kind", .help = "ssh, or local for the panel's own machine."}
            ),
            field<&ServerAnswer::address>("address", {.label = "Address"}),
            field<&ServerAnswer::state>(
                "state",
                {.label = "State", .help = "queued, provisioning, ready, failed or removing."}
            ),
            field<&ServerAnswer::message>(
                "message", {.label = "Message", .help = "Why it failed."}
            ),
            field<&ServerAnswer::is_online>(
                "is_online", {.label = "Online", .help = "Whether its agent is connected."}
            ),
            field<&ServerAnswer::php_versions>("php_versions", {.label = "PHP"}),
            field<&ServerAnswer::public_address>(
                "public_address", {.label = "Public address", .help = "What DNS records get."}
            ),
            field<&ServerAnswer::ssh_port>("ssh_port", {.label = "SSH port"}),
            field<&ServerAnswer::host_key_fingerprint>(
                "host_key_fingerprint", {.label = "Host key"}
            ),
            field<&ServerAnswer::agent_version>("agent_version", {.label = "Agent"}),
            field<&ServerAnswer::last_seen_at>("last_seen_at", {.label = "Last seen"}),
            field<&ServerAnswer::created_at>("created_at", {.label = "Added"}),
            field<&ServerAnswer::job>(
                "job", {.label = "Job", .help = "The bring-up that was begun by this request."}
            ),
        }};
    return kDescription;
}

template <>
const hostelry::Description& hostelry::describe<hostelry::servers::ServerKeyAnswer>() {
    using hostelry::servers::ServerKeyAnswer;
    static const Description kDescription{
        "ServerKey",
        {field<&ServerKeyAnswer::public_key>(
            "public_key",
            {.label = "Public key", .help = "One line for /root/.ssh/authorized_keys of a server."}
        )}};
    return kDescription;
}

template <>
const hostelry::Description& hostelry::describe<hostelry::servers::ScanHostKey>() {
    using hostelry::servers::ScanHostKey;
    static const Description kDescription{
        "ScanHostKey",
        {field<&ScanHostKey::address>(
             "address", {.label = "Address", .required = true, .min = 1, .max = 253}
         ),
         field<&ScanHostKey::port>("port", {.label = "SSH port", .min = 1, .max = 65535})}};
    return kDescription;
}

template <>
const hostelry::Description& hostelry::describe<hostelry::servers::HostKeyAnswer>() {
    using hostelry::servers::HostKeyAnswer;
    static const Description kDescription{
        "HostKey",
        {field<&HostKeyAnswer::host_key>("host_key", {.label = "Host key"}),
         field<&HostKeyAnswer::fingerprint>(
             "fingerprint",
             {.label = "Fingerprint", .help = "Compare it with what the server itself says."}
         )}};
    return kDescription;
}

template <>
const hostelry::Description& hostelry::describe<hostelry::servers::OfferServer>() {
    using hostelry::servers::OfferServer;
    static const Description kDescription{
        "OfferServer",
        {field<&OfferServer::tenant>("tenant", {.label = "Tenant", .required = true})}};
    return kDescription;
}

template <>
const hostelry::Description& hostelry::describe<hostelry::servers::PlacementAnswer>() {
    using hostelry::servers::PlacementAnswer;
    static const Description kDescription{
        "ServerPlacement",
        {field<&PlacementAnswer::tenant>("tenant", {.label = "Tenant"}),
         field<&PlacementAnswer::name>("name", {.label = "Name"}),
         field<&PlacementAnswer::since>("since", {.label = "Since"})}};
    return kDescription;
}

template <>
const hostelry::Description& hostelry::describe<hostelry::servers::ServerJobAnswer>() {
    using hostelry::servers::ServerJobAnswer;
    static const Description kDescription{
        "ServerJob", {field<&ServerJobAnswer::job>("job", {.label = "Job"})}};
    return kDescription;
}
