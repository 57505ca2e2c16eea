#include "core/platform/web/design/design_page.h"

#include <cmath>

namespace hostelry::view {
namespace {

using namespace std::chrono_literals;

NavEntry entry(std::string section, std::string label, std::string icon, std::string key = "") {
    NavEntry result;
    result.href = "/" + section;
    result.section = std::move(section);
    result.label = std::move(label);
    result.icon = std::move(icon);
    result.go_key = std::move(key);
    return result;
}

NavEntry counted(NavEntry entry, std::string count, bool is_bad = false) {
    entry.count = std::move(count);
    entry.count_is_bad = is_bad;
    return entry;
}

std::vector<NavGroup> navigation() {
    return {
        {"", {entry("", "Overview", "layout-dashboard", "o")}},
        {"Hosting",
         {counted(entry("sites", "Sites", "globe", "s"), "1,284"),
          entry("domains", "Domains & DNS", "route", "d"),
          entry("databases", "Databases", "database"),
          entry("certificates", "Certificates", "shield-check")}},
        {"Infrastructure",
         {counted(entry("servers", "Servers", "server"), "14"),
          entry("monitoring", "Monitoring", "activity")}},
        {"Business", {entry("clients", "Clients", "users"), entry("plans", "Plans", "package")}},
        {"System",
         {entry("plugins", "Plugins", "puzzle"),
          counted(entry("jobs", "Jobs", "list-checks", "j"), "3 failed", true),
          entry("audit", "Audit", "scroll-text"),
          entry("settings", "Settings", "settings")}},
    };
}

Shell shell() {
    Shell shell;
    shell.title = "Components";
    shell.section = "sites";
    shell.navigation = navigation();
    shell.tenant_name = "Northlight Hosting";
    shell.tenants = {
        {"t1", "Northlight Hosting", "Provider", true},
        {"t2", "Fjord Digital", "Reseller, 212 sites", false},
        {"t3", "Studio Lindqvist", "Client, 4 sites", false}};
    shell.user_name = "Maja Holm";
    shell.user_email = "maja@northlight.example";
    shell.account_links = {
        entry("account", "Profile", "circle-user"),
        entry("account/security", "Security", "shield-check")};
    shell.running = {
        2,
        {{"Deploy aurora-bikes.example", "Step 3 of 6: Copy WordPress", "/jobs/7", 48},
         {"Bring up fsn1-web-03", "Step 2 of 9: Packages", "/jobs/8", 20}}};
    return shell;
}

PageHead head() {
    PageHead head;
    head.breadcrumbs = {{"Sites", "/sites"}};
    head.title = "aurora-bikes.example";
    head.chip = Chip{.status = Status::Ready, .detail = "Since 3 days, all 5 checks pass"};
    head.summary = "WordPress on PHP 8.2, main site of Studio Lindqvist";
    head.actions = {
        {.label = "Visit",
         .icon = "arrow-up-right",
         .href = "https://aurora-bikes.example",
         .kind = ActionKind::External},
        {.label = "Deploy",
         .icon = "rocket",
         .href = "/sites/1/deployments",
         .kind = ActionKind::Post,
         .look = ActionLook::Primary}};
    Menu menu{.id = "m-head", .label = "More actions", .small = false};
    menu.items = {
        {.label = "Suspend",
         .icon = "pause",
         .href = "/sites/1/suspension",
         .kind = ActionKind::Post},
        {},
        {.label = "Delete…",
         .icon = "trash-2",
         .href = "/sites/1/deletion",
         .kind = ActionKind::Dialog,
         .look = ActionLook::Danger}};
    head.menu = menu;
    return head;
}

std::vector<Chip> chips(bool in_table) {
    return {
        {.status = Status::Ready, .detail = "Since 09:41", .in_table = in_table},
        {.status = Status::Working, .detail = "Deploying, step 3 of 6", .in_table = in_table},
        {.status = Status::Failed,
         .detail = "Certificate order failed 12 minutes ago: no A record",
         .in_table = in_table},
        {.status = Status::Unknown, .detail = "No answer for 4 minutes", .in_table = in_table},
        {.status = Status::Suspended, .detail = "By Maja Holm, yesterday", .in_table = in_table},
        {.status = Status::Working, .word = "Queued", .in_table = in_table}};
}

Facts facts(Instant now) {
    const Na no_answer{"No answer for 4 minutes. Last value: 8,214 at 10:31"};
    return {
        {.label = "Address", .value = {.text = "167.235.14.82"}, .is_code = true},
        {.label = "Server", .value = {.text = "fsn1-web-03"}, .href = "/servers/3"},
        {.label = "Owner", .value = {.text = "Studio Lindqvist"}, .href = "/clients/9"},
        {.label = "Certificate", .value = {.text = "Valid, 61 d left"}},
        {.label = "Disk", .value = {.text = "4.2 of 20", .unit = "GB"}, .used_percent = 21},
        {.label = "Visits, 24 h", .value = {.missing = no_answer}},
        {.label = "Created", .moment = now - 24h * 600}};
}

Menu row_menu(const std::string& id, const std::string& domain) {
    Menu menu{.id = "p-" + id, .label = "Actions for " + domain};
    menu.items = {
        {.label = "Visit site",
         .icon = "arrow-up-right",
         .href = "https://" + domain,
         .kind = ActionKind::External},
        {.label = "Suspend",
         .icon = "pause",
         .href = "/sites/" + id + "/suspension",
         .kind = ActionKind::Post,
         .swap_target = "r-" + id},
        {},
        {.label = "Delete…",
         .icon = "trash-2",
         .href = "/sites/" + id + "/deletion",
         .kind = ActionKind::Dialog,
         .look = ActionLook::Danger}};
    return menu;
}

std::vector<DesignRow> rows(Instant now) {
    std::vector<DesignRow> rows;
    const auto add =
        [&](const std::string& id, Chip chip, std::string runtime, Value disk, Value visits) {
            const std::string domain = id + ".example";
            Menu menu = row_menu(id, domain);
            rows.push_back(
                {id,
                 domain,
                 std::move(chip),
                 std::move(runtime),
                 "fsn1-web-03",
                 "Otto & Daughters",
                 std::move(disk),
                 std::move(visits),
                 now - 24h * 90 * static_cast<int>(rows.size() + 1),
                 std::move(menu)}
            );
        };
    const auto all = chips(true);
    add("aurora-bikes", all[0], "WordPress", {.text = "2.7", .unit = "GB"}, {.text = "12,847"});
    add("falcon-bakery", all[1], "WordPress", {.text = "6.7", .unit = "GB"}, {.text = "16,939"});
    add("quartz-coffee", all[2], "Static", {.text = "613", .unit = "MB"}, {.text = "3,219"});
    add("summit-bakery", all[4], "WordPress", {.text = "8.1", .unit = "GB"}, {.text = "16,864"});
    add("aurora-studio",
        all[3],
        "Static",
        {.text = "2.6", .unit = "GB"},
        {.missing = Na{"No answer for 4 minutes. Last value: 8,214 at 10:31"}});
    return rows;
}

List list() {
    List list;
    list.counted = "1,284 sites match";
    list.segments = {
        {"All", "/sites", "1,284", "", "", true},
        {"Ready", "/sites?status=ready", "1,251", "circle-check", "text-ready", false},
        {"Working", "/sites?status=working", "8", "loader-circle", "text-working", false},
        {"Failed", "/sites?status=failed", "3", "circle-x", "text-failed", false},
        {"Suspended", "/sites?status=suspended", "12", "circle-pause", "text-text-3", false}};
    list.table.label = "Sites";
    list.table.selectable = true;
    list.table.columns = {
        {.label = "Site", .sort_href = "/sites?sort=site", .sorted = Sorted::Ascending},
        {.label = "Status"},
        {.label = "Template", .priority = Priority::WideOnly},
        {.label = "Server", .sort_href = "/sites?sort=server"},
        {.label = "Client", .sort_href = "/sites?sort=client", .priority = Priority::DesktopOnly},
        {.label = "Disk", .sort_href = "/sites?sort=disk", .is_number = true},
        {.label = "Visits, 24 h", .is_number = true},
        {.label = "Created", .priority = Priority::DesktopOnly, .is_number = true},
        {.label = "Actions", .label_is_hidden = true}};
    list.bulk = BulkActions{
        {{.label = "Restart", .icon = "rotate-cw", .href = "/design"},
         {.label = "Delete…", .icon = "trash-2", .href = "/design", .look = ActionLook::Danger}}};
    list.pager = {"1–5 of 1,284", "", "/sites?after=5"};
    return list;
}

List empty_list() {
    List list;
    list.id = "empty-list";
    list.counted = "No zones";
    list.empty = EmptyState{
        "route",
        "No zones yet",
        "A zone holds the DNS records of a domain. It is made with the first site, or by itself.",
        Action{
            .label = "Create zone",
            .icon = "plus",
            .href = "/domains/new",
            .look = ActionLook::Primary}};
    return list;
}

FieldText text(std::string name, std::string label, std::string hint, std::string error = "") {
    FieldText field;
    field.name = std::move(name);
    field.label = std::move(label);
    field.hint = std::move(hint);
    field.error = std::move(error);
    field.required = true;
    return field;
}

std::vector<Field> fields() {
    std::vector<Field> fields;
    fields.emplace_back(TextField{
        text("domain", "Domain", "It may still point elsewhere."),
        TextKind::Text,
        "",
        "example.com"});
    TextField port{text("port", "Port", "1 to 65,535."), TextKind::Number, "22"};
    port.min = "1";
    port.max = "65535";
    fields.emplace_back(std::move(port));
    SelectField server{text("server", "Server", "Falkenstein, 38 % used.")};
    server.options = {{"", "Best fit: fsn1-web-03"}, {"1", "fsn1-web-03"}, {"2", "hel1-web-02"}};
    fields.emplace_back(std::move(server));
    fields.emplace_back(PasswordField{text("secret", "Password", "At least 12 characters.")});
    TextareaField notes{text("notes", "Notes", "")};
    notes.required = false;
    fields.emplace_back(std::move(notes));
    CheckboxField redirect{text("redirect", "Send visitors from http to https", "Recommended.")};
    redirect.checked = true;
    fields.emplace_back(std::move(redirect));
    RadioCards templates{text("template", "Template", "")};
    templates.value = "wordpress";
    templates.cards = {
        {"wordpress", "WordPress", "Blog or shop, ready to log in", "newspaper", "", ""},
        {"static", "Static", "HTML from git or upload", "file-code", "", ""},
        {"php", "PHP", "Your own code, PHP 8.2", "code-xml", "", ""}};
    fields.emplace_back(std::move(templates));
    RadioCards plans{text("plan", "Plan", "Change it any day, billed to the day.")};
    plans.layout = CardLayout::Rows;
    plans.value = "m";
    plans.cards = {
        {"s", "S", "1 core, 1 GB, 10 GB disk", "", "€4.90", "/mo"},
        {"m", "M", "2 cores, 2 GB, 20 GB disk", "", "€9.90", "/mo"}};
    fields.emplace_back(std::move(plans));
    return fields;
}

std::vector<Field> wrong_fields() {
    std::vector<Field> fields;
    TextField domain{
        text(
            "wrong-domain",
            "Domain",
            "",
            "“exa mple” is not a domain name: use letters, digits, dots and hyphens, such as "
            "example.com."
        ),
        TextKind::Text,
        "exa mple"};
    fields.emplace_back(std::move(domain));
    SelectField client{text("wrong-client", "Client", "", "Choose who owns and pays for it.")};
    client.options = {{"", "Choose…"}, {"1", "Studio Lindqvist"}};
    fields.emplace_back(std::move(client));
    fields.emplace_back(PasswordField{
        text("wrong-secret", "Password", "", "Too short: 7 of 12 characters.")});
    return fields;
}

JobCard running_job(Instant now) {
    JobCard card;
    card.id = "job-running";
    card.title = "Deploy";
    card.chip = {.status = Status::Working};
    card.who = "by Maja Holm";
    card.steps = {
        {StepState::Done, "Create the account", "s7f3k2m9 on fsn1-web-03", 400ms},
        {StepState::Done, "Create the database", "", 1200ms},
        {StepState::Running, "Copy WordPress", "1,904 files from the package", 3101ms},
        {StepState::Pending, "Publish DNS records", "", {}},
        {StepState::Pending, "Order the certificate", "", {}},
        {StepState::Pending, "Check the site", "", {}}};
    card.next = "Next: publish DNS records. Visitors see the site after the last step.";
    card.cancel = Action{
        .label = "Cancel",
        .href = "/jobs/7/cancellation",
        .kind = ActionKind::Post,
        .look = ActionLook::Danger};
    card.log = {{now - 4s, "account s7f3k2m9: changed"}, {now - 3s, "database s7f3k2m9: changed"}};
    return card;
}

JobCard failed_job(Instant now) {
    JobCard card = running_job(now);
    card.id = "job-failed";
    card.chip = {.status = Status::Failed};
    card.steps[0].state = StepState::Undone;
    card.steps[1].state = StepState::Undone;
    card.steps[2] = {
        StepState::Failed, "Copy WordPress", "disk of fsn1-web-03 is full: 0 B free", 9800ms};
    card.next.clear();
    card.cancel.reset();
    card.failure = JobFailure{
        .what = "fsn1-web-03 has no space left. Nothing of the site was kept.",
        .help =
            "Free space on the server or choose another one, then retry. Finished steps were "
            "undone.",
        .left_behind = {"Record www.aurora-bikes.example: the DNS server did not answer"},
        .actions = {
            {.label = "Retry from “Copy WordPress”",
             .icon = "rotate-cw",
             .href = "/jobs/7/retries",
             .kind = ActionKind::Post,
             .look = ActionLook::Primary},
            {.label = "Server", .href = "/servers/3"}}};
    return card;
}

std::vector<Note> notes() {
    return {
        {NoteKind::Plain, "The site also gets a preview address.", "It works before DNS does.", {}},
        {NoteKind::Warning,
         "The certificate ends in 6 days and could not be renewed.",
         "The domain points to 203.0.113.9, not to this server.",
         {{.label = "Check again", .href = "/certificates/1/checks", .kind = ActionKind::Post}}},
        {NoteKind::Failure, "The agent has not been heard of since 10:31.", "", {}}};
}

Chart chart(Instant now) {
    Chart chart{.title = "CPU", .unit = "%", .range = "last 2 hours", .max = 100};
    ChartSeries user{.name = "user", .values = {}};
    ChartSeries system{.name = "system", .values = {}};
    for (int i = 0; i < 120; ++i) {
        chart.moments.push_back(now - 1min * (120 - i));
        const bool gap = i > 60 && i < 70;
        const double wave = std::sin(i / 9.0);
        user.values.push_back(gap ? std::nullopt : std::optional(34 + 18 * wave));
        system.values.push_back(gap ? std::nullopt : std::optional(12 + 5 * wave));
    }
    chart.series = {std::move(user), std::move(system)};
    return chart;
}

}  // namespace

DesignPage design_page(Instant now) {
    DesignPage page;
    page.shell = shell();
    page.head = head();
    page.chips = chips(false);
    page.table_chips = chips(true);
    page.buttons = {
        {.label = "Primary", .icon = "plus", .href = "#", .look = ActionLook::Primary},
        {.label = "Plain", .href = "#"},
        {.label = "Quiet", .href = "#", .look = ActionLook::Quiet},
        {.label = "Leads to loss", .href = "#", .look = ActionLook::Danger}};
    page.facts = facts(now);
    page.tabs = {
        {"Overview", "#", true, ""},
        {"Domains", "#domains", false, "3"},
        {"Metrics", "#metrics", false, ""},
        {"Activity", "#activity", false, ""},
        {"Settings", "#settings", false, ""}};
    page.filter = {"/sites", "", "Filter by name, client, server", {}};
    page.list = list();
    page.rows = rows(now);
    page.empty_list = empty_list();
    page.form = {.id = "new", .action = "/sites", .idempotency_key = "0190", .errors = {}};
    page.form_with_errors = {
        .id = "again",
        .action = "/sites",
        .idempotency_key = "0191",
        .errors = {
            attention_title(3, "Nothing was created."),
            {{"wrong-domain", "“exa mple” is not a domain name."},
             {"wrong-client", "Choose who owns and pays for it."},
             {"wrong-secret", "The password is too short."}}}};
    page.fields = fields();
    page.wrong_fields = wrong_fields();
    page.jobs = {running_job(now), failed_job(now)};
    page.notes = notes();
    page.dialog = {
        .title = "Delete aurora-bikes.example?",
        .text = "The site goes offline at once. This is lost:",
        .losses =
            {{"folder-open", "4.2 GB of files"},
             {"database", "1 database, 212 MB"},
             {"route", "DNS zone with 11 records"}},
        .name = "aurora-bikes.example",
        .action = "/sites/1/deletion",
        .cancel_href = "/sites/1",
        .confirm_label = "Delete site",
        .cancel_label = "Keep site",
        .error = "The name does not match. Type it exactly as shown."};
    page.toasts = {
        {"t-1", ToastKind::Done, "Suspended aurora-bikes.example", "/sites/1/suspension/undo"},
        {"t-2", ToastKind::Info, "The server is being restarted", ""},
        {"t-3", ToastKind::Failure, "fsn1-web-03 did not answer. Nothing was changed.", ""}};
    page.chart = chart(now);
    page.palette = {
        {"Create site", "Action", "zap", "/sites/new"},
        {"pine-dental.example", "Studio Lindqvist", "globe", "/sites/2"}};
    page.moments = {
        now - 20s, now - 4min, now + 3h, now - 24h * 2, now - 24h * 150, now - 24h * 480};
    return page;
}

DesignSignIn design_sign_in() {
    DesignSignIn sign_in;
    sign_in.page = {
        .title = "Sign in",
        .footer_text = "Trouble signing in?",
        .footer_link = Action{.label = "Ask support", .href = "mailto:support@northlight.example"}};
    sign_in.form = {.id = "sign-in", .action = "/sign-in", .errors = {}, .whole_page = true};
    sign_in.email = TextField{text("email", "E-mail", ""), TextKind::Email};
    sign_in.email.autocomplete = "username";
    sign_in.password = PasswordField{text("password", "Password", "")};
    sign_in.password.beside_label = Action{.label = "Forgot it?", .href = "/reset"};
    sign_in.stay = CheckboxField{text("stay", "Stay signed in on this device", "")};
    return sign_in;
}

}  // namespace hostelry::view
