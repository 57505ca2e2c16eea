#include "core/agent/runtime/archive.h"

#include "core/agent/runtime/descriptor.h"
#include "core/base/bytes.h"
#include "core/base/text.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace hostelry::agent {

namespace {

constexpr std::size_t kBlock = 512;
constexpr std::size_t kHeaderTextMax = 64_KiB;  // pax headers and GNU long names
constexpr std::int64_t kMemberBytesMax = 64_MiB;

struct CloseStream {
    void operator()(gzFile_s* stream) const { gzclose(stream); }
};

tl::unexpected<Error> refused(const std::string& why) {
    return fail(ErrorCode::Invalid, "The archive is refused: " + why + ".");
}

struct Member {
    std::string name;
    bool folder = false;
    std::int64_t size = 0;
};

using Block = std::array<char, kBlock>;

std::string text_field(const Block& block, std::size_t start, std::size_t size) {
    const std::string_view raw(block.data() + start, size);
    return std::string(raw.substr(0, raw.find('\0')));
}

/// Octal digits, or GNU's base-256 for large values (which only sizes beyond our caps need).
std::optional<std::int64_t> number_field(const Block& block, std::size_t start, std::size_t size) {
    std::int64_t number = 0;
    bool any = false;
    for (std::size_t i = start; i < start + size; ++i) {
        const char c = block[i];
        if (c >= '0' && c <= '7') {
            number = number * 8 + (c - '0');
            any = true;
        } else if (c == ' ' || c == '\0') {
            if (any) {
                break;
            }
        } else {
            return std::nullopt;
        }
    }
    return number;
}

bool has_right_checksum(const Block& block) {
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < kBlock; ++i) {
        sum += i >= 148 && i < 156 ? ' ' : static_cast<unsigned char>(block[i]);
    }
    return number_field(block, 148, 8) == sum;
}

/// Reads members one after the other; the caller takes or skips each content.
class TarReader {
public:
    static Result<TarReader> start(int archive) {
        if (lseek(archive, 0, SEEK_SET) != 0) {
            return system_failure("The archive could not be read.");
        }
        // Of its own, because closing the stream closes it.
        const int own = fcntl(archive, F_DUPFD_CLOEXEC, 0);
        gzFile_s* stream = own < 0 ? nullptr : gzdopen(own, "rb");
        if (stream == nullptr) {
            return system_failure("The archive could not be read.");
        }
        gzbuffer(stream, 256_KiB);
        return TarReader(stream);
    }

    /// The next member; nothing at the end.
    Result<std::optional<Member>> next() {
        std::string long_name;
        while (true) {
            Block block{};
            const auto more = TRY(read_block(block));
            if (!more || std::all_of(block.begin(), block.end(), [](char c) { return c == 0; })) {
                return std::nullopt;
            }
            if (!has_right_checksum(block)) {
                return refused("it is not a tar archive, or it is damaged");
            }
            const auto size = number_field(block, 124, 12);
            if (!size || *size < 0 || *size > kArchiveBytesMax) {
                return refused("a member has an impossible size");
            }
            const char type = block[156];
            if (type == 'x' || type == 'L') {
                const auto text = TRY(read_text(*size));
                long_name = type == 'L' ? text.substr(0, text.find('\0'))
                                        : pax_path(text).value_or(long_name);
                continue;
            }
            if (type == 'g') {
                TRY(read_text(*size));
                continue;
            }
            return member_of(block, type, *size, long_name);
        }
    }

    /// Hands out the content of the member that `next` gave, in parts.
    Result<void> content(
        std::int64_t size, const std::function<Result<void>(std::string_view)>& take
    ) {
        std::vector<char> part(128_KiB);
        std::int64_t left = size + padding(size);
        std::int64_t wanted = size;
        while (left > 0) {
            const auto count = std::min<std::int64_t>(left, static_cast<std::int64_t>(part.size()));
            if (!TRY(read_exactly(part.data(), static_cast<std::size_t>(count)))) {
                return refused("it ends in the middle of a member");
            }
            const auto useful = std::min(count, wanted);
            if (useful > 0 && take) {
                TRY(take(std::string_view(part.data(), static_cast<std::size_t>(useful))));
            }
            wanted -= useful;
            left -= count;
        }
        return {};
    }

