// What is served on addresses that other machines reach.
#include "core/app/addresses.h"
#include "core/app/api_client.h"
#include "core/platform/process/process.h"

#include "tests/integration/app/serving.h"

#include <nlohmann/json.hpp>

namespace hostelry::app {
namespace {

class Listening : public Serving {
protected:
    /// The status curl got ("000": none) from `url`, whose host name leads here.
    std::string status_of(
        const std::string& url, const std::string& host, std::uint16_t port, const std::string& ca
    ) {
        const std::string place = host + ":" + std::to_string(port) + ":127.0.0.1";
        const auto outcome = process::run(
            {.program = "/usr/bin/curl",
             .argv =
                 {"--silent",
                  "--max-time",
                  "20",
                  "--noproxy",
                  "*",
                  "--cacert",
                  folder.path() + "/" + ca,
                  "--resolve",
                  place,
                  "--output",
                  "/dev/null",
                  "--write-out",
                  "%{http_code}",
                  url}}
        );
        return outcome ? outcome->output : outcome.error().message;
    }
};

TEST_F(Listening, ByTlsUnderAnAddressThatCanBeCalled) {
    const auto port = free_port();
    config.http.listen = "0.0.0.0:" + std::to_string(port);
    open();
    ServeRole serve(*platform, *features);
    ASSERT_TRUE(serve.start());
    EXPECT_EQ(serve.url(), url_of("https", host_for_others("0.0.0.0"), port));
    EXPECT_FALSE(serve.fingerprint().empty());
    const auto certificate = "panel-certificate.pem";
    EXPECT_EQ(status_of(serve.url() + "/sign-in", "x", port, certificate), "200");
    const std::string near = "localhost:" + std::to_string(port);
    EXPECT_EQ(status_of("https://" + near + "/sign-in", "localhost", port, certificate), "200");
    EXPECT_EQ(status_of("http://" + near + "/sign-in", "localhost", port, certificate), "000");
}

TEST_F(Listening, WithAWayOfItsOwnForTheCommandLine) {
    config.http.listen = "0.0.0.0:" + std::to_string(free_port());
    open();
    ServeRole serve(*platform, *features);
    ASSERT_TRUE(serve.start());
    const auto panel = read_panel_address(config.state_dir);
    ASSERT_TRUE(panel);
    EXPECT_TRUE(panel->url.starts_with("http://127.0.0.1:")) << panel->url;
    const auto settings = call_api(*panel, http::Method::Get, "/api/v1/settings", nullptr, {});
    ASSERT_TRUE(settings) << settings.error().message;
    EXPECT_EQ(settings->status, 200);
}

TEST_F(Listening, WithPreviewsByTlsForTheirNamesOnly) {
    const auto port = free_port();
    config.preview.listen = "0.0.0.0:" + std::to_string(port);
    config.preview.domain = "preview.test";
    open();
    ServeRole serve(*platform, *features);
    ASSERT_TRUE(serve.start());
    const auto ask = [&](const std::string& scheme, const std::string& host) {
        const std::string url = scheme + "://" + host + ":" + std::to_string(port) + "/";
        return status_of(url, host, port, "preview-certificate.pem");
    };
    EXPECT_EQ(ask("https", "sabcdefgh.preview.test"), "404");  // No such site, said over TLS.
    EXPECT_EQ(ask("http", "sabcdefgh.preview.test"), "000");
    EXPECT_EQ(ask("https", "panel.test"), "000");  // The certificate is not for that name.
}

}  // namespace
}  // namespace hostelry::app
