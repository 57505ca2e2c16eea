#include "core/agent/commands/files/file_commands.h"

#include "core/agent/runtime/site_worker.h"
#include "core/base/text.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace hostelry::agent {
namespace {

struct DirectoryFacts {
    std::string site;
    std::string path;
    std::string mode = "0750";
};
struct FileFacts {
    std::string site;
    std::string path;
    std::string content;
    std::string mode = "0640";
    bool keep = false;  ///< What is there already stays as it is.
};
struct PathFacts {
    std::string site;
    std::string path;
};
struct CopyFacts {
    std::string site;
    std::string from;
    std::string to;
};
struct ArchiveFacts {
    std::string site;
    std::string archive;
    std::string sha256;
    std::string to;
};

}  // namespace

}  // namespace hostelry::agent

template <>
const hostelry::Description& hostelry::describe<hostelry::agent::DirectoryFacts>() {
    using hostelry::agent::DirectoryFacts;
    static const Description kDescription{
        "DirectoryFacts",
        {field<&DirectoryFacts::site>("site", agent::needed("Site")),
         field<&DirectoryFacts::path>("path", agent::needed("Path")),
         field<&DirectoryFacts::mode>("mode", {.label = "Mode"})}};
    return kDescription;
}
template <>
const hostelry::Description& hostelry::describe<hostelry::agent::FileFacts>() {
    using hostelry::agent::FileFacts;
    static const Description kDescription{
        "FileFacts",
        {field<&FileFacts::site>("site", agent::needed("Site")),
         field<&FileFacts::path>("path", agent::needed("Path")),
         field<&FileFacts::content>("content", {.label = "Content", .kind = Kind::Multiline}),
         field<&FileFacts::mode>("mode", {.label = "Mode"}),
         field<&FileFacts::keep>("keep", {.label = "Keep what is there"})}};
    return kDescription;
}
template <>
const hostelry::Description& hostelry::describe<hostelry::agent::PathFacts>() {
    using hostelry::agent::PathFacts;
    static const Description kDescription{
        "PathFacts",
        {field<&PathFacts::site>("site", agent::needed("Site")),
         field<&PathFacts::path>("path", agent::needed("Path"))}};
    return kDescription;
}
template <>
const hostelry::Description& hostelry::describe<hostelry::agent::CopyFacts>() {
    using hostelry::agent::CopyFacts;
    static const Description kDescription{
        "CopyFacts",
        {field<&CopyFacts::site>("site", agent::needed("Site")),
         field<&CopyFacts::from>("from", agent::needed("Source")),
         field<&CopyFacts::to>("to", agent::needed("Target"))}};
    return kDescription;
}
template <>
const hostelry::Description& hostelry::describe<hostelry::agent::ArchiveFacts>() {
    using hostelry::agent::ArchiveFacts;
    static const Description kDescription{
        "ArchiveFacts",
        {field<&ArchiveFacts::site>("site", agent::needed("Site")),
         field<&ArchiveFacts::archive>("archive", agent::needed("Archive")),
         field<&ArchiveFacts::sha256>("sha256", agent::needed("Checksum")),
         field<&ArchiveFacts::to>("to", agent::needed("Target"))}};
    return kDescription;
}

namespace hostelry::agent {
namespace {

/// What may be copied into sites. Debian's WordPress brings a wp-config.php of its own that reads
/// /etc/wordpress; a site's own one takes its place.
struct Source {
    std::string_view path;
    std::string_view left_out;
};
constexpr std::array kSources{Source{"/usr/share/wordpress", "wp-config.php"}};

const Source* find_source(std::string_view path) {
    const auto* const found = std::find_if(kSources.begin(), kSources.end(), [&](const Source& s) {
        return s.path == path;
    });
    return found == kSources.end() ? nullptr : found;
}

/// Everything an act on files has in common: one request, its dry run, its inverse.
template <class Facts>
class FileCommand : public SiteCommand<Facts> {
public:
    using SiteCommand<Facts>::SiteCommand;

    Result<Outcome> preview(Host& host) const override {
        if (!TRY(find_account(host.layout, this->facts.site))) {
            return changed("It would be made.", "+ " + target() + "\n");
        }
        auto wanted = request(host.layout);
        wanted.dry_run = true;
        const auto change = TRY(act_on_site_files(host.layout, wanted));
        return change.changed ? changed("It would change.", change.diff)
                              : unchanged("It is as wanted.");
    }

    Result<Outcome> apply(Host& host, const Memory& memory) const override {
        auto wanted = request(host.layout);
        const auto change = TRY(act_on_site_files(host.layout, wanted));
        if (!change.changed) {
            return unchanged("\"" + target() + "\" is as wanted.");
        }
        if (change.before) {
            memory.keep(to_base64(as_bytes(*change.before)));
        }
        return changed(
            change.files > 0
                ? std::to_string(change.files) + " files are written below \"" + target() + "\"."
                : "\"" + target() + "\" is written."
        );
    }