    std::int64_t unpacked_bytes() const { return unpacked_; }

private:
    explicit TarReader(gzFile_s* stream) : stream_(stream) {}

    static std::int64_t padding(std::int64_t size) {
        const auto block = static_cast<std::int64_t>(kBlock);
        return (block - size % block) % block;
    }

    Result<bool> read_exactly(char* to, std::size_t size) {
        const int got = gzread(stream_.get(), to, static_cast<unsigned>(size));
        if (got < 0) {
            return refused("its compression is damaged");
        }
        unpacked_ += got;
        return static_cast<std::size_t>(got) == size;
    }

    Result<bool> read_block(Block& block) { return read_exactly(block.data(), block.size()); }

    Result<std::string> read_text(std::int64_t size) {
        if (size > static_cast<std::int64_t>(kHeaderTextMax)) {
            return refused("a name is too long");
        }
        std::string text;
        TRY(content(size, [&](std::string_view part) {
            text += part;
            return Result<void>{};
        }));
        return text;
    }

    /// Records are "<length> <key>=<value>\n".
    static std::optional<std::string> pax_path(const std::string& text) {
        std::size_t start = 0;
        while (start < text.size()) {
            const auto space = text.find(' ', start);
            const auto length = std::strtoul(text.c_str() + start, nullptr, 10);
            if (space == std::string::npos || length == 0 || start + length > text.size()) {
                return std::nullopt;
            }
            const std::string record = text.substr(space + 1, start + length - space - 2);
            if (record.starts_with("path=")) {
                return record.substr(5);
            }
            start += length;
        }
        return std::nullopt;
    }

    static Result<std::optional<Member>> member_of(
        const Block& block, char type, std::int64_t size, const std::string& long_name
    ) {
        Member member;
        const auto prefix = text_field(block, 345, 155);
        const bool has_prefix = text_field(block, 257, 6).starts_with("ustar") && !prefix.empty();
        member.name = !long_name.empty() ? long_name
                      : has_prefix       ? prefix + "/" + text_field(block, 0, 100)
                                         : text_field(block, 0, 100);
        member.folder = type == '5';
        member.size = member.folder ? 0 : size;
        const bool regular = type == '0' || type == '\0';
        if (!member.folder && !regular) {
            return refused("\"" + member.name + "\" is neither a regular file nor a folder");
        }
        while (member.name.starts_with("./")) {
            member.name.erase(0, 2);
        }
        while (member.name.ends_with("/")) {
            member.name.pop_back();
        }
        return member;
    }

    std::unique_ptr<gzFile_s, CloseStream> stream_;
    std::int64_t unpacked_ = 0;
};

bool is_inside(const std::string& name) {
    const auto parts = split(name, '/');
    return name.size() <= 1024 && is_valid_utf8(name) && !has_control_bytes(name) &&
           std::none_of(parts.begin(), parts.end(), [](const std::string& part) {
               return part.empty() || part == "." || part == ".." || part.size() > 200;
           });
}

