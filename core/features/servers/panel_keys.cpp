#include "core/features/servers/panel_keys.h"

#include "core/base/text.h"
#include "core/features/servers/scratch_folder.h"
#include "core/platform/process/process.h"

namespace hostelry::servers {

namespace {

constexpr std::string_view kSshKeyName = "ssh";
constexpr std::string_view kAgentCaName = "agent_ca";
constexpr auto kFindKeySql =
    "select public_text, key_sealed from hostelry.server_keys where name = $1";
constexpr auto kInsertKeySql = R"(
    insert into hostelry.server_keys (name, public_text, key_sealed) values ($1, $2, $3)
    on conflict (name) do nothing)";

std::string key_context(std::string_view name) {
    return "server_keys:key:platform:" + std::string(name);
}

}  // namespace

PanelKeys::PanelKeys(Needs needs) : needs_(std::move(needs)) {}

Result<SshKeyPair> PanelKeys::ssh() {
    auto found = TRY(find(kSshKeyName));
    const auto stored = found ? *std::move(found) : TRY(make_ssh());
    return SshKeyPair{stored.public_text, stored.key};
}

Result<std::string> PanelKeys::ssh_public_key() {
    return TRY(ssh()).public_key;
}

Result<agent::KeyAndCertificate> PanelKeys::agent_ca() {
    auto found = TRY(find(kAgentCaName));
    const auto stored = found ? *std::move(found) : TRY(make_agent_ca());
    return agent::KeyAndCertificate{stored.key, stored.public_text};
}

Result<std::optional<PanelKeys::Stored>> PanelKeys::find(std::string_view name) {
    struct Sealed {
        std::string public_text;
        std::string key_sealed;
    };
    const auto sealed =
        TRY(needs_.database.in_system([&](db::Transaction& tx) -> Result<std::optional<Sealed>> {
            const auto row = tx.query_optional(kFindKeySql, name);
            return row ? std::optional{Sealed{(*row)[0].text(), (*row)[1].text()}} : std::nullopt;
        }));
    if (!sealed) {
        return std::nullopt;
    }
    return Stored{
        sealed->public_text, TRY(needs_.sealer.open(sealed->key_sealed, key_context(name)))};
}

Result<PanelKeys::Stored> PanelKeys::keep(std::string_view name, const Stored& made) {
    const auto sealed = needs_.sealer.seal(made.key, key_context(name));
    TRY(needs_.database.in_system([&](db::Transaction& tx) -> Result<void> {
        tx.execute(kInsertKeySql, name, made.public_text, sealed);
        return {};
    }));
    auto kept = TRY(find(name));
    if (!kept) {
        return fail(ErrorCode::Internal, "A key of the panel could not be stored.");
    }
    return *std::move(kept);
}

Result<PanelKeys::Stored> PanelKeys::make_ssh() {
    const auto folder = TRY(ScratchFolder::make(needs_.scratch_folder));
    const auto outcome = TRY(process::run({
        .program = "/usr/bin/ssh-keygen",
        .argv = {"-q", "-t", "ed25519", "-N", "", "-C", "hostelry-panel", "-f", folder.file("key")},
        .timeout = std::chrono::seconds{20},
    }));
    if (outcome.exit_code != 0) {
        return fail(ErrorCode::Internal, "The panel's SSH key cannot be made.", outcome.errors);
    }
    const auto public_text = TRY(folder.read("key.pub"));
    return keep(kSshKeyName, {std::string(trim(public_text)), TRY(folder.read("key"))});
}

Result<PanelKeys::Stored> PanelKeys::make_agent_ca() {
    const auto ca = TRY(agent::create_agent_ca("Hostelry", needs_.clock.now()));
    return keep(kAgentCaName, {ca.certificate_pem, ca.key_pem});
}

}  // namespace hostelry::servers
