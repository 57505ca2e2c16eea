// Tenants see down the tree, never up or sideways.
#include "tests/support/test_database.h"

#include <gtest/gtest.h>

namespace hostelry::db {
namespace {

constexpr auto kCountJobs = "select count(*) as jobs from hostelry.jobs";

class Isolation : public ::testing::Test {
protected:
    void SetUp() override {
        reseller = postgres.make_tenant(postgres.root(), "reseller", "reseller");
        client = postgres.make_tenant(reseller, "client");
        neighbour = postgres.make_tenant(postgres.root(), "neighbour");
        for (const auto tenant : {reseller, client, neighbour}) {
            add_job(tenant);
        }
    }

    void add_job(TenantId tenant) {
        const auto added =
            postgres.database().in_tenant(tenant, [&](Transaction& tx) -> Result<void> {
                tx.execute(
                    "insert into hostelry.jobs (id, tenant_id, kind, title, queue) "
                    "values (gen_random_uuid(), $1, 'test.one', 'One', 'default')",
                    tenant
                );
                return {};
            });
        ASSERT_TRUE(added) << added.error().cause;
    }

    std::int64_t jobs_seen_by(TenantId tenant) {
        return postgres.database()
            .in_tenant(
                tenant,
                [](Transaction& tx) -> Result<std::int64_t> {
                    return tx.query_one(kCountJobs)["jobs"].integer();
                }
            )
            .value();
    }

    template <class... Params>
    std::int64_t touched_by(TenantId tenant, std::string_view sql, const Params&... params) {
        return postgres.database()
            .in_tenant(
                tenant,
                [&](Transaction& tx) -> Result<std::int64_t> { return tx.execute(sql, params...); }
            )
            .value();
    }

    testing::TestDatabase postgres;
    TenantId reseller, client, neighbour;
};

TEST_F(Isolation, ATenantSeesItsOwnTreeOnly) {
    EXPECT_EQ(jobs_seen_by(postgres.root()), 3);
    EXPECT_EQ(jobs_seen_by(reseller), 2);
    EXPECT_EQ(jobs_seen_by(client), 1);
    EXPECT_EQ(jobs_seen_by(neighbour), 1);
}

TEST_F(Isolation, WithoutATenantNothingIsSeen) {
    const auto seen = postgres.database().in_system([](Transaction& tx) -> Result<std::int64_t> {
        return tx.query_one(kCountJobs)["jobs"].integer();
    });
    EXPECT_EQ(seen.value(), 0);
    // The same connection was inside a tenant before: the setting must not stay on it.
    EXPECT_EQ(jobs_seen_by(client), 1);
    EXPECT_EQ(postgres.database().single_statement(kCountJobs).value()[0]["jobs"].integer(), 0);
}

TEST_F(Isolation, ANeighboursRowsCannotBeChangedDeletedOrGivenAway) {
    EXPECT_EQ(
        touched_by(neighbour, "update hostelry.jobs set note = 'x' where tenant_id = $1", client), 0
    );
    EXPECT_EQ(touched_by(neighbour, "delete from hostelry.jobs where tenant_id = $1", client), 0);
    EXPECT_THROW(
        touched_by(neighbour, "update hostelry.jobs set tenant_id = $1", client),
        ConstraintViolation
    );
    EXPECT_THROW(
        touched_by(client, "update hostelry.jobs set tenant_id = $1", reseller), ConstraintViolation
    );
    EXPECT_EQ(jobs_seen_by(client), 1);
}

TEST_F(Isolation, ARowForANeighbourIsRefusedAsAPolicyViolation) {
    const auto insert = [&] {
        return touched_by(
            neighbour,
            "insert into hostelry.jobs (id, tenant_id, kind, title, queue) "
            "values (gen_random_uuid(), $1, 'test.one', 'One', 'default')",
            client
        );
    };
    try {
        insert();
        FAIL() << "the row was accepted";
    } catch (const ConstraintViolation& violation) {
        EXPECT_EQ(violation.kind, ConstraintKind::Policy);
    }
}

TEST_F(Isolation, TenantsThemselvesFollowTheTree) {
    const auto names = [&](TenantId tenant) {
        return postgres.database()
            .in_tenant(
                tenant,
                [](Transaction& tx) -> Result<std::string> {
                    return tx
                        .query_one(
                            "select string_agg(slug, ' ' order by slug) as slugs from "
                            "hostelry.tenants"
                        )["slugs"]
                        .text();
                }
            )
            .value();
    };
    EXPECT_EQ(names(postgres.root()), "client neighbour reseller root");
    EXPECT_EQ(names(reseller), "client reseller");
    EXPECT_EQ(names(client), "client");
    EXPECT_EQ(
        touched_by(client, "update hostelry.tenants set name = 'x' where id = $1", reseller), 0
    );
}

TEST_F(Isolation, ATenantCannotBeMadeUnderANeighbourOrMoved) {
    constexpr auto insert =
        "insert into hostelry.tenants (id, parent_id, name, slug, kind) "
        "values (gen_random_uuid(), $1, 'New', 'new', 'client') returning id";
    EXPECT_THROW(touched_by(neighbour, insert, reseller), ConstraintViolation);
    EXPECT_EQ(touched_by(reseller, insert, reseller), 1);
    EXPECT_THROW(
        touched_by(
            postgres.root(),
            "update hostelry.tenants set parent_id = $1 where id = $2",
            neighbour,
            client
        ),
        Failure
    );
}

TEST_F(Isolation, TheClosureNeedsTheDefinerAndShowsOnlyTheOwnTree) {
    EXPECT_THROW(
        touched_by(
            neighbour, "insert into hostelry.tenant_closure values ($1, $2, 1)", neighbour, client
        ),
        ConstraintViolation
    );
    EXPECT_EQ(touched_by(neighbour, "select * from hostelry.tenant_closure"), 1);
    EXPECT_EQ(touched_by(reseller, "select * from hostelry.tenant_closure"), 2);
}

TEST_F(Isolation, SuspendingAnAncestorMakesTheTreeInactive) {
    const auto is_active = [&](TenantId tenant) {
        return postgres.value("select hostelry.is_tenant_active('" + tenant.to_string() + "')");
    };
    EXPECT_EQ(is_active(client), "t");
    touched_by(
        postgres.root(), "update hostelry.tenants set state = 'suspended' where id = $1", reseller
    );
    EXPECT_EQ(is_active(client), "f");
    EXPECT_EQ(is_active(neighbour), "t");
}

TEST_F(Isolation, TheOwnersBackfillTouchesRows) {
    const auto touched = postgres.owner().in_system([](Transaction& tx) -> Result<std::int64_t> {
        return tx.execute("update hostelry.jobs set note = 'backfilled'");
    });
    EXPECT_EQ(touched.value(), 3);
}

}  // namespace
}  // namespace hostelry::db
