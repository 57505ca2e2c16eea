#include "core/features/dns/record_rules.h"

#include "core/base/text.h"
#include "core/features/dns/zone_name.h"
#include "core/platform/http/address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <map>

namespace hostelry::dns {
namespace {

using Words = std::vector<std::string>;
using ValueRule = Result<std::string> (*)(const std::string& value);

constexpr std::int64_t kTtlMin = 60;
constexpr std::int64_t kTtlMax = 604800;
constexpr int kNumberMax = 65535;

Words value_words(const std::string& value) {
    Words words;
    for (auto& word : split(value, ' ')) {
        if (!word.empty()) {
            words.emplace_back(word);
        }
    }
    return words;
}

std::optional<int> number_of(const std::string& text, int max) {
    int number = -1;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool fits =
        problem == std::errc{} && end == text.data() + text.size() && number >= 0 && number <= max;
    return fits ? std::optional{number} : std::nullopt;
}

tl::unexpected<Error> wrong(const std::string& message) {
    return fail(ErrorCode::Invalid, message);
}

Result<std::string> canonical_address(int family, const std::string& value, const char* message) {
    std::array<unsigned char, sizeof(in6_addr)> address{};
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (inet_pton(family, value.c_str(), address.data()) != 1 ||
        inet_ntop(family, address.data(), text.data(), text.size()) == nullptr) {
        return wrong(message);
    }
    return std::string(text.data());
}

Result<std::string> a_value(const std::string& value) {
    return canonical_address(AF_INET, value, "Give an IPv4 address, for example 192.0.2.7.");
}

Result<std::string> aaaa_value(const std::string& value) {
    return canonical_address(AF_INET6, value, "Give an IPv6 address, for example 2001:db8::7.");
}

Result<std::string> target_value(const std::string& value) {
    return target_from_text(value);
}

Result<std::string> mx_value(const std::string& value) {
    const auto words = value_words(value);
    const auto preference = words.size() == 2 ? number_of(words[0], kNumberMax) : std::nullopt;
    if (!preference) {
        return wrong("Give a preference and a mail server, for example 10 mail.example.com.");
    }
    const auto target = TRY(target_from_text(words[1]));
    return std::to_string(*preference) + " " + target;
}

Result<std::string> srv_value(const std::string& value) {
    const auto words = value_words(value);
    std::string numbers;
    for (std::size_t place = 0; place < 3; ++place) {
        const auto number = words.size() == 4 ? number_of(words[place], kNumberMax) : std::nullopt;
        if (!number) {
            return wrong(
                "Give priority, weight, port and target, for example 10 5 5060 sip.example.com."
            );
        }
        numbers += std::to_string(*number) + " ";
    }
    const auto target = TRY(target_from_text(words[3]));
    return numbers + target;
}

Result<std::string> txt_value(const std::string& value) {
    std::string text = value;
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
        text = text.substr(1, text.size() - 2);
    }
    if (text.empty()) {
        return wrong("Give a text.");
    }
    if (!is_valid_utf8(text) || has_control_bytes(text)) {
        return wrong("The text holds characters that DNS cannot carry.");
    }
    return text;
}

Result<std::string> caa_value(const std::string& value) {
    constexpr auto kExample = "Give flags, tag and value, for example 0 issue \"letsencrypt.org\".";
    const auto first = value.find(' ');
    const auto second = first == std::string::npos ? first : value.find(' ', first + 1);
    if (second == std::string::npos) {
        return wrong(kExample);
    }
    const auto flags = value.substr(0, first);
    const auto tag = lower_ascii(value.substr(first + 1, second - first - 1));
    std::string about(trim(value.substr(second + 1)));
    if (about.size() >= 2 && about.front() == '"' && about.back() == '"') {
        about = about.substr(1, about.size() - 2);
    }
    const bool is_tag = tag == "issue" || tag == "issuewild" || tag == "iodef";
    if ((flags != "0" && flags != "128") || !is_tag) {
        return wrong(
            std::string("Flags are 0 or 128; tags are issue, issuewild and iodef. ") + kExample
        );
    }
    const bool is_plain =
        about.size() <= 255 && std::all_of(about.begin(), about.end(), [](char c) {
            return c > 0x20 && c < 0x7f && c != '"' && c != '\\';
        });
    const bool is_empty_refusal = about == ";" || about.empty();
    if (!is_plain || (about.empty() && tag == "iodef")) {
        return wrong(kExample);
    }
    return flags + " " + tag + " \"" + (is_empty_refusal ? ";" : about) + "\"";
}

const std::map<std::string, ValueRule, std::less<>>& value_rules() {
    static const std::map<std::string, ValueRule, std::less<>> kRules{
        {"A", a_value},
        {"AAAA", aaaa_value},
        {"CNAME", target_value},
        {"MX", mx_value},
        {"TXT", txt_value},
        {"NS", target_value},
        {"SRV", srv_value},
        {"CAA", caa_value}};
    return kRules;
}

/// What a type asks of the name it stands at; empty when nothing is wrong.
std::string name_problem(
    const std::string& type, const std::string& name, const std::string& zone
) {
    const bool is_apex = name == zone;
    if (type == "CNAME" && is_apex) {
        return "The zone's own name cannot be an alias. Use A or AAAA here.";
    }
    if (type == "NS" && is_apex) {
        return "The zone's own name servers come from its backend.";
    }
    if (type == "NS" && name.starts_with("*.")) {
        return "A wildcard cannot be delegated.";
    }
    if (type == "SRV") {
        const auto labels = split(name_in_zone(name, zone), '.');
        const bool fits =
            labels.size() >= 2 && labels[0].starts_with("_") && labels[1].starts_with("_");
        return fits ? "" : "SRV stands at a name such as _sip._tcp.";
    }
    const auto first = name.starts_with("*.") ? name.substr(2) : name;
    if ((type == "A" || type == "AAAA" || type == "MX") && first.find('_') != std::string::npos) {
        return "A host's name cannot hold _.";
    }
    return {};
}

tl::unexpected<Error> clash(std::string field, std::string message) {
    Error error;
    error.code = ErrorCode::Conflict;
    error.message = message;
    error.fields = {{std::move(field), std::move(message)}};
    return tl::unexpected(std::move(error));
}

}  // namespace

