#include "core/platform/web/compiler/template_compiler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace hostelry::cpt {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kHead = "<%@ template page(view::Out& out, const Page& page) %>\n";

Compilation compile_body(std::string_view body) {
    return compile(
        std::string(kHead).append(body), "sites/page.cpt", "web/templates/sites/page.cpt"
    );
}

std::string errors_of(const Compilation& result) {
    std::string text;
    for (const Diagnostic& error : result.errors) {
        text += std::to_string(error.line) + ":" + std::to_string(error.column) + ": " +
                error.message + "\n";
    }
    return text;
}

struct Refused {
    const char* body;
    const char* error;
};

class Refusal : public ::testing::TestWithParam<Refused> {};

TEST_P(Refusal, IsABuildErrorWithItsPlace) {
    const Compilation result = compile_body(GetParam().body);
    EXPECT_THAT(errors_of(result), HasSubstr(GetParam().error)) << GetParam().body;
}

INSTANTIATE_TEST_SUITE_P(
    Places,
    Refusal,
    testing::Values(
        Refused{"<a <%= x %>>", "2:4: expression must be in text or in a quoted attribute value"},
        Refused{"<<%= x %>>", "expression must be in text"},
        Refused{"<a href=<%= x %>>", "expression must be in text or in a quoted attribute value"},
        Refused{"<a title=x<%= x %>>", "expression must be in text or in a quoted"},
        Refused{"<p></<%= x %>>", "expression must be in text"},
        Refused{"<!doctype <%= x %>>", "expression must be in text"},
        Refused{"<script>let a = <%= x %>;</script>", "2:17: expression in <script>"},
        Refused{"<style>a{color:<%= x %>}</style>", "expression in <style>"},
        Refused{"<!-- <%= x %> -->", "expression in a comment"},
        Refused{"<p onclick=\"<%= x %>\">", "attribute 'onclick' is not allowed"},
        Refused{"<p style=\"color:red\">", "attribute 'style' is not allowed"},
        Refused{"<p x-data=\"<%= x %>\">", "expression in 'x-data'"},
        Refused{"<p @click=\"<%= x %>\">", "expression in '@click'"},
        Refused{"<p :class='<%= x %>'>", "expression in ':class'"},
        Refused{"<p hx-vals='<%= x %>'>", "expression in 'hx-vals'"},
        Refused{"<p hx-trigger=\"<%= x %>\">", "expression in 'hx-trigger'"},
        Refused{"<p hx-on:click=\"x()\">", "attribute 'hx-on:click' is not allowed"},
        Refused{"<iframe srcdoc=\"<%= x %>\">", "expression in 'srcdoc'"},
        Refused{"<p x-html=\"a\">", "attribute 'x-html' is not allowed"}
    )
);

INSTANTIATE_TEST_SUITE_P(
    Addresses,
    Refusal,
    testing::Values(
        Refused{"<a href=\"javascript:go()\">", "'href' runs code"},
        Refused{"<a hx-get=\"java<%= x %>\">", "could choose scheme or host"},
        Refused{"<a href=\"//<%= x %>\">", "could choose scheme or host"},
        Refused{"<a href=\"data:<%= x %>\">", "could choose scheme or host"},
        Refused{"<a href=\" <%= x %>\">", "could choose scheme or host"},
        Refused{
            "<a href=\"<% if (a) { %>/x<% } else { %><%= y %><% } %>\">",
            "the beginning of 'href' depends on a branch"}
    )
);

INSTANTIATE_TEST_SUITE_P(
    Shape,
    Refusal,
    testing::Values(
        Refused{"<p class=\"a", "template ends inside the value of 'class'"},
        Refused{"<p", "template ends inside a tag"},
        Refused{"<!-- x", "template ends inside a comment"},
        Refused{"<textarea>", "template ends inside <textarea>"},
        Refused{"<% if (a) { %>x", "block opened in line 2 is not closed"},
        Refused{"<% } %>", "'}' without '{'"},
        Refused{"<% if (a) %>x", "code ends with"},
        Refused{"<% if (a) { %><a title=\"<% } %>", "begins and ends in different places"},
        Refused{"<% for (;;) { %><p title=\"<% break; } %>", "begins and ends in different places"},
        Refused{"<% #if 1 %>", "preprocessor lines"},
        Refused{"<% call(\"a); %>", "does not end"},
        Refused{"<%= a; %>", "one C++ value"},
        Refused{"<%= %>", "empty expression"},
        Refused{"<%> chip(out, x) %", "'%>' is missing"},
        Refused{"<p title=\"<%> chip(out, x) %>\">", "a template is called in text"},
        Refused{"<% disabled(); %><%? disabled when x %>", "inside a tag, between attributes"},
        Refused{"<p <%? disabled %>>", "an optional attribute reads"},
        Refused{"<p <%? onclick=\"a\" when x %>>", "attribute 'onclick' is not allowed"},
        Refused{"<p <%? class=\"<%= a\" when x %>>", "a name, or name=\"literal\""},
        Refused{"<%@ include \"a.h\" %>", "belongs before the first template"}
    )
);

