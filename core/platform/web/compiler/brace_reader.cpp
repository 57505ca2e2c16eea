#include "core/platform/web/compiler/brace_reader.h"

#include "core/platform/web/compiler/characters.h"

#include <algorithm>
#include <array>

namespace hostelry::cpt {
namespace {

constexpr std::array<std::string_view, 6> kJumps = {
    "break", "continue", "return", "goto", "case", "default"};

bool is_word(char c) {
    return is_letter(c) || is_digit(c) || c == '_';
}

class CodeReader {
public:
    explicit CodeReader(std::string_view code) : code_(code) {}

    CodeReading read() {
        while (at_ < code_.size()) {
            step();
        }
        return std::move(reading_);
    }

private:
    void step() {
        const char c = code_[at_];
        if (code_.substr(at_).starts_with("//")) {
            at_ = std::min(code_.find('\n', at_), code_.size());
        } else if (code_.substr(at_).starts_with("/*")) {
            skip_past("*/", 2);
        } else if (code_.substr(at_).starts_with("R\"")) {
            skip_raw_string();
        } else if (c == '"' || is_character_literal(c)) {
            skip_quoted(c);
        } else if (is_word(c)) {
            read_word();
        } else {
            read_symbol(c);
        }
    }

    // In 1'000 the quote separates digits.
    bool is_character_literal(char c) const {
        return c == '\'' && (at_ == 0 || !is_word(code_[at_ - 1]));
    }

    void skip_past(std::string_view end, std::size_t from) {
        const auto found = code_.find(end, at_ + from);
        reading_.unterminated |= found == std::string_view::npos;
        at_ = found == std::string_view::npos ? code_.size() : found + end.size();
    }

    void skip_raw_string() {
        const auto open = code_.find('(', at_);
        if (open == std::string_view::npos) {
            reading_.unterminated = true;
            at_ = code_.size();
            return;
        }
        const std::string end = ")" + std::string(code_.substr(at_ + 2, open - at_ - 2)) + "\"";
        skip_past(end, open - at_);
        reading_.last = '"';
    }

    void skip_quoted(char quote) {
        for (++at_; at_ < code_.size() && code_[at_] != quote; ++at_) {
            if (code_[at_] == '\\') {
                ++at_;
            }
        }
        reading_.unterminated |= at_ >= code_.size();
        ++at_;
        reading_.last = quote;
    }

    void read_word() {
        const std::size_t start = at_;
        while (at_ < code_.size() && is_word(code_[at_])) {
            ++at_;
        }
        const auto word = code_.substr(start, at_ - start);
        if (std::find(kJumps.begin(), kJumps.end(), word) != kJumps.end()) {
            reading_.events.push_back(CodeEvent::Jump);
        }
        reading_.last = code_[at_ - 1];
    }

    void read_symbol(char c) {
        ++at_;
        if (is_space(c)) {
            return;
        }
        if (c == '{') {
            reading_.events.push_back(CodeEvent::OpenBrace);
        } else if (c == '}') {
            reading_.events.push_back(CodeEvent::CloseBrace);
        } else if (c == '#') {
            reading_.has_directive = true;
        }
        reading_.last = c;
    }

    std::string_view code_;
    std::size_t at_ = 0;
    CodeReading reading_;
};

}  // namespace

CodeReading read_code(std::string_view code) {
    return CodeReader(code).read();
}

}  // namespace hostelry::cpt
