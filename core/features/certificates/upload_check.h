#pragma once

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/features/certificates/certificate_types.h"

#include <string>
#include <vector>

namespace hostelry::certificates {

/// What is wrong with an uploaded certificate for a site of these names, field by field and in
/// words for its owner; empty when it will do. The server checks key and chain once more.
std::vector<FieldError> problems_of_upload(
    const UploadCertificate& upload, const std::vector<std::string>& names, TimePoint now
);

}  // namespace hostelry::certificates
