#include "core/agent/commands/certificates/certificate_commands.h"

#include "core/agent/commands/certificates/site_certificate.h"
#include "core/agent/runtime/config_file.h"
#include "core/agent/runtime/descriptor.h"
#include "core/agent/runtime/web_server.h"
#include "core/base/bytes.h"
#include "core/base/text.h"
#include "core/base/time.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <array>
#include <memory>

namespace hostelry::agent {
namespace {

constexpr std::int64_t kPemBytesMax = 60_KiB;

struct RequestFacts {
    std::string site;
    std::vector<std::string> names;
    bool fresh = false;
};
struct InstallFacts {
    std::string site;
    std::string chain_pem;
};
struct UploadFacts {
    std::string site;
    std::string chain_pem;
    std::string key_pem;
};
struct CertificateRemoval {
    std::string site;
};

FieldFacts pem(std::string label) {
    return {
        .label = std::move(label), .kind = Kind::Multiline, .required = true, .max = kPemBytesMax};
}

}  // namespace

}  // namespace hostelry::agent

template <>
const hostelry::Description& hostelry::describe<hostelry::agent::RequestFacts>() {
    using hostelry::agent::RequestFacts;
    static const Description kDescription{
        "RequestFacts",
        {field<&RequestFacts::site>("site", agent::needed("Site")),
         field<&RequestFacts::names>("names", agent::needed("Names")),
         field<&RequestFacts::fresh>("fresh", {.label = "With a new key"})}};
    return kDescription;
}
template <>
const hostelry::Description& hostelry::describe<hostelry::agent::InstallFacts>() {
    using hostelry::agent::InstallFacts;
    static const Description kDescription{
        "InstallFacts",
        {field<&InstallFacts::site>("site", agent::needed("Site")),
         field<&InstallFacts::chain_pem>("chain_pem", agent::pem("Certificate chain"))}};
    return kDescription;
}
template <>
const hostelry::Description& hostelry::describe<hostelry::agent::UploadFacts>() {
    using hostelry::agent::UploadFacts;
    static const Description kDescription{
        "UploadFacts",
        {field<&UploadFacts::site>("site", agent::needed("Site")),
         field<&UploadFacts::chain_pem>("chain_pem", agent::pem("Certificate chain")),
         field<&UploadFacts::key_pem>("key_pem", agent::pem("Private key"))}};
    return kDescription;
}
template <>
const hostelry::Description& hostelry::describe<hostelry::agent::CertificateRemoval>() {
    using hostelry::agent::CertificateRemoval;
    static const Description kDescription{
        "CertificateRemoval", {field<&CertificateRemoval::site>("site", agent::needed("Site"))}};
    return kDescription;
}

