#pragma once

#include "core/features/certificates/certificate_types.h"
#include "core/platform/web/components/activity.h"
#include "core/platform/web/components/chip.h"
#include "core/platform/web/components/facts.h"
#include "core/platform/web/components/form.h"
#include "core/platform/web/components/frame.h"
#include "core/platform/web/components/job_card.h"
#include "core/platform/web/components/list_page.h"
#include "core/platform/web/components/page_head.h"

#include <optional>
#include <string>
#include <vector>

namespace hostelry::certificates {

struct CertificateRow {
    std::string id;
    std::string name;
    std::string more_names;
    view::Chip chip;
    std::string issuer;
    TimePoint not_after{};
};

using CertificatesPage = view::ListPage<CertificateRow>;

struct CertificatePage {
    view::Shell frame;
    view::PageHead head;
    view::Facts facts;
    std::optional<view::Note> note;
    std::optional<view::JobCard> job;
    std::vector<std::string> names;
    std::string fingerprint;
    view::Activity activity;
};

struct UploadPage {
    view::Shell frame;
    view::PageHead head;
    view::Form form;
    view::FormSection section;
    std::vector<view::Field> fields;
    view::SubmitRow submit;
};

}  // namespace hostelry::certificates
