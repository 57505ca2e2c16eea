#include "core/agent/commands/vhosts/vhost_commands.h"

#include "core/agent/commands/vhosts/vhost.h"
#include "core/agent/runtime/accounts.h"
#include "core/agent/runtime/config_file.h"
#include "core/agent/runtime/descriptor.h"
#include "core/agent/runtime/site_files.h"

#include <unistd.h>

#include <algorithm>

namespace hostelry::agent {
namespace {

struct VhostRemoval {
    std::string site;
};

}  // namespace

}  // namespace hostelry::agent

template <>
const hostelry::Description& hostelry::describe<hostelry::agent::VhostRemoval>() {
    using hostelry::agent::VhostRemoval;
    static const Description kDescription{
        "VhostRemoval", {field<&VhostRemoval::site>("site", {.label = "Site", .required = true})}};
    return kDescription;
}

namespace hostelry::agent {
namespace {

bool is_thumbprint(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_';
    });
}

/// Narrower than a file name: no character that means something to nginx.
bool is_root(std::string_view text) {
    return is_site_path(text) && text.front() != '-' &&
           std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '-' || c == '_' || c == '.' || c == '/';
           });
}

Outcome vhost_removed(bool any) {
    return any ? changed("The virtual host is removed.") : unchanged("There is no virtual host.");
}

class EnsureVhost final : public SiteCommand<VhostFacts> {
public:
    using SiteCommand::SiteCommand;

    void check(Problems& problems) const override {
        check_site(problems, facts.site);
        problems.unless(!facts.names.empty(), "names", "A virtual host has at least one name.");
        check_host_names(problems, "names", facts.names);
        check_host_names(problems, "preview_names", facts.preview_names);
        problems.unless(is_root(facts.root), "root", "The web root is a plain path in the home.");
        problems.unless(
            is_thumbprint(facts.acme_thumbprint),
            "acme_thumbprint",
            "A thumbprint is base64url text."
        );
        if (facts.php) {
            check_php_version(problems, facts.php_version);
        }
        problems.unless(facts.rules != "wordpress" || facts.php, "rules", "WordPress needs PHP.");
    }

    Result<Outcome> preview(Host& host) const override {
        const auto present = TRY(read_file(host.layout.vhost_of(facts.site), kConfigBytesMax));
        const auto wanted = render_vhost(host.layout, TRY(nginx_version()), facts);
        return present == wanted
                   ? unchanged("The virtual host is as wanted.")
                   : changed(
                         "The virtual host would change.", line_diff(present.value_or(""), wanted)
                     );
    }

    Result<Outcome> apply(Host& host, const Memory& memory) const override {
        const auto version = TRY(nginx_version());
        TRY(get_account(host.layout, facts.site));
        if (facts.certificate && !has_certificate(host.layout)) {
            return fail(ErrorCode::Conflict, "The site has no certificate on this server yet.");
        }
        const bool floor = TRY(ensure_web_floor(host.layout));
        const auto present = TRY(read_file(host.layout.vhost_of(facts.site), kConfigBytesMax));
        const auto wanted = render_vhost(host.layout, version, facts);
        if (present && present != wanted) {
            memory.keep(*present);
        }
        const bool swapped = TRY(swap_vhost(host.layout, facts.site, wanted));
        return swapped || floor ? changed("The web server serves the site.")
                                : unchanged("The virtual host is as wanted.");
    }

    Result<Outcome> undo(Host& host, const Memory& memory) const override {
        if (memory.before()) {
            TRY(swap_vhost(host.layout, facts.site, *memory.before()));
            return changed("The former virtual host is back.");
        }
        return vhost_removed(TRY(swap_vhost(host.layout, facts.site, std::nullopt)));
    }

private:
    bool has_certificate(const Layout& layout) const {
        const auto path = layout.certificates_of(facts.site) + "/current/chain.pem";
        return access(path.c_str(), R_OK) == 0;
    }
};

class RemoveVhost final : public WithoutUndo<SiteCommand<VhostRemoval>> {
public:
    using WithoutUndo::WithoutUndo;

    void check(Problems& problems) const override { check_site(problems, facts.site); }
    Result<Outcome> preview(Host& host) const override {
        return access(host.layout.vhost_of(facts.site).c_str(), F_OK) == 0
                   ? changed("The virtual host would be removed.", "- vhost " + facts.site + "\n")
                   : unchanged("There is no virtual host.");
    }
    Result<Outcome> apply(Host& host, const Memory& /*memory*/) const override {
        return vhost_removed(TRY(swap_vhost(host.layout, facts.site, std::nullopt)));
    }
};

}  // namespace

void add_vhost_commands(Registry& registry) {
    registry.add<EnsureVhost, VhostFacts>("vhost.ensure");
    registry.add<RemoveVhost, VhostRemoval>("vhost.remove");
}

}  // namespace hostelry::agent
