#include "tests/integration/sites/sites_world.h"
#include "tests/support/eventually.h"

#include <gmock/gmock.h>

#include <future>

namespace hostelry::sites {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string error_on(const Result<SiteChange>& change, const std::string& field) {
    if (change) {
        return "created";
    }
    for (const auto& error : change.error().fields) {
        if (error.field == field) {
            return error.message;
        }
    }
    return "no error on " + field + ": " + change.error().message;
}

class CreateSiteOperation : public SitesWorld {
protected:
    Result<SiteChange> try_create(TenantId tenant, const std::string& domain) {
        return sites.create(caller(tenant), plain(domain));
    }
};

TEST_F(CreateSiteOperation, RefusesANameAboveBelowOrBesideAnotherTenantsWithoutSayingWhose) {
    create(ada, plain("shop.example.com"));
    const std::string refusal = error_on(try_create(bob, "shop.example.com"), "domain");
    EXPECT_THAT(refusal, HasSubstr("cannot be used here"));
    for (const char* name :
         {"example.com",
          "a.shop.example.com",
          "www.shop.example.com",
          "b.a.shop.example.com",
          "SHOP.example.com.",
          "panel.hosting.example",
          "hosting.example",
          "x.panel.hosting.example",
          "s123.preview.test"}) {
        EXPECT_EQ(error_on(try_create(bob, name), "domain"), refusal) << name;
    }
    EXPECT_EQ(count("sites"), "1");
    for (const char* name : {"other.example.com", "myshop.example.com", "example.org"}) {
        EXPECT_TRUE(try_create(bob, name)) << name;
    }
}

TEST_F(CreateSiteOperation, RefusesEndingsOfManyAndTakesNobodyThereForAParent) {
    for (const char* ending : {"co.uk", "github.io", "com.br", "GITHUB.io."}) {
        EXPECT_THAT(error_on(try_create(ada, ending), "domain"), HasSubstr("name below it"))
            << ending;
    }
    create(ada, plain("bread.co.uk"));
    EXPECT_TRUE(try_create(bob, "butter.co.uk"));
    EXPECT_THAT(error_on(try_create(bob, "a.bread.co.uk"), "domain"), HasSubstr("cannot be used"));
    // A site of such a name from before the list knew it is no parent of the others.
    panel.postgres.execute(
        "update hostelry.site_names set name = 'github.io' where name = 'bread.co.uk'"
    );
    EXPECT_TRUE(try_create(bob, "butter.github.io"));
}

class DomainOwnership : public CreateSiteOperation {
protected:
    DomainOwnership() { outside.zones_hold_names = false; }

    static constexpr const char* kRecord = "_hostelry-challenge.example.com";

