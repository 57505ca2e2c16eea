#include "core/platform/names/domain_name.h"

#include "core/base/text.h"
#include "core/platform/names/public_suffix.h"

#include <idn2.h>

#include <algorithm>
#include <array>
#include <memory>

namespace hostelry::names {
namespace {

constexpr std::size_t kTypedBytesMax = 1000;
constexpr std::size_t kNameBytesMax = 253;  // RFC 1035, without the root's dot
constexpr std::size_t kLabelBytesMax = 63;
constexpr std::string_view kWww = "www.";

// RFC 6761, 6762, 7686 and 3172: names no public server ever answers for.
constexpr std::array<std::string_view, 5> kNeverPublic{
    "arpa", "invalid", "local", "localhost", "onion"};

struct FreeIdn {
    void operator()(char* text) const { idn2_free(text); }
};
using IdnText = std::unique_ptr<char, FreeIdn>;

bool is_number(std::string_view label) {
    if (label.starts_with("0x")) {
        return true;
    }
    return std::all_of(label.begin(), label.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string in_quotes(std::string_view text) {
    return "“" + std::string(text) + "”";
}

tl::unexpected<Error> not_a_domain(std::string_view typed) {
    return fail(
        ErrorCode::Invalid,
        in_quotes(typed) +
            " is not a domain name: use letters, digits, dots and hyphens, such as example.com."
    );
}

Result<std::string> to_a_labels(std::string_view typed) {
    // Not IDN2_USE_STD3_ASCII_RULES: libidn2 then drops what is not allowed ("a b" becomes "ab")
    // instead of refusing it. Without it such signs stay, also beside Punycode, and
    // has_proper_labels finds them.
    char* made = nullptr;
    const int code = idn2_to_ascii_8z(std::string(typed).c_str(), &made, IDN2_NONTRANSITIONAL);
    const IdnText held(made);
    if (code == IDN2_TOO_BIG_LABEL) {
        return fail(ErrorCode::Invalid, "A part between two dots has at most 63 characters.");
    }
    if (code == IDN2_TOO_BIG_DOMAIN) {
        return fail(ErrorCode::Invalid, "A domain name has at most 253 characters.");
    }
    if (code != IDN2_OK || made == nullptr) {
        return not_a_domain(typed);
    }
    return lower_ascii(made);
}

/// What libidn2 leaves to its caller: lengths, empty labels and hyphens at the ends.
bool has_proper_labels(const std::vector<std::string>& labels) {
    return std::all_of(labels.begin(), labels.end(), [](const std::string& label) {
        return !label.empty() && label.size() <= kLabelBytesMax && label.front() != '-' &&
               label.back() != '-' && std::all_of(label.begin(), label.end(), [](char c) {
                   return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
               });
    });
}

}  // namespace

Result<std::string> domain_from_text(std::string_view text) {
    std::string_view typed = trim(text);
    if (typed.empty()) {
        return fail(ErrorCode::Invalid, "Enter the domain, such as example.com.");
    }
    if (typed.size() > kTypedBytesMax) {
        return fail(ErrorCode::Invalid, "A domain name has at most 253 characters.");
    }
    if (!is_valid_utf8(typed) || has_control_bytes(typed)) {
        return fail(ErrorCode::Invalid, "The domain name holds characters that cannot be used.");
    }
    if (typed.find("://") != std::string_view::npos || typed.find('/') != std::string_view::npos) {
        return fail(
            ErrorCode::Invalid, "Enter the domain alone, without https:// and without a path."
        );
    }
    std::string domain = TRY(to_a_labels(typed));
    if (domain.ends_with('.')) {
        domain.pop_back();
    }
    if (domain.size() > kNameBytesMax) {
        return fail(ErrorCode::Invalid, "A domain name has at most 253 characters.");
    }
    const auto labels = split(domain, '.');
    if (!has_proper_labels(labels)) {
        return not_a_domain(typed);
    }
    if (is_number(labels.back())) {
        return fail(
            ErrorCode::Invalid,
            in_quotes(typed) + " is an address, not a name. Enter a domain name."
        );
    }
    if (labels.size() < 2) {
        return fail(
            ErrorCode::Invalid,
            in_quotes(typed) + " has no ending. Enter the whole domain, such as " +
                domain_for_people(domain) + ".com."
        );
    }
    if (std::find(kNeverPublic.begin(), kNeverPublic.end(), labels.back()) != kNeverPublic.end()) {
        return fail(
            ErrorCode::Invalid,
            "Names ending in ." + labels.back() +
                " never lead to a public site. Choose another one."
        );
    }
    if (is_public_suffix(domain)) {
        return fail(
            ErrorCode::Invalid,
            in_quotes(domain_for_people(domain)) +
                " is an ending under which many people have their names. Enter a name below it, "
                "such as example." +
                domain_for_people(domain) + "."
        );
    }
    return domain;
}

std::vector<std::string> relatives_above(const std::string& domain) {
    const auto registered = registrable_domain(domain);
    std::vector<std::string> names{domain};
    while (names.back().size() > registered.size()) {
        const auto dot = names.back().find('.');
        if (dot == std::string::npos) {
            break;
        }
        names.push_back(names.back().substr(dot + 1));
    }
    return names;
}

std::string domain_for_people(const std::string& domain) {
    char* made = nullptr;
    const int code = idn2_to_unicode_8z8z(domain.c_str(), &made, 0);
    const IdnText held(made);
    return code == IDN2_OK && made != nullptr ? std::string(made) : domain;
}

bool is_at_or_below(std::string_view name, std::string_view domain) {
    if (domain.empty() || !name.ends_with(domain)) {
        return false;
    }
    return name.size() == domain.size() || name[name.size() - domain.size() - 1] == '.';
}

std::vector<std::string> names_of_domain(const std::string& domain, bool with_www) {
    std::vector<std::string> names{domain};
    if (with_www && !domain.starts_with(kWww) && domain.size() + kWww.size() <= kNameBytesMax) {
        names.push_back(std::string(kWww) + domain);
    }
    return names;
}

}  // namespace hostelry::names