namespace hostelry::agent {
namespace {

std::string folder_of(const Layout& layout, const std::string& site) {
    return layout.certificates_of(site);
}

Result<std::optional<std::string>> read_pem(const std::string& path) {
    return read_file(path, static_cast<std::size_t>(kPemBytesMax));
}

std::optional<std::string> current_of(const Layout& layout, const std::string& site) {
    std::array<char, 256> target{};
    const auto link = folder_of(layout, site) + "/current";
    const ssize_t size = readlink(link.c_str(), target.data(), target.size() - 1);
    return size > 0 ? std::optional<std::string>{target.data()} : std::nullopt;
}

Result<void> make_current(
    const Layout& layout, const std::string& site, const std::string& fingerprint
) {
    const auto folder = folder_of(layout, site);
    const auto temporary = folder + "/.current";
    unlink(temporary.c_str());
    if (symlink(fingerprint.c_str(), temporary.c_str()) != 0 ||
        rename(temporary.c_str(), (folder + "/current").c_str()) != 0) {
        return system_failure("The certificate could not be put in place.");
    }
    return {};
}

bool vhost_uses_certificate(const Layout& layout, const std::string& site) {
    const auto vhost = read_file(layout.vhost_of(site), kConfigBytesMax);
    return vhost && *vhost && (*vhost)->find("ssl_certificate ") != std::string::npos;
}

/// All but the one in use and the one before it.
void forget_old(const Layout& layout, const std::string& site, const std::string& before) {
    const auto current = current_of(layout, site).value_or("");
    const auto folder = folder_of(layout, site);
    for (const auto& name : names_in(folder)) {
        if (name.size() == 64 && name != current && name != before) {
            static_cast<void>(remove_tree(fmt::format("{}/{}", folder, name)));
        }
    }
}

std::string describe_chain(const ChainFacts& facts) {
    return nlohmann::json{
        {"names", facts.names},
        {"issuer", facts.issuer},
        {"serial", facts.serial},
        {"fingerprint", "sha256:" + facts.fingerprint},
        {"not_before", format_rfc3339(facts.not_before)},
        {"not_after", format_rfc3339(facts.not_after)}}
        .dump();
}

/// Stores key and chain, points "current" at them and makes nginx take them; back on failure.
Result<Outcome> put_in_place(
    const Layout& layout,
    const std::string& site,
    const std::string& chain,
    const std::string& key,
    const ChainFacts& facts,
    const Memory& memory
) {
    const auto before = current_of(layout, site);
    const auto folder = folder_of(layout, site) + "/" + facts.fingerprint;
    const bool pending = is_reload_pending(layout, "nginx");
    if (before == facts.fingerprint && !pending) {
        Outcome outcome = unchanged("The certificate is in place.");
        outcome.output = describe_chain(facts);
        return outcome;
    }
    if (before && before != facts.fingerprint) {
        memory.keep(*before);
    }
    TRY(ensure_directory(folder, 0700));
    TRY(write_file_atomically(folder + "/key.pem", key, 0600));
    TRY(write_file_atomically(folder + "/chain.pem", chain, 0600));
    const bool in_use = vhost_uses_certificate(layout, site);
    if (in_use) {
        TRY(mark_reload_pending(layout, "nginx"));
    }
    TRY(make_current(layout, site, facts.fingerprint));
    if (in_use) {
        if (auto reloaded = reload_web_server(layout); !reloaded) {
            if (before) {
                TRY(make_current(layout, site, *before));
                TRY(reload_web_server(layout));
            }
            return tl::unexpected(reloaded.error());
        }
    }
    TRY(remove_tree(folder_of(layout, site) + "/pending"));
    forget_old(layout, site, before.value_or(""));
    Outcome outcome = changed("The certificate is in place.");
    outcome.output = describe_chain(facts);
    return outcome;
}

Result<Outcome> put_back(const Layout& layout, const std::string& site, const Memory& memory) {
    if (memory.before()) {
        const auto key = layout.certificates_of(site) + "/" + *memory.before() + "/key.pem";
        if (access(key.c_str(), F_OK) == 0) {
            TRY(make_current(layout, site, *memory.before()));
            TRY(reload_web_server(layout));
            return changed("The former certificate is back.");
        }
    }
    if (vhost_uses_certificate(layout, site)) {
        return fail(ErrorCode::Conflict, "The virtual host still uses the certificate.");
    }
    return TRY(remove_tree(folder_of(layout, site))) ? changed("The certificate is removed.")
                                                     : unchanged("There is no certificate.");
}

class RequestCertificate final : public SiteCommand<RequestFacts> {
public:
    using SiteCommand::SiteCommand;

    void check(Problems& problems) const override {
        check_site(problems, facts.site);
        problems.unless(!facts.names.empty(), "names", "A certificate is for at least one name.");
        check_host_names(problems, "names", facts.names);
    }

    Result<Outcome> preview(Host& host) const override {
        return TRY(waiting(host.layout)) && !facts.fresh
                   ? unchanged("A request waits already.")
                   : changed("A key would be made.", "+ key " + facts.site + "\n");
    }

    Result<Outcome> apply(Host& host, const Memory& /*memory*/) const override {
        const auto present = TRY(waiting(host.layout));
        if (present && !facts.fresh) {
            return answer(unchanged("A request waits already."), *present);
        }
        const auto made = TRY(create_site_request(facts.names));
        const auto folder = folder_of(host.layout, facts.site) + "/pending";
        TRY(ensure_directory(host.layout.state, 0700));
        TRY(ensure_directory(host.layout.state + "/certificates", 0700));
        TRY(ensure_directory(folder_of(host.layout, facts.site), 0700));
        TRY(ensure_directory(folder, 0700));
        // The names come last: without them the rest does not count.
        TRY(remove_file(folder + "/names"));
        TRY(write_file_atomically(folder + "/key.pem", made.key_pem, 0600));
        TRY(write_file_atomically(folder + "/request.pem", made.csr_pem, 0600));
        TRY(write_file_atomically(folder + "/names", join(facts.names, "\n"), 0600));
        return answer(changed("A key is made."), made.csr_pem);
    }

