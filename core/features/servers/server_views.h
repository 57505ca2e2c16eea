#pragma once
// What the templates of web/templates/servers show.

#include "core/platform/web/components/activity.h"
#include "core/platform/web/components/facts.h"
#include "core/platform/web/components/form.h"
#include "core/platform/web/components/frame.h"
#include "core/platform/web/components/job_card.h"
#include "core/platform/web/components/list_page.h"

#include <optional>
#include <string>
#include <vector>

namespace hostelry::servers {

struct ServerRow {
    std::string id;
    std::string name;
    std::string address;
    view::Chip chip;
    view::Value load;
    view::Value memory;
    view::Value disk;
    std::optional<view::Instant> last_seen;
    view::Menu menu;
};

using ServersPage = view::ListPage<ServerRow>;

/// The key the server showed, for a person to compare.
struct ScannedKey {
    std::string key;
    std::string fingerprint;
    std::string target;   ///< "address:port" it came from.
    std::string command;  ///< To run on the server itself.
};

struct NewServerPage {
    view::Shell frame;
    view::PageHead head;
    view::Form form;
    std::optional<ScannedKey> scanned;
    view::Note scanned_note;
    view::FormSection access_section;
    std::string public_key;
    view::FormSection machine_section;
    std::vector<view::Field> machine;
    view::AdvancedFields advanced;
    std::vector<view::Field> advanced_fields;
    view::SubmitRow submit;
};

struct ServiceRow {
    std::string name;
    view::Chip chip;
};

struct PlacementRow {
    std::string name;
    view::Instant since;
    view::Action withdraw;
};

/// The part of a server's page that follows what the agent says.
struct ServerLive {
    std::string id = "live";
    std::string refresh_href;
    view::Facts facts;
    std::optional<view::Note> note;
    view::Facts resources;
    std::vector<ServiceRow> services;
};

struct ServerPageView {
    view::Shell frame;
    view::PageHead head;
    ServerLive live;
    std::optional<view::JobCard> job;
    std::string uses;  ///< "3 sites"
    std::string uses_href;
    std::vector<PlacementRow> placements;
    std::optional<view::SelectField> offer;  ///< When there is somebody to offer it to.
    std::string offer_action;
    view::Activity activity;
};

}  // namespace hostelry::servers
