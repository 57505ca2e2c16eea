#pragma once
// An action of the vocabulary: typed facts, a look at what would change, the change, and its
// inverse. Each is safe to repeat, also after a kill in the middle.

#include "core/agent/protocol/plan.h"
#include "core/agent/runtime/layout.h"
#include "core/agent/runtime/names.h"
#include "core/base/clock.h"
#include "core/base/describe.h"
#include "core/base/result.h"

#include <nlohmann/json_fwd.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace hostelry::agent {

/// What an action works with.
struct Host {
    const Layout& layout;
    const Clock& clock;
};

struct Outcome {
    Status status = Status::Unchanged;
    std::string message;
    std::string diff;    ///< Dry run.
    std::string output;  ///< JSON object or empty.
};

/// A field without which an action makes no sense.
inline FieldFacts needed(std::string label) {
    return {.label = std::move(label), .required = true};
}

Outcome changed(std::string message, std::string diff = {});
Outcome unchanged(std::string message);

/// What an action writes down for its undo before it changes something (see Plan::undo_of).
class Memory {
public:
    using Keep = std::function<void(const std::string& before)>;

    Memory() = default;
    explicit Memory(Keep keep) : keep_(std::move(keep)) {}
    /// For undo: what was kept.
    explicit Memory(std::optional<std::string> before) : before_(std::move(before)) {}

    /// The state that is about to be replaced, in the action's own form.
    void keep(const std::string& before) const {
        if (keep_) {
            keep_(before);
        }
    }
    /// During undo: the replaced state; nothing when the thing did not exist before.
    const std::optional<std::string>& before() const { return before_; }

private:
    Keep keep_;
    std::optional<std::string> before_;
};

class Command {
public:
    virtual ~Command() = default;
    Command() = default;
    Command(const Command&) = delete;
    Command& operator=(const Command&) = delete;

    /// The site whose lock is needed; empty for the server as a whole.
    virtual std::string site() const { return {}; }
    /// Rules beyond the description of the facts.
    virtual void check(Problems& problems) const = 0;
    /// Says what apply would do, changes nothing.
    virtual Result<Outcome> preview(Host& host) const = 0;
    virtual Result<Outcome> apply(Host& host, const Memory& memory) const = 0;
    /// Puts back what `memory` holds, else removes what apply makes. Absent is fine. A command that
    /// always writes down what it finds changes nothing when `memory` is empty.
    virtual Result<Outcome> undo(Host& host, const Memory& memory) const = 0;
};

/// A command about one site.
template <class Facts>
class SiteCommand : public Command {
public:
    explicit SiteCommand(Facts given) : facts(std::move(given)) {}
    std::string site() const override { return facts.site; }

protected:
    Facts facts;
};

/// A command that only looks or whose effects have no inverse.
template <class Base>
class WithoutUndo : public Base {
public:
    using Base::Base;
    Result<Outcome> undo(Host& /*host*/, const Memory& /*memory*/) const override {
        return unchanged("There is nothing to undo.");
    }
};

class Registry {
public:
    /// C is constructed from its described facts.
    template <class C, class Facts>
    void add(std::string name) {
        makers_[std::move(name)] = [](const nlohmann::json& given
                                   ) -> Result<std::unique_ptr<Command>> {
            auto typed = TRY(decode_as<Facts>(given));
            std::unique_ptr<Command> command = std::make_unique<C>(std::move(typed));
            Problems problems;
            command->check(problems);
            auto found = problems.take();
            if (!found.empty()) {
                return fail_fields(std::move(found));
            }
            return command;
        };
    }

    /// Unsupported for a name that is not in the vocabulary, Invalid for wrong facts.
    Result<std::unique_ptr<Command>> make(const Action& action) const;
    std::vector<std::string> names() const;

private:
    using Maker = Result<std::unique_ptr<Command>> (*)(const nlohmann::json& facts);
    std::map<std::string, Maker> makers_;
};

}  // namespace hostelry::agent
