#include "core/features/shell/list_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

namespace hostelry::shell {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

struct Guest {
    std::string name;
    std::string state;
};

class AList : public ::testing::Test {
protected:
    /// Of the list at /guests, asked for with this behind the question mark.
    ListQuery asked(std::string query, const ListDescription& of) {
        request.path = of.path;
        request.raw_query = std::move(query);
        // A request reads its query once.
        return {
            of,
            http::Exchange{
                .request = pages.emplace_back(request), .principal = &reader, .clock = clock}};
    }
    ListQuery asked(std::string query) { return asked(std::move(query), description); }

    ListDescription description{
        .path = "/guests",
        .section = "guests",
        .topic = "guest",
        .title = "Guests",
        .noun = {"guest", "guests"},
        .icon = "users",
        .parameters = {{"q"}, {"state"}, {"house"}},
        .segments = {{"", "All"}, {"in", "In", view::Status::Ready}, {"out", "Out"}},
        .columns = {{.label = "Name"}},
        .rows_on_page = 2,
        .creation = Creation{{.label = "New guest", .href = "/guests/new"}, {"guest:create"}},
        .nothing_yet = {.title = "No guests yet", .action = view::Action{.label = "New guest"}}};
    http::Principal reader;
    SystemClock clock;
    http::Request request;
    std::deque<http::Request> pages;
};

TEST_F(AList, PassesOverWhatItDoesNotUnderstand) {
    const auto query = asked("state=gone&from=x&q=%00&other=1");
    EXPECT_EQ(query.href(), "/guests");
    EXPECT_EQ(query.first_row(), 0);
    EXPECT_FALSE(query.is_filtered());
}

TEST_F(AList, KeepsEverythingElseWhenAnotherSegmentIsChosen) {
    const auto list = asked("house=7&q=a%26b&state=in&from=4").list({.shown = 2, .matching = 9});
    ASSERT_EQ(list.segments.size(), 3U);
    EXPECT_EQ(list.segments[0].href, "/guests?q=a%26b&house=7");
    EXPECT_EQ(list.segments[2].href, "/guests?q=a%26b&state=out&house=7");
    EXPECT_TRUE(list.segments[1].is_current);
    EXPECT_EQ(list.segments[1].icon_class, "text-ready");
    EXPECT_EQ(list.segments[1].count, "") << "nobody counted";
}

TEST_F(AList, KeepsInTheFormWhatTheFormDoesNotAsk) {
    EXPECT_THAT(asked("q=ada&state=in&from=4").form().kept, ElementsAre(Pair("state", "in")));
}

TEST_F(AList, LinksToThePagesBesideIt) {
    const auto middle = asked("from=2").list({.shown = 2, .matching = 1285});
    EXPECT_EQ(middle.pager.range, "3–4 of 1,285");
    EXPECT_EQ(middle.pager.previous_href, "/guests");
    EXPECT_EQ(middle.pager.next_href, "/guests?from=4");
    EXPECT_EQ(middle.counted, "1,285 guests");
    const auto only = asked("").list({.shown = 1, .matching = 1});
    EXPECT_EQ(only.pager.previous_href + only.pager.next_href, "");
    EXPECT_EQ(only.counted, "1 guest");
}

TEST_F(AList, RefreshesThePageThatIsShown) {
    EXPECT_EQ(asked("q=a&from=4").list({}).refresh_href, "/guests?q=a&from=4");
    description.rows_on_page = 0;
    EXPECT_EQ(asked("q=a&after=k%201").list({}).refresh_href, "/guests?q=a&after=k%201");
}

TEST_F(AList, GoesOnBehindAKeyWhereKeysPartThePages) {
    description.rows_on_page = 0;
    const auto query = asked("state=in&after=k1&before=k2");
    EXPECT_EQ(query.key("after"), "k1");
    EXPECT_EQ(query.key("before"), "") << "a page begins at one place";
    EXPECT_EQ(query.href_at("after", "k 3"), "/guests?state=in&after=k%203");
    EXPECT_EQ(query.href_at("after", ""), "");
    EXPECT_EQ(query.list({.shown = 2, .matching = 5}).pager.range, "2 of 5");
    EXPECT_EQ(query.list({.shown = 1}).counted, "1 guest shown");
}

TEST_F(AList, TakesTheFirstOfItsValuesWhereNoneWasChosen) {
    description.parameters = {{"sort", {"-age", "age"}}, {"q"}};
    EXPECT_EQ(asked("").href(), "/guests?sort=-age");
    EXPECT_EQ(asked("sort=shoe").href(), "/guests?sort=-age");
    EXPECT_EQ(asked("sort=age&q=a").href(), "/guests?sort=age&q=a");
}

TEST_F(AList, OffersABeginningOnlyToThoseWhoMayMakeOne) {
    EXPECT_EQ(asked("").list({}).empty->title, "No guests yet");
    EXPECT_FALSE(asked("").list({}).empty->action);
    EXPECT_TRUE(asked("").head().actions.empty());
    reader.permissions = {"guest:create"};
    EXPECT_TRUE(asked("").list({}).empty->action);
    EXPECT_EQ(asked("").head().actions.size(), 1U);
}

TEST_F(AList, BlamesTheFilterWhenThereIsOne) {
    EXPECT_EQ(asked("q=x").list({}).empty->title, "No guest fits this filter");
    EXPECT_EQ(asked("state=in").list({}).empty->title, "No guest fits this filter");
    EXPECT_FALSE(asked("q=x").list({.shown = 1, .matching = 1}).empty);
    description.segments[0].name = "all";
    EXPECT_EQ(asked("state=all").list({}).empty->title, "No guests yet");
}

TEST_F(AList, ReadAsAWholeIsCountedAndCut) {
    const std::vector<Guest> guests{{"a", "in"}, {"b", "out"}, {"c", "in"}, {"d", "in"}};
    const auto state_of = [](const Guest& guest) { return guest.state; };
    auto rows = guests;
    const auto query = asked("state=in&from=2");
    const auto extent = keep_page(query, rows, state_of);
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].name, "d");
    EXPECT_THAT(extent.counts, ElementsAre(Pair("", 4), Pair("in", 3), Pair("out", 1)));
    EXPECT_EQ(query.list(extent).pager.range, "3–3 of 3");
    rows = guests;
    keep_page(asked("from=900"), rows, state_of);
    EXPECT_TRUE(rows.empty());
}

TEST_F(AList, HasTheSegmentsThatItsRowsHave) {
    description.segments.clear();
    std::vector<Guest> rows{{"a", "in"}, {"b", "out"}};
    const auto query = asked("state=elsewhere");
    const auto list =
        query.list(keep_page(query, rows, [](const Guest& guest) { return guest.state; }));
    ASSERT_EQ(list.segments.size(), 3U);
    EXPECT_EQ(list.segments[0].label, "All");
    EXPECT_EQ(list.segments[2].label, "out");
    EXPECT_EQ(list.empty->title, "No guest fits this filter");
}

}  // namespace
}  // namespace hostelry::shell