TEST(TemplateCompiler, RefusesAFileWithoutATemplate) {
    EXPECT_THAT(errors_of(compile("", "a/b.cpt", "b.cpt")), HasSubstr("no template"));
    EXPECT_THAT(errors_of(compile("<p>", "a/b.cpt", "b.cpt")), HasSubstr("text before the first"));
    EXPECT_THAT(errors_of(compile("<% x(); %>", "a/b.cpt", "b.cpt")), HasSubstr("code before"));
    EXPECT_THAT(
        errors_of(compile("<%@ template a(int x) %>", "a/b.cpt", "b.cpt")),
        HasSubstr("first parameter")
    );
    EXPECT_THAT(
        errors_of(compile("<%@ page %>", "a/b.cpt", "b.cpt")), HasSubstr("unknown directive")
    );
}

struct Chosen {
    const char* body;
    const char* escaper;
};

class Escaper : public ::testing::TestWithParam<Chosen> {};

TEST_P(Escaper, FollowsThePlace) {
    const Compilation result = compile_body(GetParam().body);
    EXPECT_EQ(errors_of(result), "") << GetParam().body;
    EXPECT_THAT(result.source, HasSubstr(GetParam().escaper)) << GetParam().body;
}

INSTANTIATE_TEST_SUITE_P(
    Places,
    Escaper,
    testing::Values(
        Chosen{"<p><%= x %></p>", "out.text(x"},
        Chosen{"a < b <%= x %>", "out.text(x"},
        Chosen{"<title><%= x %></title>", "out.attribute(x"},
        Chosen{"<p title=\"<%= x %>\">", "out.attribute(x"},
        Chosen{"<p title='<%= x %>'>", "out.attribute(x"},
        Chosen{"<P TITLE=\"a<%= x %>\">", "out.attribute(x"},
        Chosen{"<a href=\"<%= x %>\">", "out.url(x"},
        Chosen{"<form ACTION=\"<%= x %>\">", "out.url(x"},
        Chosen{"<a hx-get=\"/sites/<%= x %>\">", "out.url_part(x"},
        Chosen{"<a href=\"?q=<%= x %>\">", "out.url_part(x"},
        Chosen{"<a href=\"<%= a %>/<%= x %>\">", "out.url_part(x"},
        Chosen{"<script src=\"<%= x %>\"></script>", "out.url(x"},
        Chosen{"<script>a</script><%= x %>", "out.text(x"},
        Chosen{"<script>'</p>'</script ><%= x %>", "out.text(x"},
        Chosen{"<!-- > --><%= x %>", "out.text(x"}
    )
);

TEST(TemplateCompiler, NamesTheTemplatesLineInTheCode) {
    const Compilation result = compile_body("\n<p>\n<%= page.title %></p>");
    EXPECT_THAT(
        result.source, HasSubstr("#line 4 \"web/templates/sites/page.cpt\"\nout.text(page.title")
    );
}

TEST(TemplateCompiler, ChecksAnAddressThatAnExpressionBeganAtItsEnd) {
    EXPECT_THAT(
        compile_body("<a href=\"<%= a %>/<%= b %>\">").source,
        HasSubstr("out.url_part(b\n);\nout.end_url();\nout.raw(\"\\\">\");")
    );
    EXPECT_THAT(compile_body("<a href=\"/x/<%= b %>\">").source, Not(HasSubstr("end_url")));
    EXPECT_THAT(compile_body("<a title=\"<%= a %>\">").source, Not(HasSubstr("end_url")));
}

TEST(TemplateCompiler, PutsEachFolderIntoItsNamespace) {
    const Compilation result = compile(
        "<%@ include \"core/a.h\" %><%@ use components/chip %>\n<%@ template a(view::Out& out) %>x"
        "<%@ template _b(view::Out& out) %>y",
        "sites/dns/page.cpt",
        "p"
    );
    EXPECT_EQ(errors_of(result), "");
    EXPECT_THAT(result.header, HasSubstr("#include \"core/a.h\""));
    EXPECT_THAT(result.header, HasSubstr("namespace hostelry::views::sites::dns {"));
    EXPECT_THAT(result.header, HasSubstr("void a(view::Out& out);\nvoid _b(view::Out& out);"));
    EXPECT_THAT(result.header, Not(HasSubstr("chip")));
    EXPECT_THAT(result.source, HasSubstr("#include \"templates/components/chip.cpt.h\""));
}

TEST(TemplateCompiler, DropsIndentationButNotInPreformattedText) {
    const Compilation result = compile_body("<p   class=\"a  b\">\n    x  y\n</p><pre>\n  z</pre>");
    EXPECT_THAT(
        result.source, HasSubstr(R"(out.raw("\n<p class=\"a  b\">\nx y\n</p><pre>\n  z</pre>"))")
    );
}

TEST(TemplateCompiler, LetsBlocksAndLayoutsSpanText) {
    const Compilation result = compile_body(
        "<% for (const auto& row : page.rows) { if (row.hidden) { continue; } %><tr <%? hidden "
        "when "
        "row.old %>><td><%= row.name %></td></tr><% } %>"
        "<% shell(out, page, [&](view::Out& out) { %><p>'{' stays text</p><% }); %>"
        "<%-- <%= not code --%>"
    );
    EXPECT_EQ(errors_of(result), "");
    EXPECT_THAT(result.source, HasSubstr("if (row.old\n) {\nout.raw(\" hidden\");"));
    EXPECT_THAT(result.source, Not(HasSubstr("not code")));
}

}  // namespace
}  // namespace hostelry::cpt
