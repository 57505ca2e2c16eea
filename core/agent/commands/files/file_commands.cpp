#include "core/agent/commands/files/file_commands.h"

#include "core/agent/commands/files/path_before.h"
#include "core/agent/runtime/site_worker.h"
#include "core/base/text.h"

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
        const auto change = TRY(act_on_site_files(host.layout, trial(host.layout)));
        return change.changed ? changed("It would change.", change.diff)
                              : unchanged("It is as wanted.");
    }

    /// What is there is written down before anything is changed: an undo that does not know it
    /// takes nothing away.
    Result<Outcome> apply(Host& host, const Memory& memory) const override {
        if (!TRY(note_before(host.layout, memory))) {
            return unchanged(quoted() + " is as wanted.");
        }
        const auto change = TRY(act_on_site_files(host.layout, request(host.layout)));
        if (!change.changed) {
            return unchanged(quoted() + " is as wanted.");
        }
        return changed(
            change.files > 0
                ? std::to_string(change.files) + " files are written below " + quoted() + "."
                : quoted() + " is written."
        );
    }

    Result<Outcome> undo(Host& host, const Memory& memory) const override {
        if (!TRY(find_account(host.layout, this->facts.site))) {
            return unchanged("The site is not on this server.");
        }
        const auto before = memory.before() ? decode_before(*memory.before()) : std::nullopt;
        if (!before) {
            return unchanged("What was at " + quoted() + " before is not known, so it stays.");
        }
        const auto inverse = inverse_of(*before);
        if (!inverse) {
            return unchanged(quoted() + " was there before and stays.");
        }
        const auto change = TRY(act_on_site_files(host.layout, *inverse));
        const char* done = before->mode ? " is put back." : " is removed.";
        return change.changed ? changed(quoted() + done)
                              : unchanged(quoted() + " is as it was before.");
    }

protected:
    virtual SiteFileRequest request(const Layout& layout) const = 0;
    virtual const std::string& target() const = 0;

    /// False when there is nothing to do.
    virtual Result<bool> note_before(const Layout& layout, const Memory& memory) const {
        const auto change = TRY(act_on_site_files(layout, trial(layout)));
        if (change.changed) {
            memory.keep(encode_before({change.mode_before, change.before}));
        }
        return change.changed;
    }
    /// Nothing when what was there is still there.
    virtual std::optional<SiteFileRequest> inverse_of(const PathBefore& before) const {
        if (before.mode && !before.content) {
            return std::nullopt;
        }
        auto inverse = blank(before.mode ? "write" : "remove");
        inverse.content = before.content.value_or("");
        inverse.mode = before.mode.value_or(0);
        return inverse;
    }

    SiteFileRequest trial(const Layout& layout) const {
        auto wanted = request(layout);
        wanted.dry_run = true;
        return wanted;
    }
    SiteFileRequest blank(std::string operation) const {
        SiteFileRequest request;
        request.site = this->facts.site;
        request.operation = std::move(operation);
        request.path = target();
        return request;
    }
    std::string quoted() const { return "\"" + target() + "\""; }
};

/// Many files below a folder. What they replace there is not kept: a folder that was there before
/// stays as the act has left it.
template <class Facts>
class TreeCommand : public FileCommand<Facts> {
public:
    using FileCommand<Facts>::FileCommand;

protected:
    /// A trial would compare every file.
    Result<bool> note_before(const Layout& layout, const Memory& memory) const override {
        auto look = this->blank("look");
        look.dry_run = true;
        memory.keep(encode_before({TRY(act_on_site_files(layout, look)).mode_before, {}}));
        return true;
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
    std::optional<SiteFileRequest> inverse_of(const PathBefore& before) const override {
        auto inverse = blank(before.mode ? "directory" : "remove");
        inverse.mode = before.mode.value_or(0);
        return inverse;
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
        const auto before = memory.before() ? decode_before(*memory.before()) : std::nullopt;
        return before && before->content ? FileCommand::undo(host, memory)
                                         : unchanged("What was removed is not known any more.");
    }

protected:
    const std::string& target() const override { return facts.path; }
    SiteFileRequest request(const Layout& /*layout*/) const override { return blank("remove"); }
};

class CopyTree final : public TreeCommand<CopyFacts> {
public:
    using TreeCommand::TreeCommand;
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

class ExtractArchive final : public TreeCommand<ArchiveFacts> {
public:
    using TreeCommand::TreeCommand;
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
