#pragma once

#include <string>
#include <string_view>
#include <vector>

// Reads the C++ between <% and %> just far enough to know its blocks and jumps.
namespace hostelry::cpt {

enum class CodeEvent { OpenBrace, CloseBrace, Jump };

struct CodeReading {
    std::vector<CodeEvent> events;  // in order of appearance
    char last = 0;                  // last character that is neither space nor comment
    bool has_directive = false;     // a preprocessor line
    bool unterminated = false;      // a string, character or comment that does not end
};

/// Jump stands for the words after which control leaves or enters the flow of the text:
/// break, continue, return, goto, case, default.
CodeReading read_code(std::string_view code);

}  // namespace hostelry::cpt