    Result<Outcome> undo(Host& host, const Memory& memory) const override {
        if (!TRY(find_account(host.layout, this->facts.site))) {
            return unchanged("The site is not on this server.");
        }
        SiteFileRequest inverse;
        inverse.site = this->facts.site;
        inverse.path = target();
        inverse.operation = "remove";
        if (memory.before()) {
            const auto before = from_base64(*memory.before());
            inverse.operation = "write";
            inverse.content = before ? to_string(*before) : "";
            inverse.mode = kSiteFileMode;
        }
        const auto change = TRY(act_on_site_files(host.layout, inverse));
        const char* done = memory.before() ? "\" is put back." : "\" is removed.";
        return change.changed ? changed("\"" + target() + done)
                              : unchanged("\"" + target() + "\" is not there.");
    }

protected:
    virtual SiteFileRequest request(const Layout& layout) const = 0;
    virtual const std::string& target() const = 0;
    SiteFileRequest blank(std::string operation) const {
        SiteFileRequest request;
        request.site = this->facts.site;
        request.operation = std::move(operation);
        request.path = target();
        return request;
    }
};

class EnsureDirectory final : public FileCommand<DirectoryFacts> {
public:
    using FileCommand::FileCommand;
    void check(Problems& problems) const override {
        check_site(problems, facts.site);
        check_path(problems, "path", facts.path);
        check_mode(problems, facts.mode);
    }

protected:
    const std::string& target() const override { return facts.path; }
    SiteFileRequest request(const Layout& /*layout*/) const override {
        auto wanted = blank("directory");
        wanted.mode = parse_mode(facts.mode).value_or(0);
        return wanted;
    }
};

class WriteFile final : public FileCommand<FileFacts> {
public:
    using FileCommand::FileCommand;
    void check(Problems& problems) const override {
        check_site(problems, facts.site);
        check_path(problems, "path", facts.path);
        check_mode(problems, facts.mode);
    }
    Result<Outcome> undo(Host& host, const Memory& memory) const override {
        // Whether the file is ours or the customer's is not known any more.
        return facts.keep ? unchanged("\"" + facts.path + "\" is left as it is.")
                          : FileCommand::undo(host, memory);
    }

protected:
    const std::string& target() const override { return facts.path; }
    SiteFileRequest request(const Layout& /*layout*/) const override {
        auto wanted = blank("write");
        wanted.content = facts.content;
        wanted.keep = facts.keep;
        wanted.mode = parse_mode(facts.mode).value_or(0);
        return wanted;
    }
};

class RemoveFile final : public FileCommand<PathFacts> {
public:
    using FileCommand::FileCommand;
    void check(Problems& problems) const override {
        check_site(problems, facts.site);
        check_path(problems, "path", facts.path);
    }
    Result<Outcome> undo(Host& host, const Memory& memory) const override {
        return memory.before() ? FileCommand::undo(host, memory)
                               : unchanged("What was removed is not known any more.");
    }

protected:
    const std::string& target() const override { return facts.path; }
    SiteFileRequest request(const Layout& /*layout*/) const override { return blank("remove"); }
};

class CopyTree final : public FileCommand<CopyFacts> {
public:
    using FileCommand::FileCommand;
    void check(Problems& problems) const override {
        check_site(problems, facts.site);
        check_path(problems, "to", facts.to);
        problems.unless(
            find_source(facts.from) != nullptr, "from", "This folder is not offered for copying."
        );
    }

protected:
    const std::string& target() const override { return facts.to; }
    SiteFileRequest request(const Layout& /*layout*/) const override {
        auto wanted = blank("copy");
        wanted.source = facts.from;
        wanted.left_out = {std::string(find_source(facts.from)->left_out)};
        return wanted;
    }
};

class ExtractArchive final : public FileCommand<ArchiveFacts> {
public:
    using FileCommand::FileCommand;
    void check(Problems& problems) const override {
        check_site(problems, facts.site);
        check_path(problems, "to", facts.to);
        problems.unless(
            is_archive_name(facts.archive),
            "archive",
            "An archive is the name of a .tar or .tar.gz file in the agent's archive folder."
        );
        const auto digest = from_hex(facts.sha256);
        problems.unless(
            digest && digest->size() == 32 && lower_ascii(facts.sha256) == facts.sha256,
            "sha256",
            "A checksum is 64 lower-case hex digits."
        );
    }

protected:
    const std::string& target() const override { return facts.to; }
    SiteFileRequest request(const Layout& layout) const override {
        auto wanted = blank("extract");
        wanted.source = layout.state + "/archives/" + facts.archive;
        wanted.sha256 = facts.sha256;
        return wanted;
    }

private:
    static bool is_archive_name(std::string_view name) {
        const bool known =
            name.ends_with(".tar") || name.ends_with(".tar.gz") || name.ends_with(".tgz");
        return known && name.size() <= 100 && name.front() != '.' &&
               std::all_of(name.begin(), name.end(), [](char c) {
                   return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
               });
    }
};

}  // namespace

void add_file_commands(Registry& registry) {
    registry.add<EnsureDirectory, DirectoryFacts>("directory.ensure");
    registry.add<WriteFile, FileFacts>("file.write");
    registry.add<RemoveFile, PathFacts>("file.remove");
    registry.add<CopyTree, CopyFacts>("tree.copy");
    registry.add<ExtractArchive, ArchiveFacts>("archive.extract");
}

}  // namespace hostelry::agent
