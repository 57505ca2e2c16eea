#pragma once
// One sink for the whole process: JSON lines for machines, readable lines for a terminal. Set up
// once in main; usable from every thread. The logger is the one process-wide object of the product:
// a line must be writable from anywhere, also before and after everything else lives.

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace hostelry::log {

enum class Level { Debug, Info, Warn, Error };
enum class Format { Human, Json };

/// A named value beside the sentence. Values of names that look like secrets (password, token,
/// secret, key, authorization, cookie) are replaced by "[redacted]".
struct Field {
    using Value = std::variant<std::string, std::int64_t, double, bool>;
    std::string_view name;
    Value value;

    Field(std::string_view n, std::string_view v) : name(n), value(std::string(v)) {}
    Field(std::string_view n, const char* v) : name(n), value(std::string(v)) {}
    Field(std::string_view n, const std::string& v) : name(n), value(v) {}
    Field(std::string_view n, bool v) : name(n), value(v) {}
    Field(std::string_view n, int v) : name(n), value(std::int64_t{v}) {}
    Field(std::string_view n, std::int64_t v) : name(n), value(v) {}
    Field(std::string_view n, std::uint64_t v) : name(n), value(static_cast<std::int64_t>(v)) {}
    Field(std::string_view n, double v) : name(n), value(v) {}
};
using Fields = std::initializer_list<Field>;

struct Options {
    Level level = Level::Info;
    Format format = Format::Human;
    std::string
        file;  ///< Appended to; empty means standard error (systemd's journal takes it from there).
};

void set_up(const Options& options);

void debug(std::string_view area, std::string_view sentence, Fields fields = {});
void info(std::string_view area, std::string_view sentence, Fields fields = {});
void warn(std::string_view area, std::string_view sentence, Fields fields = {});
void error(std::string_view area, std::string_view sentence, Fields fields = {});

/// Writes out what is buffered; called before the process ends.
void flush();

/// The line as it would be written, for tests of formatting and redaction.
std::string format_line(
    Format format,
    Level level,
    std::string_view time,
    std::string_view area,
    std::string_view sentence,
    Fields fields
);

}  // namespace hostelry::log
