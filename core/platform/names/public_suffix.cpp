#include "core/platform/names/public_suffix.h"

#include <libpsl.h>

#include <memory>

namespace hostelry::names {
namespace {

struct FreeSuffixes {
    void operator()(psl_ctx_t* list) const { psl_free(list); }
};

/// The distribution's file when it is newer than what the library was built with.
const psl_ctx_t* suffixes() {
    static const std::unique_ptr<psl_ctx_t, FreeSuffixes> kList(psl_latest(nullptr));
    return kList ? kList.get() : psl_builtin();
}

}  // namespace

bool is_public_suffix(const std::string& domain) {
    return psl_is_public_suffix(suffixes(), domain.c_str()) != 0;
}

bool is_registry_suffix(const std::string& domain) {
    return psl_is_public_suffix2(
               suffixes(), domain.c_str(), PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE
           ) != 0;
}

std::string registrable_domain(const std::string& domain) {
    const char* found = psl_registrable_domain(suffixes(), domain.c_str());
    return found == nullptr ? domain : std::string(found);
}

}  // namespace hostelry::names
