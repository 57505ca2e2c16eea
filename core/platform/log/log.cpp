#include "core/platform/log/log.h"

#include "core/base/clock.h"
#include "core/base/letters.h"
#include "core/base/text.h"
#include "core/base/time.h"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <array>
#include <memory>

namespace hostelry::log {
namespace {

constexpr std::string_view kRedacted = "[redacted]";
constexpr std::size_t kTextBytesMax = 4096;  // One field cannot flood the log.

bool names_a_secret(std::string_view name) {
    const std::string lowered = lower_ascii(name);
    constexpr std::array<std::string_view, 7> kWords{
        "password", "token", "secret", "authorization", "cookie", "private", "api_key"};
    for (const auto word : kWords) {
        if (lowered.find(word) != std::string::npos) {
            return true;
        }
    }
    return false;
}

std::string_view level_name(Level level) {
    constexpr std::array<std::string_view, 4> kNames{"debug", "info", "warn", "error"};
    return kNames.at(static_cast<std::size_t>(level));
}

/// JSON string content; control bytes become escapes and broken UTF-8 becomes U+FFFD, so a line
/// stays one line.
void append_escaped(std::string& out, std::string_view text) {
    const bool valid = is_valid_utf8(text);
    for (const char c : cut_at_letter(text, kTextBytesMax)) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out.push_back('\\');
            out.push_back(c);
        } else if (c == '\n') {
            out += "\\n";
        } else if (byte < 0x20 || byte == 0x7F) {
            out += fmt::format("\\u{:04x}", byte);
        } else if (byte >= 0x80 && !valid) {
            out += "\\ufffd";
        } else {
            out.push_back(c);
        }
    }
}

void append_value(std::string& out, const Field& field) {
    if (const auto* text = std::get_if<std::string>(&field.value)) {
        out.push_back('"');
        append_escaped(out, names_a_secret(field.name) ? kRedacted : std::string_view(*text));
        out.push_back('"');
    } else if (const auto* integer = std::get_if<std::int64_t>(&field.value)) {
        out += std::to_string(*integer);
    } else if (const auto* number = std::get_if<double>(&field.value)) {
        out += fmt::format("{:.6g}", *number);
    } else {
        out += std::get<bool>(field.value) ? "true" : "false";
    }
}

std::string json_line(
    Level level,
    std::string_view time,
    std::string_view area,
    std::string_view sentence,
    Fields fields
) {
    std::string line = fmt::format(
        R"({{"time":"{}","level":"{}","area":"{}","message":")", time, level_name(level), area
    );
    append_escaped(line, sentence);
    line.push_back('"');
    for (const auto& field : fields) {
        line += ",\"";
        append_escaped(line, field.name);
        line += "\":";
        append_value(line, field);
    }
    line.push_back('}');
    return line;
}

std::string human_line(
    Level level,
    std::string_view time,
    std::string_view area,
    std::string_view sentence,
    Fields fields
) {
    std::string line =
        fmt::format("{} {:<5} {:<10} ", time.substr(11, 12), level_name(level), area);
    append_escaped(line, sentence);
    for (const auto& field : fields) {
        line += fmt::format("  {}=", field.name);
        append_value(line, field);
    }
    return line;
}

struct Sink {
    Options options;
    std::shared_ptr<spdlog::logger> logger = std::make_shared<spdlog::logger>(
        "hostelry", std::make_shared<spdlog::sinks::stderr_sink_mt>()
    );
};

Sink& sink() {
    static Sink the_sink;
    return the_sink;
}

void write(Level level, std::string_view area, std::string_view sentence, Fields fields) {
    const Sink& current = sink();
    if (level < current.options.level) {
        return;
    }
    const std::string now = format_rfc3339(SystemClock{}.now());
    current.logger->log(
        spdlog::level::critical,
        spdlog::string_view_t(
            format_line(current.options.format, level, now, area, sentence, fields)
        )
    );
}

}  // namespace

void set_up(const Options& options) {
    std::shared_ptr<spdlog::sinks::sink> target;
    if (options.file.empty()) {
        target = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    } else {
        target = std::make_shared<spdlog::sinks::basic_file_sink_mt>(options.file);
    }
    target->set_pattern("%v");
    auto logger = std::make_shared<spdlog::logger>("hostelry", std::move(target));
    logger->flush_on(spdlog::level::critical);
    sink() = Sink{options, std::move(logger)};
}

void debug(std::string_view area, std::string_view sentence, Fields fields) {
    write(Level::Debug, area, sentence, fields);
}
void info(std::string_view area, std::string_view sentence, Fields fields) {
    write(Level::Info, area, sentence, fields);
}
void warn(std::string_view area, std::string_view sentence, Fields fields) {
    write(Level::Warn, area, sentence, fields);
}
void error(std::string_view area, std::string_view sentence, Fields fields) {
    write(Level::Error, area, sentence, fields);
}

void flush() {
    sink().logger->flush();
}

std::string format_line(
    Format format,
    Level level,
    std::string_view time,
    std::string_view area,
    std::string_view sentence,
    Fields fields
) {
    return format == Format::Json ? json_line(level, time, area, sentence, fields)
                                  : human_line(level, time, area, sentence, fields);
}

}  // namespace hostelry::log
