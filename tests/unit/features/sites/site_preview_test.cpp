#include "core/features/sites/site_preview.h"

#include "core/features/sites/site_preview_pages.h"

#include <gtest/gtest.h>

namespace hostelry::sites {
namespace {

constexpr std::string_view kPreviewDomain = "preview.example.net";

PreviewedSite standing() {
    return {
        .key = "sabc2345",
        .domain = "example.com",
        .with_www = true,
        .server_address = "192.0.2.10",
        .state = SiteState::Ready,
        .is_deployed = true};
}

TEST(PreviewName, HoldsTheKeyOfASite) {
    EXPECT_EQ(preview_key("sabc2345.preview.example.net", kPreviewDomain), "sabc2345");
}

TEST(PreviewName, IsNothingElseBelowOrBesideTheDomain) {
    for (const auto* host :
         {"preview.example.net",
          ".preview.example.net",
          "sabc2345preview.example.net",
          "panel.sabc2345.preview.example.net",
          "sabc2345.preview.example.net.evil.test",
          "sabc_2345.preview.example.net",
          "www.preview.example.net",
          "sabcdefghijklmnop.preview.example.net",
          "127.0.0.1",
          ""}) {
        EXPECT_FALSE(preview_key(host, kPreviewDomain)) << host;
    }
    EXPECT_FALSE(preview_key("sabc2345.preview.example.net", ""));
}

TEST(PreviewTarget, IsTheSitesOwnServer) {
    const auto target = preview_target(standing());
    ASSERT_TRUE(target);
    EXPECT_EQ(target->address.to_string(), "192.0.2.10");
    EXPECT_EQ(target->port, 80);
    EXPECT_EQ(target->id, "sabc2345");
    EXPECT_EQ(target->names, (std::vector<std::string>{"example.com", "www.example.com"}));
}

TEST(PreviewTarget, OfASuspendedSiteIsItsServerTooWhichSaysSo) {
    auto site = standing();
    for (const auto state : {SiteState::Suspended, SiteState::Suspending, SiteState::Resuming}) {
        site.state = state;
        EXPECT_TRUE(preview_target(site));
    }
}

TEST(PreviewTarget, IsNotThereForASiteOnItsWayOut) {
    auto site = standing();
    site.state = SiteState::Deleting;
    EXPECT_EQ(preview_target(site).error().code, ErrorCode::NotFound);
}

TEST(PreviewTarget, WaitsUntilTheSiteStands) {
    auto site = standing();
    site.is_deployed = false;
    for (const auto state : {SiteState::Queued, SiteState::Deploying, SiteState::Failed}) {
        site.state = state;
        const auto target = preview_target(site);
        ASSERT_FALSE(target);
        EXPECT_EQ(target.error().code, ErrorCode::Unavailable);
        EXPECT_TRUE(target.error().retry_after);
    }
}

TEST(PreviewTarget, OfAFailedRedeploymentIsWhatRanBefore) {
    auto site = standing();
    site.state = SiteState::Failed;
    EXPECT_TRUE(preview_target(site));
}

TEST(PreviewPages, StandAloneAndSayWhatToDo) {
    const SystemClock clock;
    SitePreviewPages pages(clock);
    http::Request request;
    request.request_id = "request-7";
    for (const int status : {404, 413, 429, 500, 502, 503, 504}) {
        const Error error{ErrorCode::Unavailable, "It is <being> set up.", {}, {}, {}, false};
        const auto page = pages.page(
            {.request = request,
             .principal = nullptr,
             .status = status,
             .error = error,
             .csrf_token = {},
             .nonce = "nonce-7"}
        );
        EXPECT_NE(page.body.find("<style nonce=\"nonce-7\">"), std::string::npos);
        EXPECT_NE(page.body.find(std::to_string(status)), std::string::npos);
        EXPECT_NE(page.body.find("request-7"), std::string::npos);
        EXPECT_EQ(page.body.find("<being>"), std::string::npos);
        EXPECT_EQ(page.body.find("href"), std::string::npos);
        EXPECT_EQ(page.body.find("src="), std::string::npos);
    }
}

}  // namespace
}  // namespace hostelry::sites
