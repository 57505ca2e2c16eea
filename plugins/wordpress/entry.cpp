#include "hostelry/cap_template.h"
#include "hostelry/plugin.hpp"
#include "wordpress_template.h"

#include <cstdint>

namespace {

using hostelry::plugin::member;
using wordpress::WordpressTemplate;

const hostelry_site_template_v1 kTemplate{
    sizeof(kTemplate),
    0,
    &member<&WordpressTemplate::describe>,
    &member<&WordpressTemplate::plan>,
    &member<&WordpressTemplate::upgrade_plan>,
    &member<&WordpressTemplate::health_plan>};

const void* tables(hostelry_str name, std::uint32_t revision) {
    return hostelry::plugin::view(name) == "site-template" && revision == 1 ? &kTemplate : nullptr;
}

}  // namespace

HOSTELRY_PLUGIN_ENTRY(host) {
    static const auto kPlugin =
        hostelry::plugin::define<WordpressTemplate>("org.hostelry.wordpress", "1.0.0", &tables);
    hostelry::plugin::Entry<WordpressTemplate>::host = host;
    return &kPlugin;
}
