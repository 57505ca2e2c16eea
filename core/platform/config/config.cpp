#include "core/platform/config/config.h"

#include "core/base/text.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>

namespace hostelry::config {
namespace {

/// One key: where it lies, how its text is read (an empty answer is success) and how it is shown.
struct Key {
    std::string path;
    std::function<std::string(Config&, const std::string&)> read;
    std::function<std::string(const Config&)> show;
    // Of a key whose value may hold a password: shown as "(set)", and readable from a file of its
    // own, which the twin of this key names.
    std::function<std::string&(Config&)> secret{};
    std::function<const std::string&(const Config&)> secret_file{};
};

template <class Access>
Key key_for(std::string path, Access access) {
    using Value = std::remove_reference_t<decltype(access(std::declval<Config&>()))>;
    Key key;
    key.path = std::move(path);
    key.read = [access](Config& config, const std::string& text) -> std::string {
        Value& value = access(config);
        if constexpr (std::is_same_v<Value, std::string>) {
            value = text;
        } else if constexpr (std::is_same_v<Value, std::int64_t>) {
            const auto [end, error] =
                std::from_chars(text.data(), text.data() + text.size(), value);
            if (error != std::errc{} || end != text.data() + text.size() || value < 0) {
                return "must be a whole number";
            }
        } else if constexpr (std::is_same_v<Value, bool>) {
            if (text != "true" && text != "false") {
                return "must be true or false";
            }
            value = text == "true";
        } else if constexpr (std::is_same_v<Value, std::vector<std::string>>) {
            value.clear();
            for (const auto& part : split(text, ',')) {
                if (!trim(part).empty()) {
                    value.emplace_back(trim(part));
                }
            }
        } else if constexpr (std::is_same_v<Value, log::Level>) {
            constexpr std::array<std::string_view, 4> kNames{"debug", "info", "warn", "error"};
            const auto found = std::find(kNames.begin(), kNames.end(), text);
            if (found == kNames.end()) {
                return "must be debug, info, warn or error";
            }
            value = static_cast<log::Level>(found - kNames.begin());
        } else {
            if (text != "json" && text != "human") {
                return "must be json or human";
            }
            value = text == "json" ? log::Format::Json : log::Format::Human;
        }
        return {};
    };
    key.show = [access](const Config& config) -> std::string {
        Config copy = config;
        const Value& value = access(copy);
        if constexpr (std::is_same_v<Value, std::string>) {
            return value;
        } else if constexpr (std::is_same_v<Value, bool>) {
            return value ? "true" : "false";
        } else if constexpr (std::is_same_v<Value, std::int64_t>) {
            return std::to_string(value);
        } else if constexpr (std::is_same_v<Value, std::vector<std::string>>) {
            return join(value, ", ");
        } else if constexpr (std::is_same_v<Value, log::Level>) {
            constexpr std::array<const char*, 4> kNames{"debug", "info", "warn", "error"};
            return kNames.at(static_cast<std::size_t>(value));
        } else {
            return value == log::Format::Json ? "json" : "human";
        }
    };
    return key;
}

Key secret_key_for(
    std::string path, std::string& (*value)(Config&), const std::string& (*file)(const Config&)
) {
    Key key = key_for(std::move(path), value);
    key.show = [value](const Config& config) -> std::string {
        Config copy = config;
        return value(copy).empty() ? "" : "(set)";
    };
    key.secret = value;
    key.secret_file = file;
    return key;
}

#define HOSTELRY_KEY(path, member)                         \
    key_for(                                               \
        path, [](Config & c) -> auto& { return c.member; } \
    )
#define HOSTELRY_SECRET_KEY(path, member)                                     \
    secret_key_for(                                                           \
        path,                                                                 \
        [](Config& c) -> std::string& { return c.member; },                   \
        [](const Config& c) -> const std::string& { return c.member##_file; } \
    )

const std::vector<Key>& keys() {
    static const std::vector<Key> kKeys{
        HOSTELRY_KEY("state_dir", state_dir),
        HOSTELRY_SECRET_KEY("database.url", database.url),
        HOSTELRY_KEY("database.url_file", database.url_file),
        HOSTELRY_SECRET_KEY("database.migrate_url", database.migrate_url),
        HOSTELRY_KEY("database.migrate_url_file", database.migrate_url_file),
        HOSTELRY_KEY("database.connections", database.connections),
        HOSTELRY_KEY("http.listen", http.listen),
        HOSTELRY_KEY("http.public_url", http.public_url),
        HOSTELRY_KEY("http.tls_certificate", http.tls_certificate),
        HOSTELRY_KEY("http.tls_key", http.tls_key),
        HOSTELRY_KEY("http.trusted_proxies", http.trusted_proxies),
        HOSTELRY_KEY("agent.listen", agent.listen),
        HOSTELRY_KEY("agent.advertise", agent.advertise),
        HOSTELRY_KEY("agent.package", agent.package),
        HOSTELRY_KEY("telemetry.listen", telemetry.listen),
        HOSTELRY_KEY("log.level", log.level),
        HOSTELRY_KEY("log.format", log.format),
        HOSTELRY_KEY("log.file", log.file),
        HOSTELRY_KEY("web.assets", web.assets),
        HOSTELRY_KEY("plugins.directory", plugins.directory),
        HOSTELRY_KEY("plugins.settings", plugins.settings),
        HOSTELRY_KEY("automation.directory", automation.directory),
        HOSTELRY_KEY("migrations.directory", migrations.directory),
        HOSTELRY_KEY("acme.directory", acme.directory),
        HOSTELRY_KEY("acme.contact", acme.contact),
        HOSTELRY_KEY("acme.helper", acme.helper),
        HOSTELRY_KEY("acme.renew_days_before", acme.renew_days_before),
        HOSTELRY_KEY("dns.propagation_timeout_seconds", dns.propagation_timeout_seconds),
        HOSTELRY_KEY("outbound.allow_private", outbound.allow_private),
        HOSTELRY_KEY("outbound.extra_ca", outbound.extra_ca),
        HOSTELRY_KEY("preview.domain", preview.domain),
        HOSTELRY_KEY("preview.listen", preview.listen),
        HOSTELRY_KEY("worker.threads", worker.threads),
        HOSTELRY_KEY("worker.jobs_per_tenant", worker.jobs_per_tenant),
    };
    return kKeys;
}

#undef HOSTELRY_KEY
#undef HOSTELRY_SECRET_KEY

const Key* find_key(std::string_view path) {
    const auto found = std::find_if(keys().begin(), keys().end(), [&](const Key& key) {
        return key.path == path;
    });
    return found == keys().end() ? nullptr : &*found;
}

bool is_section(const std::string& path) {
    return std::any_of(keys().begin(), keys().end(), [&](const Key& key) {
        return key.path.starts_with(path + ".");
    });
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) {
        row[j] = j;
    }
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t above = row[j];
            row[j] =
                std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U)});
            diagonal = above;
        }
    }
    return row[b.size()];
}