    Result<Outcome> undo(Host& host, const Memory& /*memory*/) const override {
        const bool any = TRY(remove_tree(folder_of(host.layout, facts.site) + "/pending"));
        if (!current_of(host.layout, facts.site)) {
            TRY(remove_tree(folder_of(host.layout, facts.site)));
        }
        return any ? changed("The request is removed.") : unchanged("There is no request.");
    }

private:
    Result<std::optional<std::string>> waiting(const Layout& layout) const {
        const auto folder = folder_of(layout, facts.site) + "/pending";
        const auto names = TRY(read_pem(folder + "/names"));
        if (names != join(facts.names, "\n")) {
            return std::nullopt;
        }
        return read_pem(folder + "/request.pem");
    }

    static Outcome answer(Outcome outcome, const std::string& csr_pem) {
        outcome.output = nlohmann::json{{"csr_pem", csr_pem}}.dump();
        return outcome;
    }
};

class InstallCertificate final : public SiteCommand<InstallFacts> {
public:
    using SiteCommand::SiteCommand;

    void check(Problems& problems) const override { check_site(problems, facts.site); }

    Result<Outcome> preview(Host& host) const override {
        const auto chain = TRY(find_key(host));
        return current_of(host.layout, facts.site) == chain.facts.fingerprint
                   ? unchanged("The certificate is in place.")
                   : changed("The certificate would be put in place.", "~ certificate\n");
    }
    Result<Outcome> apply(Host& host, const Memory& memory) const override {
        const auto chain = TRY(find_key(host));
        return put_in_place(
            host.layout, facts.site, facts.chain_pem, chain.key_pem, chain.facts, memory
        );
    }
    Result<Outcome> undo(Host& host, const Memory& memory) const override {
        return put_back(host.layout, facts.site, memory);
    }

private:
    struct KeyAndFacts {
        std::string key_pem;
        ChainFacts facts;
    };

    /// The chain belongs to the key that waits, or, when it is installed again, to the current one.
    Result<KeyAndFacts> find_key(const Host& host) const {
        Result<KeyAndFacts> found = fail(
            ErrorCode::Conflict, "No key on this server waits for a certificate of this site."
        );
        for (const char* place : {"/pending/key.pem", "/current/key.pem"}) {
            const auto key = TRY(read_pem_through_link(host.layout, place));
            if (!key) {
                continue;
            }
            auto chain = check_chain(facts.chain_pem, *key, host.clock.now());
            if (chain) {
                return KeyAndFacts{*key, std::move(*chain)};
            }
            found = tl::unexpected(chain.error());
        }
        return found;
    }

    Result<std::optional<std::string>> read_pem_through_link(
        const Layout& layout, const std::string& place
    ) const {
        return read_pem(folder_of(layout, facts.site) + place);
    }
};

class UploadCertificate final : public SiteCommand<UploadFacts> {
public:
    using SiteCommand::SiteCommand;

    void check(Problems& problems) const override { check_site(problems, facts.site); }

    Result<Outcome> preview(Host& host) const override {
        const auto chain = TRY(check_chain(facts.chain_pem, facts.key_pem, host.clock.now()));
        return current_of(host.layout, facts.site) == chain.fingerprint
                   ? unchanged("The certificate is in place.")
                   : changed("The certificate would be put in place.", "~ certificate\n");
    }
    Result<Outcome> apply(Host& host, const Memory& memory) const override {
        const auto chain = TRY(check_chain(facts.chain_pem, facts.key_pem, host.clock.now()));
        TRY(ensure_directory(host.layout.state, 0700));
        TRY(ensure_directory(host.layout.state + "/certificates", 0700));
        TRY(ensure_directory(folder_of(host.layout, facts.site), 0700));
        return put_in_place(host.layout, facts.site, facts.chain_pem, facts.key_pem, chain, memory);
    }
    Result<Outcome> undo(Host& host, const Memory& memory) const override {
        return put_back(host.layout, facts.site, memory);
    }
};

class RemoveCertificate final : public WithoutUndo<SiteCommand<CertificateRemoval>> {
public:
    using WithoutUndo::WithoutUndo;

    void check(Problems& problems) const override { check_site(problems, facts.site); }
    Result<Outcome> preview(Host& /*host*/) const override {
        return changed("The certificate would be removed.", "- certificate " + facts.site + "\n");
    }
    Result<Outcome> apply(Host& host, const Memory& /*memory*/) const override {
        return put_back(host.layout, facts.site, Memory{});
    }
};

}  // namespace

void add_certificate_commands(Registry& registry) {
    registry.add<RequestCertificate, RequestFacts>("certificate.request");
    registry.add<InstallCertificate, InstallFacts>("certificate.install");
    registry.add<UploadCertificate, UploadFacts>("certificate.upload");
    registry.add<RemoveCertificate, CertificateRemoval>("certificate.remove");
}

}  // namespace hostelry::agent
