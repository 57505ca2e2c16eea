#include "core/app/preview_listener.h"

#include <gtest/gtest.h>

namespace hostelry::app {
namespace {

std::string link_with(const std::string& listen, const std::string& domain) {
    config::Config config;
    config.preview.listen = listen;
    config.preview.domain = domain;
    const auto origin = preview_origin(config);
    return origin.scheme + "://<key>." + domain + origin.port;
}

TEST(PreviewOrigin, IsPlainHttpForNamesThatBrowsersFindOnTheirOwnMachine) {
    EXPECT_EQ(
        link_with("127.0.0.1:8081", "preview.localhost"), "http://<key>.preview.localhost:8081"
    );
    EXPECT_EQ(link_with("[::1]:8081", "preview.localhost"), "http://<key>.preview.localhost:8081");
}

TEST(PreviewOrigin, IsThatOfTheProxyInFrontOfLoopback) {
    EXPECT_EQ(link_with("127.0.0.1:8081", "preview.test"), "https://<key>.preview.test");
}

TEST(PreviewOrigin, IsOurOwnTlsAnywhereElse) {
    EXPECT_EQ(link_with("0.0.0.0:443", "preview.test"), "https://<key>.preview.test");
    EXPECT_EQ(link_with("192.0.2.1:8443", "preview.test"), "https://<key>.preview.test:8443");
    EXPECT_EQ(
        link_with("192.0.2.1:8443", "preview.localhost"), "https://<key>.preview.localhost:8443"
    );
}

TEST(PreviewDomain, IsRefusedWhenThePanelLiesBelowIt) {
    EXPECT_TRUE(check_preview_domain("preview.example.net", "panel.example.net"));
    EXPECT_TRUE(check_preview_domain("preview.localhost", ""));
    EXPECT_FALSE(check_preview_domain("example.net", "panel.example.net"));
    EXPECT_FALSE(check_preview_domain("panel.example.net", "panel.example.net"));
    EXPECT_FALSE(check_preview_domain("", "panel.example.net"));
}

}  // namespace
}  // namespace hostelry::app
