#include "core/platform/web/compiler/template_compiler.h"

#include "core/platform/web/compiler/brace_reader.h"
#include "core/platform/web/compiler/characters.h"
#include "core/platform/web/compiler/context_rules.h"
#include "core/platform/web/compiler/html_state.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace hostelry::cpt {
namespace {

constexpr std::string_view kFirstParameter = "view::Out& out";
constexpr std::size_t kLiteralBytesMax = 4000;

std::string_view trim(std::string_view text) {
    while (!text.empty() && is_space(text.front())) {
        text.remove_prefix(1);
    }
    while (!text.empty() && is_space(text.back())) {
        text.remove_suffix(1);
    }
    return text;
}

bool is_identifier(std::string_view text) {
    return !text.empty() && !is_digit(text.front()) &&
           std::all_of(text.begin(), text.end(), [](char c) {
               return is_lower_letter(c) || is_digit(c) || c == '_';
           });
}

bool is_attribute_name(std::string_view text) {
    return !text.empty() && is_lower_letter(text.front()) &&
           std::all_of(text.begin(), text.end(), [](char c) {
               return is_lower_letter(c) || is_digit(c) || c == '-';
           });
}

std::string quoted(std::string_view text) {
    std::string result = "\"";
    for (const char c : text) {
        switch (c) {
            case '\n':
                result += "\\n";
                break;
            case '\r':
                break;
            case '\t':
                result += "\\t";
                break;
            case '"':
            case '\\':
                result += '\\';
                result += c;
                break;
            case '?':  // no trigraphs
                result += "\\?";
                break;
            default:
                result += c;
        }
    }
    return result + "\"";
}

// Indentation is for the reader of the template: a run of white space with a line break becomes one
// line break in text, any run one space in a tag. In <pre>, <textarea> and values nothing changes.
class Squeezer {
public:
    void feed(const HtmlState& before, char c) {
        const bool squeezable = (before.place == Place::Text && !before.preformatted) ||
                                before.place == Place::InTag || before.place == Place::TagName;
        if (!squeezable || !is_space(c)) {
            flush();
            text_.push_back(c);
            return;
        }
        space_ = space_ == '\n' || (c == '\n' && before.place == Place::Text) ? '\n' : ' ';
    }

    std::string take() {
        flush();
        return std::exchange(text_, {});
    }

private:
    void flush() {
        if (space_ != 0) {
            text_.push_back(std::exchange(space_, char{}));
        }
    }

    std::string text_;
    char space_ = 0;
};

struct OpenBlock {
    HtmlState state;
    int line = 0;
};

class Compiler {
public:
    Compiler(std::string_view text, std::string_view name, std::string_view shown_path)
        : text_(text), name_(name), shown_path_(shown_path) {}

    Compilation run() {
        while (at_ < text_.size()) {
            if (text_.substr(at_).starts_with("<%")) {
                tag();
            } else {
                literal();
            }
        }
        end_template();
        if (declarations_.empty() && result_.errors.empty()) {
            error("no template: begin with <%@ template name(view::Out& out) %>");
        }
        result_.header = header_text();
        result_.source = source_text();
        return std::move(result_);
    }

private:
    // ---- tags ----
    void tag() {
        const auto here = at_;
        if (text_.substr(at_).starts_with("<%--")) {
            const auto end = text_.find("--%>", at_);
            if (end == std::string_view::npos) {
                return unterminated("--%>");
            }
            return advance_to(end + 4);
        }
        const auto end = text_.find("%>", at_ + 2);
        // "<%>" is a call: its own '>' is not the end of the tag.
        if (end == std::string_view::npos) {
            return unterminated("%>");
        }
        const std::string_view inside = text_.substr(here + 2, end - here - 2);
        dispatch(inside);
        advance_to(end + 2);
    }