std::string suggestion_for(std::string_view path) {
    const Key* best = nullptr;
    std::size_t best_distance = 4;  // Further away is no likely slip of the finger.
    for (const auto& key : keys()) {
        const std::size_t distance = edit_distance(path, key.path);
        if (distance < best_distance) {
            best = &key;
            best_distance = distance;
        }
    }
    return best == nullptr ? std::string{} : fmt::format(" Did you mean {}?", best->path);
}

std::string variable_of(const std::string& path) {
    std::string name = "HOSTELRY_" + path;
    std::replace(name.begin(), name.end(), '.', '_');
    std::transform(name.begin(), name.end(), name.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    });
    return name;
}

/// Empty is success; what is wrong with the file otherwise.
std::string read_secret(const std::string& path, std::string& value) {
    std::error_code missing;
    const auto permissions = std::filesystem::status(path, missing).permissions();
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    if (!file) {
        return "cannot be read";
    }
    if ((permissions & std::filesystem::perms::others_read) != std::filesystem::perms::none) {
        return "may be read by everybody: chmod o-rwx it";
    }
    value = trim(text.str());
    return value.empty() ? "is empty" : "";
}

class Reader {
public:
    Reader(Config& config, std::string name) : config_(config), name_(std::move(name)) {}

    void read(const YAML::Node& node, const std::string& path) {
        if (node.IsMap()) {
            for (const auto& item : node) {
                const auto key = item.first.as<std::string>();
                read(item.second, path.empty() ? key : fmt::format("{}.{}", path, key));
            }
        } else if (node.IsSequence()) {
            std::vector<std::string> items;
            for (const auto& item : node) {
                items.push_back(item.IsScalar() ? item.Scalar() : std::string{});
            }
            apply(path, join(items, ","), place(node));
        } else if (node.IsNull() && is_section(path)) {
            return;  // It holds nothing but comments.
        } else {
            apply(path, node.IsNull() ? std::string{} : node.Scalar(), place(node));
        }
    }