    users::Caller reseller(TenantId tenant) const {
        auto vouching = caller(tenant);
        vouching.permissions.insert("tenant:create");
        return vouching;
    }
    users::Caller client(TenantId tenant) const {
        auto plain = caller(tenant);
        plain.permissions.erase("tenant:create");
        return plain;
    }
};

TEST_F(DomainOwnership, IsShownByARecordOfTheTenantsOwn) {
    const auto asked = sites.domain_proof(client(ada), "example.com").value();
    EXPECT_FALSE(asked.is_shown);
    EXPECT_EQ(asked.record_name, kRecord);
    EXPECT_GE(asked.record_value.size(), 43U);
    EXPECT_NE(asked.record_value, sites.domain_proof(client(bob), "example.com")->record_value);
    const auto refusal = error_on(sites.create(client(ada), plain("example.com")), "domain");
    EXPECT_THAT(refusal, HasSubstr(kRecord));
    EXPECT_THAT(refusal, HasSubstr(asked.record_value));
    EXPECT_EQ(count("sites"), "0");
    EXPECT_EQ(count("jobs where kind = 'site.deploy'"), "0");

    outside.texts[kRecord] = {"v=spf1 -all", asked.record_value};
    EXPECT_THAT(
        error_on(sites.create(client(bob), plain("example.com")), "domain"), HasSubstr(kRecord)
    ) << "a neighbour's record";
    EXPECT_TRUE(sites.domain_proof(client(ada), "example.com")->is_shown);
    EXPECT_TRUE(sites.create(client(ada), plain("example.com")));

    outside.texts.clear();
    EXPECT_TRUE(sites.create(client(ada), plain("shop.example.com"))) << "below a site of its own";
    EXPECT_EQ(sites.domain_proof(client(ada), "a.example.com")->ownership, "own_site");
    EXPECT_EQ(count("events where type = 'site.domain_vouched'"), "0");
}

TEST_F(DomainOwnership, IsVouchedForByStaffAndThatIsWrittenDown) {
    const auto calls = outside.calls().size();
    EXPECT_TRUE(sites.create(reseller(ada), plain("example.com")));
    EXPECT_EQ(outside.calls().size(), calls) << "name servers were asked for nothing";
    EXPECT_EQ(
        count("events where type = 'site.domain_vouched' and data->>'domain' = 'example.com'"), "1"
    );
}

TEST_F(DomainOwnership, NeedsNoProofBelowAZoneThatIsServedHere) {
    outside.zones_hold_names = true;
    EXPECT_EQ(sites.domain_proof(client(ada), "example.com")->ownership, "own_zone");
    EXPECT_TRUE(sites.create(client(ada), plain("example.com")));
}

TEST_F(DomainOwnership, IsRefusedWhenTheNameServersCannotBeAsked) {
    outside.breaks("texts", "", ErrorCode::Unavailable);
    EXPECT_THAT(
        error_on(sites.create(client(ada), plain("example.com")), "domain"), HasSubstr(kRecord)
    );
}

TEST_F(CreateSiteOperation, LetsATenantUseNamesBelowItsOwn) {
    create(ada, plain("example.com"));
    EXPECT_TRUE(try_create(ada, "blog.example.com"));
    EXPECT_THAT(error_on(try_create(ada, "example.com"), "domain"), HasSubstr("already have"));
    EXPECT_THAT(error_on(try_create(ada, "www.example.com"), "domain"), HasSubstr("already have"));
}

TEST_F(CreateSiteOperation, GivesANameToOneOfTwoTenantsWhoAskAtTheSameMoment) {
    for (int round = 0; round < 5; ++round) {
        const std::string domain = "race" + std::to_string(round) + ".example";
        std::vector<Result<SiteChange>> answers(2, fail(ErrorCode::Internal, ""));
        std::thread first([&] { answers[0] = try_create(ada, domain); });
        std::thread second([&] { answers[1] = try_create(bob, "www." + domain); });
        first.join();
        second.join();
        EXPECT_NE(answers[0].has_value(), answers[1].has_value()) << domain;
    }
}

TEST_F(CreateSiteOperation, MakesOneSiteOfTwoRequestsWithOneKey) {
    std::vector<Result<SiteChange>> answers(4, fail(ErrorCode::Internal, ""));
    std::vector<std::thread> threads;
    for (auto& answer : answers) {
        threads.emplace_back([&] {
            answer = sites.create(caller(ada), wordpress("example.com"), "key-1");
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    for (const auto& answer : answers) {
        ASSERT_TRUE(answer) << answer.error().message;
        EXPECT_EQ(answer->site.id, answers.front()->site.id);
        EXPECT_EQ(answer->job, answers.front()->job);
    }
    EXPECT_EQ(count("sites"), "1");
    EXPECT_EQ(count("jobs where kind = 'site.deploy'"), "1");
    // The key of one tenant says nothing to another.
    EXPECT_TRUE(sites.create(caller(bob), plain("example.org"), "key-1"));
}

TEST_F(CreateSiteOperation, TellsEveryWrongFieldAtOnceAndCreatesNothing) {
    CreateSite request = wordpress("exa mple");
    request.php_version = "7.4";
    request.options["admin_email"] = "not an address";
    request.options["title"] = "";
    request.options["unheard"] = "of";
    const auto change = sites.create(caller(ada), request);
    ASSERT_FALSE(change);
    EXPECT_EQ(change.error().code, ErrorCode::Invalid);
    for (const char* field : {"domain", "php_version", "options.admin_email", "options.unheard"}) {
        EXPECT_THAT(error_on(change, field), Not(HasSubstr("no error"))) << field;
    }
    EXPECT_EQ(count("sites"), "0");
    EXPECT_EQ(count("jobs"), "0");
    EXPECT_EQ(count("events where type like 'site.%'"), "0");
}

TEST_F(CreateSiteOperation, RefusesServersAndTemplatesThatAreNotThere) {
    CreateSite request = plain("example.com");
    request.server = ServerId::make(panel.clock, panel.random);
    EXPECT_THAT(
        error_on(sites.create(caller(ada), request), "server"), HasSubstr("no such server")
    );
    request.server.reset();
    request.template_id = "../etc";
    EXPECT_THAT(
        error_on(sites.create(caller(ada), request), "template"), HasSubstr("no such template")
    );
    request.template_id = "static";
    outside.servers.front().is_ready = false;
    EXPECT_THAT(error_on(sites.create(caller(ada), request), "server"), HasSubstr("ready"));
    outside.servers.clear();
    EXPECT_THAT(
        error_on(sites.create(caller(ada), request), "server"), HasSubstr("Ask your provider")
    );
}

TEST_F(CreateSiteOperation, IsForbiddenInAnAccountThatIsBeingDeleted) {
    auto creating = std::future<Result<SiteChange>>{};
    ASSERT_TRUE(panel.postgres.database().in_tenant(
        panel.postgres.root(),
        [&](db::Transaction& tx) -> Result<void> {
            tx.query("select 1 from hostelry.tenants where id = $1 for update", ada);
            creating = std::async(std::launch::async, [&] {
                return sites.create(caller(ada), plain("late.example"));
            });
            EXPECT_TRUE(testing::eventually([&] { return panel.postgres.has_waiting_statement(); })
            );
            tx.execute(
                "update hostelry.tenants set state = 'deleted', slug = 'deleted' where id = $1", ada
            );
            return {};
        }
    ));
    const auto refused = creating.get();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::Forbidden);
    EXPECT_EQ(count("sites"), "0");
}

TEST_F(CreateSiteOperation, IsForbiddenInASuspendedAccountAndBelowOne) {
    const auto reseller = panel.postgres.make_tenant(panel.postgres.root(), "north", "reseller");
    const auto client = panel.postgres.make_tenant(reseller, "cleo");
    panel.postgres.execute("update hostelry.tenants set state = 'suspended' where slug = 'north'");
    EXPECT_EQ(try_create(client, "example.com").error().code, ErrorCode::Forbidden);
    EXPECT_EQ(try_create(reseller, "example.org").error().code, ErrorCode::Forbidden);
    EXPECT_EQ(count("sites"), "0");
}

}  // namespace
}  // namespace hostelry::sites
