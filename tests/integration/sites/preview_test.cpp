// A preview is asked for by people who are not signed in: the database is asked without a tenant.
#include "core/features/sites/site_preview.h"

#include "tests/integration/sites/sites_world.h"

namespace hostelry::sites {
namespace {

class Preview : public SitesWorld {
protected:
    std::string name_of(const Site& shown) const { return shown.key + ".preview.test"; }

    SitePreviews previews{panel.postgres.database(), "preview.test"};
};

TEST_F(Preview, LeadsToTheSitesServerFromTheDeploymentToTheDeletion) {
    const auto change = create(ada, plain("example.com"));
    const auto name = name_of(change.site);
    EXPECT_EQ(previews.find(name).error().code, ErrorCode::Unavailable);

    start_worker();
    wait_for(change.job);
    const auto target = previews.find(name);
    ASSERT_TRUE(target);
    EXPECT_EQ(target->address.to_string(), "192.0.2.10");
    EXPECT_EQ(target->port, 80);

    wait_for(sites.suspend(caller(ada), change.site.id).value().job);
    EXPECT_TRUE(previews.find(name));

    const auto removal = sites.remove(caller(ada), change.site.id, "example.com");
    ASSERT_TRUE(removal);
    EXPECT_EQ(previews.find(name).error().code, ErrorCode::NotFound);
    wait_for(removal->job);
    EXPECT_EQ(previews.find(name).error().code, ErrorCode::NotFound);
}

TEST_F(Preview, IsFoundByNothingButTheKey) {
    start_worker();
    const auto site = deployed(ada, plain("example.com"));
    ASSERT_TRUE(previews.find(name_of(site)));
    for (const auto& name :
         {std::string("example.com"),
          std::string("sabcdefgh.preview.test"),
          std::string("example.com.preview.test"),
          site.id.to_string() + ".preview.test",
          site.key,
          "x." + name_of(site)}) {
        EXPECT_EQ(previews.find(name).error().code, ErrorCode::NotFound) << name;
    }
}

TEST_F(Preview, LinkOfTheSiteIsTheNameItsServerKnows) {
    start_worker();
    const auto site = deployed(ada, plain("example.com"));
    EXPECT_EQ(sites.preview_url_of(site).rfind("http://" + name_of(site), 0), 0U);
}

}  // namespace
}  // namespace hostelry::sites