    void dispatch(std::string_view inside) {
        const char kind = inside.empty() ? '\0' : inside.front();
        if (kind == '@') {
            return directive(trim(inside.substr(1)));
        }
        if (!in_template_) {
            return error("code before the first <%@ template %>");
        }
        flush_literal();
        switch (kind) {
            case '=':
                return expression(trim(inside.substr(1)));
            case '>':
                return call(trim(inside.substr(1)));
            case '?':
                return optional_attribute(trim(inside.substr(1)));
            default:
                return code(inside);
        }
    }

    void directive(std::string_view text) {
        const auto space = std::min(text.find_first_of(" \t\n"), text.size());
        const auto word = text.substr(0, space);
        const auto rest = trim(text.substr(space));
        if (word == "template") {
            return begin_template(rest);
        }
        if (in_template_) {
            return error("<%@ " + std::string(word) + " %> belongs before the first template");
        }
        if (word == "include") {
            return include(rest);
        }
        if (word == "use") {
            return use(rest);
        }
        error("unknown directive '" + std::string(word) + "': template, include or use");
    }

    void include(std::string_view path) {
        const bool valid = path.size() > 2 && ((path.front() == '"' && path.back() == '"') ||
                                               (path.front() == '<' && path.back() == '>'));
        if (!valid) {
            return error("include needs \"path\" or <header>");
        }
        header_includes_ += "#include " + std::string(path) + "\n";
    }

    void use(std::string_view path) {
        const bool valid =
            !path.empty() && path.find_first_of("\"<>. \\") == std::string_view::npos;
        if (!valid) {
            return error("use names a template file without extension, as components/chip");
        }
        source_includes_ += "#include \"templates/" + std::string(path) + ".cpt.h\"\n";
        uses_components_ |= path.starts_with("components/");
    }

    void begin_template(std::string_view signature) {
        end_template();
        const auto open = signature.find('(');
        const auto name = trim(signature.substr(0, std::min(open, signature.size())));
        if (open == std::string_view::npos || signature.back() != ')' || !is_identifier(name)) {
            return error("a template reads: template name(view::Out& out, const Model& model)");
        }
        const auto parameters = trim(signature.substr(open + 1));
        if (!parameters.starts_with(kFirstParameter)) {
            return error("the first parameter of a template is 'view::Out& out'");
        }
        in_template_ = true;
        html_ = HtmlTracker();
        declarations_ += "void " + std::string(signature) + ";\n";
        body_ += line_directive() + "void " + std::string(signature) + " {\n";
    }

    void end_template() {
        if (!in_template_) {
            return;
        }
        flush_literal();
        if (!blocks_.empty()) {
            error(
                "a block opened in line " + std::to_string(blocks_.back().line) + " is not closed"
            );
            blocks_.clear();
        }
        if (html_.state().place != Place::Text || html_.state().markup_pending) {
            error("template ends inside " + where());
        }
        body_ += "}\n\n";
        in_template_ = false;
    }

    std::string where() const {
        const HtmlState& state = html_.state();
        switch (state.place) {
            case Place::Comment:
                return "a comment";
            case Place::RawText:
            case Place::Rcdata:
                return "<" + state.tag + ">";
            case Place::QuotedValue:
            case Place::UnquotedValue:
                return "the value of '" + state.attribute + "'";
            default:
                return "a tag";
        }
    }

    void expression(std::string_view text) {
        const CodeReading reading = read_code(text);
        if (text.empty()) {
            return error("empty expression");
        }
        if (reading.unterminated || reading.has_directive || reading.last == ';') {
            return error("an expression is one C++ value, without ';'");
        }
        const Decision decision = decide_expression(html_.state());
        if (!decision.refusal.empty()) {
            return error(decision.refusal);
        }
        body_ += line_directive() + "out." + decision.escaper + "(" + std::string(text) + "\n);\n";
        html_.note_expression();
    }

    void call(std::string_view text) {
        if (html_.state().place != Place::Text || html_.state().markup_pending) {
            return error("a template is called in text, not inside " + where());
        }
        if (text.empty() || read_code(text).unterminated) {
            return error("a call reads: <%> name(out, model) %>");
        }
        body_ += line_directive() + std::string(text) + ";\n";
    }

