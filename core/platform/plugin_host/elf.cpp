#include "core/platform/plugin_host/elf.h"

#include <elf.h>

#include <cstring>
#include <optional>

namespace hostelry::plugin_host {

namespace {

#if defined(__x86_64__)
constexpr Elf64_Half kMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr Elf64_Half kMachine = EM_AARCH64;
#else
#error "Plugins are not supported on this machine."
#endif

constexpr std::size_t kSymbolsMax = 1'000'000;

/// A copy of the `T` at `offset`, or nothing when the file ends before it.
template <class T>
std::optional<T> read_at(std::string_view bytes, std::uint64_t offset) {
    if (offset > bytes.size() || bytes.size() - offset < sizeof(T)) {
        return std::nullopt;
    }
    T value;
    std::memcpy(&value, bytes.data() + offset, sizeof(T));
    return value;
}

tl::unexpected<Error> not_a_plugin(std::string_view why) {
    return fail(
        ErrorCode::Invalid,
        "The plugin's library is not a shared object for this machine.",
        std::string(why)
    );
}

bool is_ours(const Elf64_Ehdr& header) {
    return std::memcmp(header.e_ident, ELFMAG, SELFMAG) == 0 &&
           header.e_ident[EI_CLASS] == ELFCLASS64 && header.e_ident[EI_DATA] == ELFDATA2LSB &&
           header.e_type == ET_DYN && header.e_machine == kMachine &&
           header.e_shentsize == sizeof(Elf64_Shdr);
}

std::optional<Elf64_Shdr> section(
    std::string_view elf, const Elf64_Ehdr& header, std::uint64_t index
) {
    return read_at<Elf64_Shdr>(elf, header.e_shoff + index * sizeof(Elf64_Shdr));
}

std::optional<Elf64_Shdr> dynamic_symbols(std::string_view elf, const Elf64_Ehdr& header) {
    for (std::uint64_t index = 0; index < header.e_shnum; ++index) {
        const auto found = section(elf, header, index);
        if (found && found->sh_type == SHT_DYNSYM) {
            return found;
        }
    }
    return std::nullopt;
}

bool is_exported(const Elf64_Sym& symbol) {
    const auto binding = ELF64_ST_BIND(symbol.st_info);
    const auto visibility = ELF64_ST_VISIBILITY(symbol.st_other);
    return symbol.st_shndx != SHN_UNDEF && symbol.st_shndx != SHN_ABS && binding != STB_LOCAL &&
           (visibility == STV_DEFAULT || visibility == STV_PROTECTED);
}

std::optional<std::string> name_at(
    std::string_view elf, const Elf64_Shdr& names, std::uint64_t at
) {
    if (names.sh_offset > elf.size() || elf.size() - names.sh_offset < names.sh_size ||
        at >= names.sh_size) {
        return std::nullopt;
    }
    const auto text = elf.substr(names.sh_offset + at, names.sh_size - at);
    return std::string(text.substr(0, text.find('\0')));
}

}  // namespace

Result<std::vector<std::string>> exported_symbols(std::string_view elf) {
    const auto header = read_at<Elf64_Ehdr>(elf, 0);
    if (!header || !is_ours(*header)) {
        return not_a_plugin("wrong ELF header");
    }
    const auto symbols = dynamic_symbols(elf, *header);
    if (!symbols || symbols->sh_entsize != sizeof(Elf64_Sym)) {
        return not_a_plugin("no dynamic symbol table");
    }
    const auto names = section(elf, *header, symbols->sh_link);
    const auto count = symbols->sh_size / sizeof(Elf64_Sym);
    if (!names || count > kSymbolsMax) {
        return not_a_plugin("broken dynamic symbol table");
    }
    std::vector<std::string> exported;
    for (std::uint64_t index = 0; index < count; ++index) {
        const auto symbol = read_at<Elf64_Sym>(elf, symbols->sh_offset + index * sizeof(Elf64_Sym));
        if (!symbol) {
            return not_a_plugin("dynamic symbol table ends early");
        }
        if (is_exported(*symbol)) {
            const auto name = name_at(elf, *names, symbol->st_name);
            if (!name) {
                return not_a_plugin("symbol without a name");
            }
            exported.push_back(*name);
        }
    }
    return exported;
}

}  // namespace hostelry::plugin_host
