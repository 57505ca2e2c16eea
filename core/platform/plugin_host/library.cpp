#include "core/platform/plugin_host/library.h"

#include "core/base/bytes.h"
#include "core/platform/crypto/digest.h"
#include "core/platform/plugin_host/elf.h"
#include "core/platform/plugin_host/text_view.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace hostelry::plugin_host {

namespace {

constexpr const char* kEntry = "hostelry_plugin_entry_v1";
constexpr std::size_t kLibraryBytesMax = 64_MiB;

/// A descriptor with one owner.
class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (number_ >= 0) {
            ::close(number_);
        }
    }
    int number() const { return number_; }
    int release() { return std::exchange(number_, -1); }

private:
    int number_;
};

std::string reason() {
    return std::system_category().message(errno);
}

Result<std::string> read_whole(int file) {
    std::string bytes;
    char buffer[65'536];
    while (true) {
        const auto count = ::read(file, buffer, sizeof(buffer));
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return fail(ErrorCode::Internal, "The plugin's library cannot be read.", reason());
        }
        if (count == 0) {
            return bytes;
        }
        bytes.append(buffer, static_cast<std::size_t>(count));
        if (bytes.size() > kLibraryBytesMax) {
            return fail(ErrorCode::Invalid, "The plugin's library is larger than 64 MiB.");
        }
    }
}

Result<std::string> read_library(const std::filesystem::path& path) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY));
    struct stat facts {};
    if (file.number() < 0 || ::fstat(file.number(), &facts) != 0) {
        return fail(
            ErrorCode::NotFound,
            fmt::format("The plugin's library {} cannot be opened.", path.string()),
            reason()
        );
    }
    if (!S_ISREG(facts.st_mode)) {
        return fail(ErrorCode::Invalid, "The plugin's library is not a regular file.");
    }
    return read_whole(file.number());
}

Result<void> write_whole(int file, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto count = ::write(file, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            return fail(ErrorCode::Internal, "The plugin's library cannot be copied.", reason());
        }
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return {};
}

/// The bytes in memory, sealed: nobody can change between check and load what the linker will map.
Result<int> sealed_copy(const std::string& name, std::string_view bytes) {
    Descriptor memory(::memfd_create(name.c_str(), MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (memory.number() < 0) {
        return fail(ErrorCode::Internal, "No memory for the plugin's library.", reason());
    }
    TRY(write_whole(memory.number(), bytes));
    if (::fcntl(
            memory.number(), F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL
        ) != 0) {
        return fail(ErrorCode::Internal, "The plugin's library cannot be sealed.", reason());
    }
    return memory.release();
}

Result<void> check_exports(std::string_view bytes) {
    const auto exported = TRY(exported_symbols(bytes));
    bool has_entry = false;
    for (const auto& name : exported) {
        if (name != kEntry) {
            return fail(
                ErrorCode::Invalid,
                fmt::format(
                    "The plugin exports {} symbols, among them \"{}\"; it may export {} only. Link "
                    "it with "
                    "hostelry-plugin.map.",
                    exported.size(),
                    name.substr(0, 100),
                    kEntry
                )
            );
        }
        has_entry = true;
    }
    if (!has_entry) {
        return fail(
            ErrorCode::Invalid,
            fmt::format("The plugin has no {}: it is no plugin of this ABI.", kEntry)
        );
    }
    return {};
}

Result<void> check_hash(const Manifest& manifest, const std::string& sha256) {
    if (manifest.library_sha256.empty() || manifest.library_sha256 == sha256) {
        return {};
    }
    return fail(
        ErrorCode::Invalid,
        "The plugin's library is not the one its manifest names.",
        fmt::format("sha256 {} instead of {}", sha256, manifest.library_sha256)
    );
}

using EntryFunction = const hostelry_plugin* (*)(const hostelry_host*);

/// The descriptor stays open for good: the linker knows libraries by path, and a reused number
/// would make the next plugin look like this one.
Result<EntryFunction> open_entry(int memory) {
    const auto path = fmt::format("/proc/self/fd/{}", memory);
    void* handle = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) {
        const char* why = ::dlerror();  // NOLINT(concurrency-mt-unsafe): glibc keeps one a thread
        return fail(
            ErrorCode::Invalid, "The plugin's library cannot be loaded.", why == nullptr ? "" : why
        );
    }
    void* symbol = ::dlsym(handle, kEntry);
    if (symbol == nullptr) {
        return fail(ErrorCode::Invalid, fmt::format("The plugin has no {}.", kEntry));
    }
    return reinterpret_cast<EntryFunction>(symbol);
}

const hostelry_plugin* call_entry(EntryFunction entry, const hostelry_host* host) {
    try {
        return entry(host);
    } catch (...) {
        // The C boundary forbids it; a plugin that does it anyway has no table to give.
        return nullptr;
    }
}

bool has_required_functions(const hostelry_plugin& plugin) {
    return plugin.create != nullptr && plugin.configure != nullptr && plugin.destroy != nullptr &&
           plugin.get != nullptr;
}

Result<void> check_plugin(const hostelry_plugin* plugin, const Manifest& manifest) {
    if (plugin == nullptr) {
        return fail(
            ErrorCode::Unsupported,
            fmt::format("{} says that it cannot work in this panel.", manifest.id)
        );
    }
    if (plugin->size < sizeof(hostelry_plugin) || !has_required_functions(*plugin)) {
        return fail(ErrorCode::Invalid, fmt::format("{} lacks required functions.", manifest.id));
    }
    if (plugin->abi_major != HOSTELRY_ABI_MAJOR || plugin->abi_min_minor > HOSTELRY_ABI_MINOR) {
        return fail(
            ErrorCode::Unsupported,
            fmt::format(
                "{} needs plugin ABI {}.{}, this panel has {}.",
                manifest.id,
                plugin->abi_major,
                plugin->abi_min_minor,
                to_string(panel_abi())
            )
        );
    }
    if (panel_abi().draft && view(plugin->draft) != HOSTELRY_ABI_DRAFT) {
        return fail(
            ErrorCode::Unsupported,
            fmt::format(
                "{} was built with other draft headers than this panel. Build it again with the "
                "panel's.",
                manifest.id
            )
        );
    }
    if (view(plugin->id) != manifest.id || view(plugin->version) != manifest.version) {
        return fail(
            ErrorCode::Invalid,
            fmt::format(
                "The library says {} {}, its manifest {} {}.",
                view(plugin->id).substr(0, 100),
                view(plugin->version).substr(0, 40),
                manifest.id,
                manifest.version
            )
        );
    }
    for (const auto& capability : manifest.capabilities) {
        if (plugin->get(str(capability.name), capability.revision) == nullptr) {
            return fail(
                ErrorCode::Invalid,
                fmt::format(
                    "{} promises {}/{} in its manifest and has none.",
                    manifest.id,
                    capability.name,
                    capability.revision
                )
            );
        }
    }
    return {};
}

}  // namespace

Result<Library> load_library(
    const std::filesystem::path& folder, const Manifest& manifest, const hostelry_host* host
) {
    const auto bytes = TRY(read_library(folder / manifest.library));
    Library library;
    library.sha256 = crypto::sha256_hex(bytes);
    TRY(check_hash(manifest, library.sha256));
    TRY(check_exports(bytes));
    const auto memory = TRY(sealed_copy(manifest.id, bytes));
    const auto entry = TRY(open_entry(memory));
    library.plugin = call_entry(entry, host);
    TRY(check_plugin(library.plugin, manifest));
    return library;
}

}  // namespace hostelry::plugin_host
