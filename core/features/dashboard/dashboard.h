#pragma once
// The front door of the overview.

#include "core/features/shell/shell.h"
#include "core/platform/db/database.h"
#include "core/platform/http/route.h"
#include "core/platform/web/components/action.h"
#include "core/platform/web/components/value.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace hostelry::dashboard {

/// What stands in one cell on top of the page.
struct FigureValue {
    view::Value value;   ///< N/A with its reason where it is not known.
    std::string detail;  ///< "11 ready, 1 failed"
};

/// One figure on top of the page. Read in the acting tenant.
struct Figure {
    std::string permission;
    std::string label;
    std::string href;
    std::function<FigureValue(db::Transaction& tx)> read;
};

enum class Urgency { Failed, Soon };

/// Something a person should look at.
struct Attention {
    Urgency urgency = Urgency::Failed;
    std::string text;
    std::string detail;
    std::string href;
};
struct AttentionSource {
    std::string permission;
    std::function<std::vector<Attention>(db::Transaction& tx)> find;
};

/// The first thing a person does here: the page's button.
struct FirstAction {
    std::string permission;
    view::Action action;
};

/// How many entries one source should give at most.
inline constexpr std::size_t kAttentionMax = 5;

class Dashboard {
public:
    struct Needs {
        db::Database& database;
        const Clock& clock;
        shell::Shell& shell;
    };
    explicit Dashboard(Needs needs) : needs_(needs) {}

    // Before add_routes.
    void add_figure(Figure figure) { figures_.push_back(std::move(figure)); }
    void add_attention(AttentionSource source) { sources_.push_back(std::move(source)); }

    void set_first_action(FirstAction first) { first_ = std::move(first); }

    void add_routes(http::Router& router);

private:
    http::Response show(http::Exchange& exchange);

    Needs needs_;
    std::vector<Figure> figures_;
    std::vector<AttentionSource> sources_;
    std::optional<FirstAction> first_;
};

}  // namespace hostelry::dashboard
