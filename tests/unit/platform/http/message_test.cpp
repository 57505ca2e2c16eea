#include "core/platform/http/message.h"

#include "core/platform/http/cookies.h"
#include "core/platform/http/sse_hub.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace hostelry::http {
namespace {

TEST(Request, FindsHeadersCookiesAndFormValues) {
    Request request;
    request.headers.add("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
    request.headers.add("Cookie", "a=1; __Host-session=xyz; b=2");
    request.headers.add("HX-Request", "true");
    request.raw_query = "q=two+words";
    request.set_body("domain=example.org&domain=second");
    EXPECT_EQ(request.header("hx-request"), "true");
    EXPECT_TRUE(request.is_htmx());
    EXPECT_EQ(request.cookie("__Host-session"), "xyz");
    EXPECT_EQ(request.cookie("session"), std::nullopt);
    EXPECT_EQ(request.query("q"), "two words");
    EXPECT_EQ(request.form_value("domain"), "example.org");
    EXPECT_EQ(request.form().size(), 2U);
    EXPECT_THROW(request.param("id"), std::logic_error);
}

TEST(Request, SurvivesBeingMovedWithAShortBody) {
    Request request;
    request.headers.add("host", "a");
    request.set_body("x=y");
    const Request moved = std::move(request);
    EXPECT_EQ(moved.body, "x=y");
    EXPECT_EQ(moved.header("host"), "a");
}

TEST(Cookies, ThatComeTwiceAreNobodys) {
    EXPECT_EQ(find_cookie("a=1; a=2", "a"), std::nullopt);
    EXPECT_EQ(find_cookie("aa=1; a=2; b", "a"), "2");
    EXPECT_EQ(find_cookie("", "a"), std::nullopt);
}

TEST(Cookies, AreAlwaysSecureAndRefuseWhatSplits) {
    EXPECT_EQ(
        format_cookie({.name = "__Host-s", .value = "v", .max_age = {}}),
        "__Host-s=v; Path=/; Secure; HttpOnly; SameSite=Lax"
    );
    EXPECT_THROW(
        format_cookie({.name = "a", .value = "b; Domain=evil", .max_age = {}}),
        std::invalid_argument
    );
    EXPECT_THROW(
        format_cookie({.name = "a", .value = "b\r\nX: y", .max_age = {}}), std::invalid_argument
    );
    EXPECT_THROW(
        format_cookie({.name = "a=b", .value = "c", .max_age = {}}), std::invalid_argument
    );
}

TEST(Response, RefusesControlBytesInHeaders) {
    Response response;
    EXPECT_THROW(response.set_header("X", "a\r\nSet-Cookie: b"), std::invalid_argument);
    EXPECT_THROW(response.set_header("X", "a\nb"), std::invalid_argument);
    EXPECT_THROW(response.set_header("X", std::string("a\0b", 3)), std::invalid_argument);
    EXPECT_THROW(response.set_header("X: y", "z"), std::invalid_argument);
    EXPECT_THROW(response.set_header("", "z"), std::invalid_argument);
    response.set_header("X-A", "1").set_header("x-a", "2");
    EXPECT_EQ(response.headers.size(), 1U);
    EXPECT_EQ(response.header("X-a"), "2");
}

TEST(Response, LeadsOnlyToOwnPaths) {
    EXPECT_EQ(Response::see_other("/sites").status, 303);
    EXPECT_THROW(Response::see_other("//evil.test"), std::invalid_argument);
    EXPECT_THROW(Response::see_other("https://evil.test"), std::invalid_argument);
    Request request;
    request.headers.add("hx-request", "true");
    const auto response = Response::go_to(request, "/sites");
    EXPECT_EQ(response.status, 204);
    EXPECT_EQ(response.header("hx-redirect"), "/sites");
}

TEST(Response, TellsAProblemWithItsFields) {
    Error error{
        ErrorCode::Invalid,
        "Two fields are wrong.",
        {{"domain", "Missing."}},
        "cause",
        std::chrono::milliseconds{1500},
        false};
    const auto response = Response::problem(error, "r-1");
    const auto document = nlohmann::json::parse(response.body);
    EXPECT_EQ(response.status, http_status(ErrorCode::Invalid));
    EXPECT_EQ(document["code"], "invalid");
    EXPECT_EQ(document["detail"], "Two fields are wrong.");
    EXPECT_EQ(document["errors"][0]["field"], "domain");
    EXPECT_EQ(document["request_id"], "r-1");
    EXPECT_EQ(response.header("retry-after"), "2");
    EXPECT_EQ(response.body.find("cause"), std::string::npos);
}

TEST(Response, OfAFileIsForRegularFilesOnly) {
    EXPECT_FALSE(Response::file("/", "text/plain").has_value());
    EXPECT_FALSE(Response::file("/no/such/file", "text/plain").has_value());
    EXPECT_FALSE(Response::file("/dev/null", "text/plain").has_value());
}

TEST(Events, AreEncodedLineByLine) {
    EXPECT_EQ(format_event("1", "job", "a\nb"), "id: 1\nevent: job\ndata: a\ndata: b\n\n");
    EXPECT_EQ(
        format_event("1", "job", "a\r\nb\rid: 9"),
        "id: 1\nevent: job\ndata: a\ndata: b\ndata: id: 9\n\n"
    );
    EXPECT_EQ(format_event("1", "job", ""), "id: 1\nevent: job\ndata: \n\n");
    EXPECT_THROW(format_event("1", "job\ndata: x", ""), std::invalid_argument);
}

}  // namespace
}  // namespace hostelry::http