    // name when condition, or name="literal" when condition
    void optional_attribute(std::string_view text) {
        html_.note_code();
        if (html_.state().place != Place::InTag && html_.state().place != Place::TagName) {
            return error("<%? %> stands inside a tag, between attributes");
        }
        const auto when = text.find(" when ");
        if (when == std::string_view::npos) {
            return error("an optional attribute reads: <%? name when condition %>");
        }
        const auto attribute = trim(text.substr(0, when));
        const auto name = attribute.substr(0, std::min(attribute.find('='), attribute.size()));
        const auto value = attribute.substr(name.size());
        const bool valid_value = value.find('<') == std::string_view::npos &&
                                 (value.empty() || (value.size() >= 3 && value.starts_with("=\"") &&
                                                    value.find('"', 2) == value.size() - 1));
        if (!is_attribute_name(name) || !valid_value) {
            return error("an optional attribute is a name, or name=\"literal\"");
        }
        if (const auto refusal = refuse_attribute(std::string(name))) {
            return error(*refusal);
        }
        body_ += line_directive() + "if (" + std::string(trim(text.substr(when + 6))) +
                 "\n) {\nout.raw(" + quoted(" " + std::string(attribute)) + ");\n}\n";
    }

    void code(std::string_view text) {
        const CodeReading reading = read_code(text);
        if (reading.unterminated) {
            return error("a string or comment in the code does not end");
        }
        if (reading.has_directive) {
            return error("preprocessor lines belong into a header");
        }
        if (reading.last == 0) {
            return;
        }
        // Without this, "if (x)" would guard only the first piece of the text that follows.
        if (std::string_view("{};:").find(reading.last) == std::string_view::npos) {
            return error("code ends with '{', '}', ';' or ':'");
        }
        html_.note_code();
        for (const CodeEvent event : reading.events) {
            note(event);
        }
        body_ += line_directive() + std::string(text) + "\n";
    }

    void note(CodeEvent event) {
        if (event == CodeEvent::OpenBrace) {
            blocks_.push_back({html_.state(), line_});
            return;
        }
        if (blocks_.empty()) {
            if (event == CodeEvent::CloseBrace) {
                error("'}' without '{'");
            }
            return;
        }
        const HtmlState begin = blocks_.back().state;
        if (!html_.state().reads_like(begin)) {
            error(
                "the block opened in line " + std::to_string(blocks_.back().line) +
                " begins and ends in different places of the HTML"
            );
        }
        if (begin.value_is_empty() != html_.state().value_is_empty()) {
            html_.note_branch_difference();
        }
        if (event == CodeEvent::CloseBrace) {
            blocks_.pop_back();
        }
    }

    // ---- literal text ----
    void literal() {
        const char c = text_[at_];
        if (!in_template_) {
            if (!is_space(c)) {
                error("text before the first <%@ template %>");
                return advance_to(std::min(text_.find("<%", at_), text_.size()));
            }
            return advance_to(at_ + 1);
        }
        const HtmlState before = html_.state();
        if (before.place == Place::QuotedValue && c == before.quote) {
            end_value(before);
        }
        squeezer_.feed(before, c);
        html_.feed(c);
        check_attribute(before);
        advance_to(at_ + 1);
    }

    // What an expression began, text after it may have changed: "/" and "/x" make "//x".
    void end_value(const HtmlState& state) {
        if (state.value_begins_with_expression && is_url_attribute(state.attribute)) {
            flush_literal();
            body_ += "out.end_url();\n";
        }
    }

    void check_attribute(const HtmlState& before) {
        const Place now = html_.state().place;
        if (before.place == Place::AttributeName && now != Place::AttributeName) {
            if (const auto refusal = refuse_attribute(before.attribute)) {
                error(*refusal);
            }
        }
        const bool value_ended =
            (before.place == Place::QuotedValue && now != Place::QuotedValue) ||
            (before.place == Place::UnquotedValue && now != Place::UnquotedValue);
        if (value_ended) {
            if (const auto refusal = refuse_literal_value(before.attribute, before.value)) {
                error(*refusal);
            }
        }
    }