    void read(const Environment& environment) {
        for (const auto& key : keys()) {
            const auto found = environment.find(variable_of(key.path));
            if (found != environment.end()) {
                apply(key.path, found->second, found->first);
            }
        }
    }

    /// Fills in what lies in files of its own.
    void read_secret_files() {
        for (const auto& key : keys()) {
            if (!key.secret || key.secret_file(config_).empty()) {
                continue;
            }
            const std::string& path = key.secret_file(config_);
            std::string& value = key.secret(config_);
            if (!value.empty()) {
                errors_.push_back(
                    {key.path,
                     fmt::format("{0} and {0}_file are both given; keep one of them.", key.path)}
                );
            } else if (const auto problem = read_secret(path, value); !problem.empty()) {
                errors_.push_back(
                    {key.path, fmt::format("{}_file: {} {}.", key.path, path, problem)}
                );
            }
        }
    }

    std::vector<FieldError> take_errors() { return std::move(errors_); }

private:
    std::string place(const YAML::Node& node) const {
        return fmt::format("{} line {}", name_, node.Mark().line + 1);
    }

    void apply(const std::string& path, const std::string& text, const std::string& where) {
        const Key* key = find_key(path);
        if (key == nullptr) {
            errors_.push_back(
                {path, fmt::format("{}: there is no key {}.{}", where, path, suggestion_for(path))}
            );
            return;
        }
        if (const std::string problem = key->read(config_, text); !problem.empty()) {
            errors_.push_back(
                {path, fmt::format("{}: {} {}, not \"{}\".", where, path, problem, text)}
            );
        }
    }

    Config& config_;
    std::string name_;
    std::vector<FieldError> errors_;
};

}  // namespace

Result<Config> parse_config(
    const std::string& yaml, const std::string& name, const Environment& environment
) {
    Config config;
    Reader reader(config, name);
    try {
        const YAML::Node document = YAML::Load(yaml);
        if (document.IsMap()) {
            reader.read(document, "");
        } else if (!document.IsNull()) {
            return fail(
                ErrorCode::Invalid,
                name +
                    " must hold keys and values, for example \"http:\" and below it \"  listen: "
                    "127.0.0.1:8080\"."
            );
        }
    } catch (const YAML::Exception& broken) {
        return fail(
            ErrorCode::Invalid,
            fmt::format("{} line {}: {}.", name, broken.mark.line + 1, broken.msg)
        );
    }
    reader.read(environment);
    reader.read_secret_files();
    auto errors = reader.take_errors();
    if (!errors.empty()) {
        return fail_fields(std::move(errors));
    }
    return config;
}

Result<Config> load_config(const std::string& path, const Environment& environment) {
    if (path.empty()) {
        return parse_config("", "configuration", environment);
    }
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    if (!file) {
        return fail(ErrorCode::Invalid, "The configuration " + path + " cannot be read.");
    }
    return parse_config(text.str(), path, environment);
}

std::vector<std::pair<std::string, std::string>> describe_config(const Config& config) {
    std::vector<std::pair<std::string, std::string>> rows;
    for (const auto& key : keys()) {
        rows.emplace_back(key.path, key.show(config));
    }
    return rows;
}

}  // namespace hostelry::config