Result<CheckedRecord> check_record(const std::string& zone, const WriteDnsRecord& request) {
    std::vector<FieldError> errors;
    CheckedRecord record{.name = {}, .type = request.type, .ttl = request.ttl, .value = {}};
    const auto rule = value_rules().find(request.type);
    if (rule == value_rules().end()) {
        errors.push_back({"type", "There is no such type here."});
    }
    auto name = record_name_from_text(request.name, zone);
    if (!name) {
        errors.push_back({"name", name.error().message});
    } else {
        record.name = *std::move(name);
        if (auto problem = name_problem(request.type, record.name, zone); !problem.empty()) {
            errors.push_back({"name", std::move(problem)});
        }
    }
    if (request.ttl < kTtlMin || request.ttl > kTtlMax) {
        errors.push_back({"ttl", "Give 60 to 604800 seconds."});
    }
    const std::string typed(trim(request.value));
    if (typed.empty() || typed.size() > 4096 || has_control_bytes(typed)) {
        errors.push_back({"value", "Give a value of one line."});
    } else if (rule != value_rules().end()) {
        auto value = rule->second(typed);
        if (!value) {
            errors.push_back({"value", value.error().message});
        } else {
            record.value = *std::move(value);
        }
    }
    if (!errors.empty()) {
        return fail_fields(std::move(errors));
    }
    return record;
}

Result<void> check_beside(const CheckedRecord& record, const std::vector<Record>& present) {
    for (const auto& other : present) {
        if (other.type == "CNAME" && record.type != "CNAME") {
            return clash(
                "name", "This name is an alias (CNAME). Nothing else can stand beside it."
            );
        }
        if (record.type == "CNAME") {
            return clash("name", "There are other records at this name. An alias stands alone.");
        }
        if (other.type == record.type && other.site) {
            return clash("name", "A site holds the " + record.type + " records of this name.");
        }
        if (other.type == record.type && other.value == record.value) {
            return clash("value", "There is such a record already.");
        }
    }
    return {};
}

}  // namespace hostelry::dns
