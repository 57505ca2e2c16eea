#include "core/platform/web/design/design_page.h"
#include "core/platform/web/out.h"

#include "templates/components/action.cpt.h"
#include "templates/components/chart.cpt.h"
#include "templates/components/chip.cpt.h"
#include "templates/components/dialog.cpt.h"
#include "templates/components/facts.cpt.h"
#include "templates/components/form.cpt.h"
#include "templates/components/job_card.cpt.h"
#include "templates/components/list.cpt.h"
#include "templates/components/time.cpt.h"
#include "templates/components/toast.cpt.h"
#include "templates/components/value.cpt.h"
#include "templates/design/index.cpt.h"
#include "templates/layouts/bare.cpt.h"
#include "templates/layouts/error.cpt.h"
#include "templates/layouts/shell.cpt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace hostelry::view {
namespace {

using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;
namespace components = hostelry::views::components;
namespace layouts = hostelry::views::layouts;

constexpr Instant kNow{1795251871204ms};
constexpr std::string_view kHostile = "\"><script>alert('x')</script>";

class Components : public ::testing::Test {
protected:
    std::string html(Slot fill) { return render(context_, fill); }

    Assets assets_;
    Context context_{
        .assets = assets_,
        .time = ReaderTime("Europe/Berlin", kNow),
        .csrf_token = "t0k3n",
        .nonce = "n0nce",
        .request_id = "req-1"};
};

TEST_F(Components, AChipSaysItsStateInIconAndWordAndWhyInWords) {
    const std::string chip = html([](Out& out) {
        components::chip(out, {.status = Status::Failed, .detail = "Since 09:41"});
    });
    EXPECT_THAT(chip, HasSubstr("chip-failed"));
    EXPECT_THAT(chip, HasSubstr("/assets/icons.svg#circle-x"));
    EXPECT_THAT(chip, HasSubstr("Failed</span>"));
    EXPECT_THAT(chip, HasSubstr("data-tip=\"Since 09:41\""));
    EXPECT_THAT(chip, HasSubstr("<span class=\"sr-only\">. Since 09:41</span>"));
}

TEST_F(Components, ATablesChipIsQuietUnlessItNeedsAttention) {
    const auto quiet = [&](Status status) {
        return html([&](Out& out) { components::chip(out, {.status = status, .in_table = true}); });
    };
    EXPECT_THAT(quiet(Status::Ready), HasSubstr("chip-quiet"));
    EXPECT_THAT(quiet(Status::Working), Not(HasSubstr("chip-quiet")));
}

TEST_F(Components, AMissingValueIsNeverANumber) {
    const Value value{
        .text = "0", .unit = "GB", .missing = Na{"No answer. Last value: 7 at 10:31"}};
    const std::string shown = html([&](Out& out) { components::value(out, value); });
    EXPECT_THAT(shown, HasSubstr("N/A<span class=\"sr-only\">: No answer. Last value: 7 at 10:31"));
    EXPECT_THAT(shown, Not(HasSubstr(">0<")));
}

TEST_F(Components, AMomentIsRelativeWithTheExactOneBeside) {
    EXPECT_THAT(
        html([](Out& out) { components::time_ago(out, kNow - 4min); }),
        HasSubstr("<time datetime=\"2026-11-21T09:00:31Z\" title=\"21 November 2026, 10:00 CET\">4 "
                  "min ago</time>")
    );
}

TextField domain_field() {
    TextField field;
    field.name = "domain";
    field.label = "Domain";
    field.hint = "Without www.";
    field.required = true;
    return field;
}

TEST_F(Components, AFieldIsDescribedByItsHint) {
    const TextField field = domain_field();
    const std::string shown = html([&](Out& out) { components::text_field(out, field); });
    EXPECT_THAT(shown, HasSubstr("<label class=\"field-label\" for=\"domain\">"));
    EXPECT_THAT(shown, HasSubstr("aria-describedby=\"domain-h\""));
    EXPECT_THAT(shown, HasSubstr("<p class=\"field-hint\" id=\"domain-h\">Without www.</p>"));
    EXPECT_THAT(shown, Not(HasSubstr("aria-invalid")));
}

TEST_F(Components, AWrongFieldKeepsWhatWasTypedAndIsDescribedByItsError) {
    TextField field = domain_field();
    field.value = kHostile;
    field.error = "Not a domain name.";
    const std::string shown = html([&](Out& out) { components::text_field(out, field); });
    EXPECT_THAT(
        shown, HasSubstr("value=\"&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;\"")
    );
    EXPECT_THAT(shown, HasSubstr("aria-invalid=\"true\" aria-describedby=\"domain-e\""));
    EXPECT_THAT(shown, HasSubstr("id=\"domain-e\""));
    EXPECT_THAT(shown, Not(HasSubstr("domain-h")));
}

TEST_F(Components, APasswordIsNeverSentBack) {
    PasswordField field;
    field.name = "password";
    field.label = "Password";
    const std::string shown = html([&](Out& out) { components::password_field(out, field); });
    EXPECT_THAT(shown, HasSubstr("type=\"password\""));
    EXPECT_THAT(shown, Not(HasSubstr(" value=")));
}

TEST_F(Components, TheChosenOptionIsSelected) {
    SelectField field;
    field.name = "server";
    field.options = {{"1", "one"}, {"2", "two"}};
    field.value = "2";
    EXPECT_THAT(
        html([&](Out& out) { components::select_field(out, field); }),
        HasSubstr("<option value=\"1\">one</option><option value=\"2\" selected>two</option>")
    );
}

TEST_F(Components, AFormCarriesTokenKeyAndLinksToItsErrors) {
    const Form form{
        .id = "new",
        .action = "/sites",
        .idempotency_key = "k1",
        .errors = {attention_title(1, "Nothing was created."), {{"domain", "Not a domain."}}}};
    const std::string shown = html([&](Out& out) { components::form(out, form, [](Out&) {}); });
    EXPECT_THAT(shown, HasSubstr("name=\"_csrf\" value=\"t0k3n\""));
    EXPECT_THAT(shown, HasSubstr("name=\"_key\" value=\"k1\""));
    EXPECT_THAT(shown, HasSubstr("hx-post=\"/sites\""));
    EXPECT_THAT(shown, HasSubstr("One thing needs your attention. Nothing was created."));
    EXPECT_THAT(shown, HasSubstr("href=\"#domain\">Not a domain.</a>"));
}

TEST_F(Components, EveryPostedActionCarriesTheToken) {
    const Action action{
        .label = "Suspend", .href = "/sites/1/suspension", .kind = ActionKind::Post};
    EXPECT_THAT(html([&](Out& out) { components::button(out, action); }), HasSubstr("_csrf"));
    EXPECT_THAT(html([&](Out& out) { components::menu_item(out, action); }), HasSubstr("_csrf"));
}

TEST_F(Components, AnActionNeverLinksToCode) {
    const Action action{.label = "Visit", .href = "javascript:alert(1)"};
    EXPECT_THAT(
        html([&](Out& out) { components::button(out, action); }),
        HasSubstr("href=\"#blocked-address\"")
    );
}

TEST_F(Components, ASortedColumnSaysSoAndKeepsItsLink) {
    Table table;
    table.label = "Sites";
    table.columns = {
        {.label = "Disk",
         .sort_href = "/sites?sort=disk&dir=asc",
         .sorted = Sorted::Descending,
         .is_number = true}};
    const std::string shown =
        html([&](Out& out) { components::table(out, table, "list", [](Out&) {}); });
    EXPECT_THAT(shown, HasSubstr("aria-sort=\"descending\""));
    EXPECT_THAT(shown, HasSubstr("href=\"/sites?sort=disk&amp;dir=asc\""));
    EXPECT_THAT(shown, HasSubstr("arrow-down"));
    EXPECT_THAT(shown, Not(HasSubstr("Select all")));
}

TEST_F(Components, AnEmptyListShowsWhatItIsInsteadOfATable) {
    List list;
    list.empty = EmptyState{"globe", "No sites yet", "A site is a domain with files.", {}};
    const std::string shown = html([&](Out& out) { components::list(out, list, [](Out&) {}); });
    EXPECT_THAT(shown, HasSubstr("No sites yet"));
    EXPECT_THAT(shown, Not(HasSubstr("<table")));
}

TEST_F(Components, DeletingAsksForTheNameAndKeepsTheButtonOffUntilThen) {
    const DeleteDialog dialog{
        .title = "Delete a.example?",
        .text = "Gone.",
        .losses = {{"database", "1 database"}},
        .name = "a.example",
        .action = "/sites/1/deletion",
        .cancel_href = "/sites/1"};
    const std::string shown = html([&](Out& out) { components::delete_dialog(out, dialog); });
    EXPECT_THAT(shown, HasSubstr("data-name=\"a.example\""));
    EXPECT_THAT(shown, HasSubstr(":disabled=\"off\""));
    EXPECT_THAT(shown, HasSubstr("1 database"));
    EXPECT_THAT(shown, Not(HasSubstr("aria-invalid")));
}

TEST_F(Components, AJobCardAsksForItselfOnlyWhileItRuns) {
    JobCard card;
    card.id = "job-7";
    card.title = "Deploy";
    card.steps = {
        {StepState::Running, "Copy", "", 3101ms}, {StepState::Failed, "Check", "no answer", {}}};
    card.refresh_href = "/jobs/7/card";
    const std::string running = html([&](Out& out) { components::job_card(out, card); });
    EXPECT_THAT(running, HasSubstr("hx-get=\"/jobs/7/card\" hx-trigger=\"sse:job\""));
    EXPECT_THAT(running, HasSubstr("x-data=\"elapsed\" data-ms=\"3101\""));
    EXPECT_THAT(running, HasSubstr("<span class=\"sr-only\">Failed</span>"));
    card.refresh_href.clear();
    EXPECT_THAT(html([&](Out& out) { components::job_card(out, card); }), Not(HasSubstr("hx-get")));
}

TEST_F(Components, AFailureStaysUntilItIsDismissed) {
    EXPECT_THAT(
        html([](Out& out) {
            components::toast(out, {"t", ToastKind::Failure, "No", ""});
        }),
        HasSubstr("data-keep")
    );
    EXPECT_THAT(
        html([](Out& out) {
            components::toast(out, {"t", ToastKind::Done, "Yes", ""});
        }),
        Not(HasSubstr("data-keep"))
    );
}

TEST_F(Components, AChartsGapIsNoZero) {
    Chart chart{
        .title = "CPU",
        .unit = "%",
        .range = "last hour",
        .moments = {kNow},
        .series = {},
        .max = {}};
    chart.series = {{"user", {std::nullopt}}};
    EXPECT_EQ(chart_summary(chart), "CPU, last hour, no data");
    EXPECT_THAT(chart_data(chart), HasSubstr("\"y\":[null]"));
    EXPECT_THAT(html([&](Out& out) { components::chart(out, chart); }), HasSubstr("N/A"));
}

Shell small_shell() {
    Shell shell;
    shell.title = "Sites";
    shell.section = "sites";
    shell.navigation = {{"Hosting", {{"sites", "Sites", "globe", "/sites", "3", false, "s"}}}};
    shell.tenant_name = "Northlight";
    shell.user_name = "Maja Holm";
    return shell;
}

TEST_F(Components, TheShellMarksWhereOneIsAndShowsOnlyWhatItWasGiven) {
    const Shell shell = small_shell();
    const std::string page = html([&](Out& out) {
        layouts::shell(out, shell, [](Out& inner) { inner.raw("<h1>Hello</h1>"); });
    });
    EXPECT_THAT(
        page, HasSubstr("href=\"/sites\" title=\"Sites\" aria-current=\"page\" data-go=\"s\"")
    );
    EXPECT_THAT(page, HasSubstr("nonce=\"n0nce\" src=\"/assets/app.js\""));
    EXPECT_THAT(page, HasSubstr("<a class=\"skip\" href=\"#main\">"));
    EXPECT_THAT(page, HasSubstr("<h1>Hello</h1>"));
    EXPECT_THAT(page, Not(HasSubstr("/audit")));
    EXPECT_THAT(page, Not(HasSubstr("m-tenant")));
    EXPECT_THAT(page, Not(HasSubstr("sse-connect")));
    EXPECT_THAT(page, Not(HasSubstr("data-theme=\"")));
}

TEST_F(Components, TheThemeIsSetByTheServer) {
    context_.theme = Theme::Dark;
    const Shell shell = small_shell();
    EXPECT_THAT(
        html([&](Out& out) { layouts::shell(out, shell, [](Out&) {}); }),
        HasSubstr("<html lang=\"en\" data-theme=\"dark\">")
    );
}

TEST_F(Components, AnErrorPageSaysWhatToDoAndWhichIdToQuote) {
    const std::string page = html([](Out& out) { layouts::error(out, error_page_for(500)); });
    EXPECT_THAT(page, HasSubstr("Something went wrong on our side"));
    EXPECT_THAT(page, HasSubstr("req-1"));
    EXPECT_EQ(error_page_for(418).title, "The panel cannot do that");
    EXPECT_EQ(session_expired_page("/sign-in").actions.at(0).href, "/sign-in");
}

// The design page holds every component: nothing on any page may need what the policy forbids.
TEST_F(Components, NothingNeedsInlineStyleOrScript) {
    const DesignPage page = design_page(kNow);
    const std::string shown = html([&](Out& out) { views::design::index(out, page); });
    EXPECT_THAT(shown, Not(HasSubstr(" style=")));
    EXPECT_THAT(shown, Not(HasSubstr(" onclick")));
    EXPECT_THAT(shown, Not(HasSubstr("<script>")));
    EXPECT_THAT(shown, Not(HasSubstr("#blocked-address")));
}

TEST(Initials, AreTheFirstLettersOfTwoWords) {
    EXPECT_EQ(initials("Maja Holm"), "MH");
    EXPECT_EQ(initials("åsa öberg larsson"), "åö");
    EXPECT_EQ(initials("root"), "R");
    EXPECT_EQ(initials(" "), "");
}

}  // namespace
}  // namespace hostelry::view