/// First pass: nothing is written before every member was seen. The answer is the top folder that
/// all members share, or nothing.
Result<std::string> check_all(int archive) {
    struct stat facts {};
    if (fstat(archive, &facts) != 0 || !S_ISREG(facts.st_mode)) {
        return refused("it is not a regular file");
    }
    auto reader = TRY(TarReader::start(archive));
    std::int64_t members = 0;
    std::optional<std::string> top;
    bool shared = true;
    while (auto member = TRY(reader.next())) {
        if (member->name.empty() || member->name == ".") {
            continue;
        }
        if (!is_inside(member->name)) {
            return refused("\"" + member->name + "\" does not stay inside");
        }
        const auto slash = member->name.find('/');
        const auto first = member->name.substr(0, slash);
        shared = shared && (slash != std::string::npos || member->folder) &&
                 first == top.value_or(first);
        top = first;
        TRY(reader.content(member->size, {}));
        const bool too_large = ++members > kArchiveMembersMax ||
                               reader.unpacked_bytes() > kArchiveBytesMax ||
                               reader.unpacked_bytes() > kArchiveRatioMax * (facts.st_size + 4096);
        if (too_large) {
            return refused("it unpacks to too much");
        }
    }
    if (members == 0) {
        return refused("it is empty or not a tar archive");
    }
    return shared ? top.value_or("") + "/" : std::string{};
}

Result<void> write_member(
    const SiteHome& home,
    const std::string& path,
    const Member& member,
    TarReader& reader,
    FileChange& change
) {
    std::string content;
    // Members are compared and written as wholes; the cap keeps memory bounded.
    if (member.size > kMemberBytesMax) {
        return refused("\"" + member.name + "\" is larger than 64 MiB");
    }
    TRY(reader.content(member.size, [&](std::string_view part) {
        content += part;
        return Result<void>{};
    }));
    const auto place = open_parent(home.directory, path);
    if (place) {
        const Descriptor present{openat(
            place->directory.number(),
            place->name.c_str(),
            O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
        )};
        struct stat facts {};
        if (present && fstat(present.number(), &facts) == 0 && S_ISREG(facts.st_mode) &&
            facts.st_size == member.size) {
            const auto same = read_at(place->directory.number(), place->name, content.size());
            if (same && *same == content) {
                return {};
            }
        }
    }
    change.changed = true;
    ++change.files;
    change.bytes += member.size;
    const auto slash = path.rfind('/');
    TRY(ensure_site_directory(home, path.substr(0, slash), kSiteDirectoryMode, Act::Apply));
    const auto target = TRY(open_parent(home.directory, path));
    return write_at(
        target.directory.number(),
        target.name,
        content,
        kSiteFileMode,
        home.uid,
        home.gid,
        Durable::No
    );
}

}  // namespace

Result<std::string> sha256_of_file(int file) {
    if (lseek(file, 0, SEEK_SET) != 0) {
        return system_failure("A file could not be read.");
    }
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{
        EVP_MD_CTX_new(), EVP_MD_CTX_free};
    EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr);
    std::vector<char> part(128_KiB);
    while (true) {
        const ssize_t got = ::read(file, part.data(), part.size());
        if (got < 0) {
            return system_failure("A file could not be read.");
        }
        if (got == 0) {
            break;
        }
        EVP_DigestUpdate(context.get(), part.data(), static_cast<std::size_t>(got));
    }
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    EVP_DigestFinal_ex(context.get(), digest.data(), &size);
    return to_hex(std::as_bytes(std::span{digest.data(), size}));
}

Result<FileChange> extract_archive_to_site(
    const SiteHome& home, int archive, const std::string& to, Act act
) {
    const std::string top = TRY(check_all(archive));
    FileChange change;
    if (act == Act::DryRun) {
        change.changed = true;
        change.diff = "+ archive below " + to + "\n";
        return change;
    }
    auto reader = TRY(TarReader::start(archive));
    while (auto member = TRY(reader.next())) {
        const bool is_top =
            member->name.empty() || member->name == "." || member->name + "/" == top;
        if (is_top) {
            TRY(reader.content(member->size, {}));
            continue;
        }
        const std::string path = to + "/" + member->name.substr(top.size());
        if (member->folder) {
            const auto made = TRY(ensure_site_directory(home, path, kSiteDirectoryMode, act));
            change.changed = change.changed || made.changed;
        } else {
            TRY(write_member(home, path, *member, reader, change));
        }
    }
    return change;
}

}  // namespace hostelry::agent
