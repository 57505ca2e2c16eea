#include "core/features/certificates/certificate_pages.h"

#include "core/base/text.h"
#include "core/base/time.h"
#include "core/features/certificates/certificate_api.h"
#include "core/features/certificates/certificate_views.h"
#include "core/features/jobs/jobs.h"
#include "core/features/shell/form_page.h"
#include "core/features/shell/list_page.h"
#include "core/platform/http/api.h"
#include "core/platform/names/domain_name.h"
#include "core/platform/web/described_fields.h"
#include "core/platform/web/reader_time.h"

#include "templates/certificates/index.cpt.h"
#include "templates/certificates/show.cpt.h"
#include "templates/certificates/upload.cpt.h"

#include <algorithm>

namespace hostelry::certificates {
namespace {

using http::Exchange;
using http::Response;

std::string href_of(const Certificate& certificate) {
    return "/certificates/" + certificate.id.to_string();
}

std::string days_left(const Certificate& certificate, TimePoint now) {
    const auto days =
        std::chrono::duration_cast<std::chrono::hours>(certificate.not_after - now).count() / 24;
    return days == 1 ? "1 day left" : std::to_string(days) + " days left";
}

std::string next_try_of(const Certificate& certificate) {
    if (!certificate.next_try_at) {
        return " It is being tried again.";
    }
    return " The next try follows on " + format_rfc3339(*certificate.next_try_at).substr(0, 10) +
           " at " + format_rfc3339(*certificate.next_try_at).substr(11, 5) +
           " UTC, or when you choose Renew now.";
}

view::Chip chip_of(
    const Certificate& certificate, TimePoint now, TimePoint renew_from, bool in_table
) {
    using view::Status;
    const auto chip = [&](Status status, std::string word, std::string detail) {
        return view::Chip{
            .status = status,
            .word = std::move(word),
            .detail = std::move(detail),
            .in_table = in_table};
    };
    if (certificate.not_after <= now) {
        return chip(Status::Failed, "Expired", certificate.problem);
    }
    if (certificate.state == "failed") {
        return chip(Status::Failed, "Not renewed", certificate.problem);
    }
    if (certificate.state == "renewing") {
        return chip(Status::Working, "Renewing", {});
    }
    const auto left = days_left(certificate, now);
    if (certificate.not_after < renew_from) {
        const bool is_ours = certificate.kind == "acme";
        return chip(
            is_ours ? Status::Working : Status::Failed,
            left,
            is_ours ? "Renewed today or tomorrow." : "Upload its successor."
        );
    }
    return chip(Status::Ready, left, {});
}

const shell::ListDescription& certificate_list() {
    static const shell::ListDescription kList{
        .path = "/certificates",
        .section = "certificates",
        .topic = "certificate",
        .title = "Certificates",
        .summary = "Those that expire first are on top. Ours renew by themselves.",
        .noun = {"certificate", "certificates"},
        .icon = "shield-check",
        .placeholder = "Filter by domain",
        .segments =
            {{"", "All"},
             {"fine", "Fine", view::Status::Ready},
             {"working", "Renewing", view::Status::Working},
             {"failed", "Needs attention", view::Status::Failed}},
        .columns =
            {{.label = "Name"},
             {.label = "Status"},
             {.label = "Issuer", .priority = view::Priority::DesktopOnly},
             {.label = "Expires", .is_number = true}},
        .rows_on_page = 50,
        .creation =
            shell::Creation{
                {.label = "Upload certificate", .icon = "upload", .href = "/certificates/new"},
                {"certificate:update"}},
        .nothing_yet = {
            .title = "No certificates yet",
            .text = "A site gets its certificate by itself when its domain leads to its server."}};
    return kList;
}

/// Of the names as they are stored and as people read them.
bool is_named(const Certificate& certificate, const std::string& words) {
    return std::any_of(
        certificate.names.begin(),
        certificate.names.end(),
        [&](const std::string& name) {
            return name.find(words) != std::string::npos ||
                   names::domain_for_people(name).find(words) != std::string::npos;
        }
    );
}

std::string_view segment_of(const CertificateRow& row) {
    return row.chip.status == view::Status::Failed    ? "failed"
           : row.chip.status == view::Status::Working ? "working"
                                                      : "fine";
}

/// "C=US, O=Let's Encrypt, CN=R11" -> "R11"; what has no common name as it is.
std::string common_name_of(const std::string& name) {
    constexpr std::string_view kLabel = "CN=";
    const auto begin = name.find(kLabel);
    if (begin == std::string::npos) {
        return name;
    }
    return name.substr(begin + kLabel.size(), name.find(',', begin) - begin - kLabel.size());
}

CertificateRow certificate_row(
    const Certificate& certificate, TimePoint now, TimePoint renew_from
) {
    const auto others = certificate.names.size() - 1;
    return {
        .id = certificate.id.to_string(),
        .name = names::domain_for_people(certificate.names.front()),
        .more_names = others == 0   ? ""
                      : others == 1 ? names::domain_for_people(certificate.names.back())
                                    : "and " + std::to_string(others) + " more",
        .chip = chip_of(certificate, now, renew_from, true),
        .issuer = common_name_of(certificate.issuer),
        .not_after = certificate.not_after,
    };
}

/// The field for the site's id becomes a choice of sites.
void choose_site(
    std::vector<view::Field>& fields, const std::vector<SiteChoice>& sites, const FormPairs& shown
) {
    if (sites.empty()) {
        return;
    }
    view::SelectField select;
    select.name = "site";
    select.label = "Site";
    select.required = true;
    for (const auto& site : sites) {
        select.options.push_back({site.id.to_string(), site.domain});
    }
    for (const auto& [name, value] : shown) {
        if (name == "site") {
            select.value = value;
        }
    }
    for (auto& field : fields) {
        if (auto* text = std::get_if<view::TextField>(&field);
            text != nullptr && text->name == "site") {
            select.error = text->error;
            field = std::move(select);
            return;
        }
    }
    fields.insert(fields.begin(), view::Field{std::move(select)});
}

}  // namespace

Response CertificatePages::index(Exchange& exchange) {
    const auto found = certificates_.list(exchange.signed_in().tenant);
    if (!found) {
        return Response::failed(found.error());
    }
    const shell::ListQuery query(certificate_list(), exchange);
    const std::string words = lower_ascii(query.words());
    CertificatesPage page;
    for (const auto& certificate : *found) {
        if (is_named(certificate, words)) {
            page.rows.push_back(certificate_row(
                certificate, certificates_.needs().clock.now(), certificates_.renew_from()
            ));
        }
    }
    page.list = query.list(shell::keep_page(query, page.rows, segment_of));
    return shell::list_answer(
        shell_, exchange, query, page, views::certificates::list_part, views::certificates::index
    );
}

Response CertificatePages::show(Exchange& exchange) {
    const auto& principal = exchange.signed_in();
    const auto read = [&]() -> Result<Certificate> {
        const auto id = TRY(certificate_id_of(exchange.request));
        return certificates_.get(principal.tenant, id);
    };
    const auto certificate = read();
    if (!certificate) {
        return Response::failed(certificate.error());
    }
    const auto now = certificates_.needs().clock.now();
    CertificatePage page;
    for (const auto& name : certificate->names) {
        page.names.push_back(names::domain_for_people(name));
    }
    page.fingerprint = certificate->fingerprint;
    page.head = {
        .breadcrumbs = {{"Certificates", "/certificates"}},
        .title = names::domain_for_people(certificate->names.front()),
        .chip = chip_of(*certificate, now, certificates_.renew_from(), false)};
    page.head.actions.push_back(
        {.label = "Site", .icon = "globe", .href = "/sites/" + certificate->site.to_string()}
    );
    if (certificate->kind == "acme" && principal.may("certificate:update")) {
        page.head.actions.push_back(
            {.label = "Renew now",
             .icon = "rotate-cw",
             .href = href_of(*certificate) + "/renewal",
             .kind = view::ActionKind::Post,
             .look = view::ActionLook::Primary}
        );
    }
    page.facts = {
        {.label = "Kind",
         .value = {.text = certificate->kind == "acme" ? "Renews by itself" : "Uploaded"}},
        {.label = "Issuer", .value = {.text = certificate->issuer}},
        {.label = "Serial", .value = {.text = certificate->serial}, .is_code = true},
        {.label = "Valid from", .moment = certificate->not_before},
        {.label = "Expires", .moment = certificate->not_after}};
    if (!certificate->problem.empty()) {
        page.note = view::Note{
            .kind = view::NoteKind::Failure,
            .title =
                "It could not be renewed. The present certificate stays in use until it expires.",
            .text = certificate->problem + next_try_of(*certificate),
            .actions = {}};
    }
    const auto card = jobs::latest_card(
        certificates_.needs().database, principal, now, "certificate", certificate->id.uuid
    );
    if (card && !card->refresh_href.empty()) {
        page.job = card;
    }
    page.frame = shell_.frame(
        exchange,
        {.title = names::domain_for_people(certificate->names.front()),
         .section = "certificates",
         .topics = {"certificate:" + certificate->id.to_string()}}
    );
    page.activity = shell_.activity(exchange, certificate->id.uuid);
    return shell_.page(exchange, [&](view::Out& out) { views::certificates::show(out, page); });
}

Response CertificatePages::renew(Exchange& exchange) {
    const auto act = [&]() -> Result<JobId> {
        const auto id = TRY(certificate_id_of(exchange.request));
        return certificates_.renew(users::caller_of(exchange), id);
    };
    const auto job = act();
    return job ? Response::go_to(exchange.request, "/certificates/" + exchange.request.param("id"))
               : Response::failed(job.error());
}

Response CertificatePages::show_upload(Exchange& exchange) {
    return upload_form(exchange, {{"site", exchange.request.query("site").value_or("")}}, nullptr);
}

Response CertificatePages::upload(Exchange& exchange) {
    UploadCertificate request;
    const auto& typed = exchange.request.form();
    auto errors = decode_form(describe<UploadCertificate>(), typed, &request);
    if (!errors.empty()) {
        const Error error = fail_fields(std::move(errors)).value();
        return upload_form(exchange, typed, &error);
    }
    const auto uploaded = certificates_.upload(users::caller_of(exchange), request);
    if (!uploaded) {
        const auto code = uploaded.error().code;
        const bool belongs_to_form = code == ErrorCode::Invalid || code == ErrorCode::Conflict;
        return belongs_to_form ? upload_form(exchange, typed, &uploaded.error())
                               : Response::failed(uploaded.error());
    }
    auto response = Response::go_to(exchange.request, href_of(*uploaded));
    shell::Shell::flash(response, "Certificate installed.");
    return response;
}

Response CertificatePages::upload_form(
    Exchange& exchange, const FormPairs& shown, const Error* error
) {
    const auto sites = certificates_.sites(exchange.signed_in().tenant);
    if (!sites) {
        return Response::failed(sites.error());
    }
    auto shown_again = shown;
    std::erase_if(shown_again, [](const auto& pair) {
        return pair.first == "key_pem";
    });  // Keys are not echoed.
    UploadPage page;
    page.fields = view::described_fields(
        describe<UploadCertificate>(), shown_again, shell::field_errors_of(error)
    );
    choose_site(page.fields, *sites, shown_again);
    page.head = {.breadcrumbs = {{"Certificates", "/certificates"}}, .title = "Upload certificate"};
    page.form = {
        .id = "upload-form",
        .action = "/certificates",
        .errors = shell::summary_of(error, "Nothing was installed.")};
    page.section = {
        .title = "Certificate",
        .text =
            "It replaces the site's present one at once, or brings the site to HTTPS. It is not "
            "renewed by itself."};
    page.submit = {
        .label = "Install certificate", .icon = "upload", .cancel_href = "/certificates"};
    return shell::form_answer(
        shell_,
        exchange,
        "certificates",
        std::move(page),
        error,
        views::certificates::upload_form,
        views::certificates::upload_page
    );
}

void CertificatePages::add_routes(http::Router& router) {
    const auto page = http::pages_of(router, this);
    using http::Method;
    page(Method::Get, "/certificates", "certificate:read", &CertificatePages::index);
    page(Method::Get, "/certificates/new", "certificate:update", &CertificatePages::show_upload);
    page(Method::Post, "/certificates", "certificate:update", &CertificatePages::upload);
    page(Method::Get, "/certificates/{id}", "certificate:read", &CertificatePages::show);
    page(
        Method::Post, "/certificates/{id}/renewal", "certificate:update", &CertificatePages::renew
    );
}

}  // namespace hostelry::certificates