    void flush_literal() {
        std::string text = squeezer_.take();
        for (std::size_t from = 0; from < text.size();) {
            std::size_t size = std::min(kLiteralBytesMax, text.size() - from);
            body_ += "out.raw(" + quoted(std::string_view(text).substr(from, size)) + ");\n";
            from += size;
        }
    }

    // ---- output ----
    std::string folder() const {
        const auto slash = name_.rfind('/');
        return slash == std::string_view::npos ? std::string()
                                               : std::string(name_.substr(0, slash));
    }

    std::string namespace_name() const {
        std::string result = "hostelry::views";
        for (std::string rest = folder(); !rest.empty();) {
            const auto slash = std::min(rest.find('/'), rest.size());
            result += "::" + rest.substr(0, slash);
            rest.erase(0, std::min(slash + 1, rest.size()));
        }
        return result;
    }

    std::string header_text() const {
        return "// Generated from " + std::string(shown_path_) + ".\n#pragma once\n\n" +
               "#include \"core/platform/web/out.h\"\n" + header_includes_ + "\n" +
               feature_names() + "namespace " + namespace_name() + " {\n\n" + declarations_ +
               "\n}  // namespace " + namespace_name() + "\n";
    }

    /// Lets a template of folder `sites` write `sites::SiteRow` for its feature's type, although
    /// `sites` alone is the namespace of the views there.
    std::string feature_names() const {
        if (folder().empty() || folder().find('/') != std::string::npos) {
            return {};
        }
        return "namespace hostelry::" + folder() + " {}\nnamespace " + namespace_name() +
               " {\nusing namespace hostelry::" + folder() + ";\n}\n\n";
    }

    std::string source_text() const {
        const std::string header = std::string(name_) + ".h";
        std::string text =
            "// Generated from " + std::string(shown_path_) + ".\n#include \"templates/" + header +
            "\"\n\n#include <string_view>\n\n" + source_includes_ +
            "\n// A layout's slot takes its own `out`, which hides the outer one on purpose.\n"
            "#pragma GCC diagnostic push\n#pragma GCC diagnostic ignored \"-Wshadow\"\n\n";
        text += "namespace " + namespace_name() + " {\n\n";
        if (uses_components_ && folder() != "components") {
            text += "using namespace components;\n";
        }
        text += "using namespace std::string_view_literals;\n\n" + body_ + "}  // namespace " +
                namespace_name() + "\n\n#pragma GCC diagnostic pop\n";
        return text;
    }

    std::string line_directive() const {
        return "#line " + std::to_string(line_) + " " + quoted(shown_path_) + "\n";
    }

    void unterminated(std::string_view end) {
        error("'" + std::string(end) + "' is missing");
        at_ = text_.size();
    }

    void error(std::string message) {
        result_.errors.push_back({line_, column_, std::move(message)});
    }

    void advance_to(std::size_t position) {
        for (; at_ < position; ++at_) {
            if (text_[at_] == '\n') {
                ++line_;
                column_ = 1;
            } else {
                ++column_;
            }
        }
    }

    std::string_view text_;
    std::string_view name_;
    std::string_view shown_path_;
    std::size_t at_ = 0;
    int line_ = 1;
    int column_ = 1;
    bool in_template_ = false;
    bool uses_components_ = false;
    HtmlTracker html_;
    Squeezer squeezer_;
    std::vector<OpenBlock> blocks_;
    std::string header_includes_;
    std::string source_includes_;
    std::string declarations_;
    std::string body_;
    Compilation result_;
};

}  // namespace

Compilation compile(std::string_view text, std::string_view name, std::string_view shown_path) {
    return Compiler(text, name, shown_path).run();
}

}  // namespace hostelry::cpt
