// Plans against commands of the test's own, which keep their state in files.

#include "core/agent/runtime/plan_runner.h"

#include "tests/unit/agent/scratch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace hostelry::agent {

struct NoteFacts {
    std::string site;
    std::string file;
    std::string text;
    bool broken = false;
};

}  // namespace hostelry::agent

template <>
const hostelry::Description& hostelry::describe<hostelry::agent::NoteFacts>() {
    using hostelry::agent::NoteFacts;
    static const Description kDescription{
        "NoteFacts",
        {field<&NoteFacts::site>("site", {.required = true}),
         field<&NoteFacts::file>("file", {.required = true}),
         field<&NoteFacts::text>("text"),
         field<&NoteFacts::broken>("broken")}};
    return kDescription;
}

namespace hostelry::agent {
namespace {

/// Writes a file in place of what a real command would do; logs every call.
class Note final : public SiteCommand<NoteFacts> {
public:
    using SiteCommand::SiteCommand;

    void check(Problems& problems) const override { check_site(problems, facts.site); }
    Result<Outcome> preview(Host& host) const override {
        return TRY(present(host)) == facts.text ? unchanged("Same.") : changed("Would.", "~\n");
    }
    Result<Outcome> apply(Host& host, const Memory& memory) const override {
        ++applied;
        const auto before = TRY(present(host));
        if (before == facts.text) {
            return unchanged("Same.");
        }
        if (before) {
            memory.keep(*before);
        }
        if (facts.broken) {
            return fail(ErrorCode::Timeout, "It broke.");
        }
        TRY(ensure_directory(host.layout.sites, 0755));
        TRY(write_file_atomically(path(host), facts.text, 0644));
        return changed("Written.");
    }
    Result<Outcome> undo(Host& host, const Memory& memory) const override {
        undone.push_back(facts.file);
        if (facts.broken) {
            throw std::runtime_error("undo broke");
        }
        if (memory.before()) {
            TRY(write_file_atomically(path(host), *memory.before(), 0644));
            return changed("Back.");
        }
        return TRY(remove_file(path(host))) ? changed("Gone.") : unchanged("Not there.");
    }

    static inline int applied = 0;
    static inline std::vector<std::string> undone;

private:
    std::string path(const Host& host) const { return host.layout.sites + "/" + facts.file; }
    Result<std::optional<std::string>> present(const Host& host) const {
        return read_file(path(host), 1000);
    }
};

class PlanRunning : public ::testing::Test {
protected:
    PlanRunning() {
        registry_.add<Note, NoteFacts>("note");
        Note::applied = 0;
        Note::undone.clear();
    }

    static std::string id(int number) {
        return "0192f0c1-2345-7abc-8def-0123456789a" + std::to_string(number);
    }

    PlanOutcome run(int number, const nlohmann::json& notes, const nlohmann::json& more = {}) {
        nlohmann::json plan{{"plan", id(number)}, {"actions", nlohmann::json::array()}};
        int action = 0;
        for (auto note : notes) {
            note["id"] = "a" + std::to_string(action++);
            note["do"] = "note";
            note.emplace("site", "s7f3k2m9");
            plan["actions"].push_back(note);
        }
        plan.update(more.is_object() ? more : nlohmann::json::object());
        return runner_.run(*parse_plan(plan.dump()), std::chrono::minutes{1}, {});
    }

    std::vector<Status> statuses(const PlanOutcome& outcome) const {
        std::vector<Status> all;
        for (const auto& result : outcome.results) {
            all.push_back(result.status);
        }
        return all;
    }

    Scratch scratch_;
    Layout layout_ = scratch_.layout();
    SystemClock clock_;
    Registry registry_;
    PlanRunner runner_{registry_, layout_, clock_};
};

using nlohmann::json;
using ::testing::ElementsAre;

TEST_F(PlanRunning, CarriesActionsOutInOrderAndTheSecondTimeNothingChanges) {
    const json notes{{{"file", "a"}, {"text", "1"}}, {{"file", "b"}, {"text", "2"}}};
    EXPECT_THAT(statuses(run(1, notes)), ElementsAre(Status::Changed, Status::Changed));
    EXPECT_EQ(scratch_.read("sites/b"), "2");
    EXPECT_THAT(statuses(run(2, notes)), ElementsAre(Status::Unchanged, Status::Unchanged));
}

TEST_F(PlanRunning, StopsAtTheFirstFailure) {
    const auto outcome =
        run(1,
            {{{"file", "a"}, {"text", "1"}},
             {{"file", "b"}, {"text", "2"}, {"broken", true}},
             {{"file", "c"}}});
    EXPECT_THAT(statuses(outcome), ElementsAre(Status::Changed, Status::Failed, Status::Skipped));
    EXPECT_EQ(outcome.failure()->code, "timeout");
    EXPECT_FALSE(scratch_.has("sites/c"));
}

TEST_F(PlanRunning, TouchesNothingWhenAnyActionIsWrong) {
    const auto outcome =
        run(1, {{{"file", "a"}, {"text", "1"}}, {{"file", "b"}, {"site", "root"}}});
    EXPECT_THAT(statuses(outcome), ElementsAre(Status::Skipped, Status::Failed));
    EXPECT_EQ(outcome.failure()->id, "a1");
    EXPECT_EQ(outcome.failure()->code, "invalid");
    EXPECT_EQ(Note::applied, 0);
}

TEST_F(PlanRunning, RefusesAPlanOverTwoSites) {
    const auto outcome = run(1, {{{"file", "a"}}, {{"file", "b"}, {"site", "s7f3k2m8"}}});
    EXPECT_EQ(outcome.failure()->code, "invalid");
    EXPECT_EQ(Note::applied, 0);
}

TEST_F(PlanRunning, AnswersAFinishedPlanFromItsRecord) {
    const json notes{{{"file", "a"}, {"text", "1"}}};
    const auto first = run(1, notes);
    std::filesystem::remove(scratch_ / "sites/a");
    const auto again = run(1, notes);
    EXPECT_EQ(encode_outcome(again), encode_outcome(first));
    EXPECT_EQ(Note::applied, 1);
    EXPECT_FALSE(scratch_.has("sites/a"));
}

TEST_F(PlanRunning, RefusesAPlanIdThatWasUsedForAnotherPlan) {
    run(1, {{{"file", "a"}, {"text", "1"}}});
    const auto other = run(1, {{{"file", "a"}, {"text", "2"}}});
    EXPECT_EQ(other.failure()->code, "conflict");
    EXPECT_EQ(scratch_.read("sites/a"), "1");
}

TEST_F(PlanRunning, ChangesNothingInADryRunAndSaysWhatWouldChange) {
    const auto outcome = run(1, {{{"file", "a"}, {"text", "1"}}}, {{"dry_run", true}});
    EXPECT_THAT(statuses(outcome), ElementsAre(Status::Changed));
    EXPECT_EQ(outcome.results[0].diff, "~\n");
    EXPECT_FALSE(scratch_.has("sites/a"));
    EXPECT_FALSE(scratch_.has("state/plans"));
}

TEST_F(PlanRunning, UndoesBackwardsAndGoesOnAfterAFailure) {
    const json notes{
        {{"file", "a"}, {"text", "1"}},
        {{"file", "b"}, {"broken", true}},
        {{"file", "c"}, {"text", "3"}}};
    scratch_.write("sites/a", "1");
    scratch_.write("sites/c", "3");
    const auto outcome = run(2, notes, {{"undo", true}});
    EXPECT_THAT(Note::undone, ElementsAre("c", "b", "a"));
    EXPECT_THAT(statuses(outcome), ElementsAre(Status::Changed, Status::Failed, Status::Changed));
    EXPECT_FALSE(scratch_.has("sites/a"));
}

TEST_F(PlanRunning, UndoesOnlyWhatThePlanChangedAndPutsBackWhatItReplaced) {
    scratch_.write("sites/kept", "1");
    scratch_.write("sites/replaced", "old");
    const json notes{
        {{"file", "kept"}, {"text", "1"}},
        {{"file", "replaced"}, {"text", "new"}},
        {{"file", "made"}, {"text", "x"}},
        {{"file", "failed"}, {"text", "x"}, {"broken", true}},
        {{"file", "never"}, {"text", "x"}}};
    run(1, notes);
    auto without_fault = notes;
    scratch_.write("sites/never", "somebody else's");
    run(2, without_fault, {{"undo", true}, {"undo_of", id(1)}});
    EXPECT_EQ(scratch_.read("sites/kept"), "1");
    EXPECT_EQ(scratch_.read("sites/replaced"), "old");
    EXPECT_FALSE(scratch_.has("sites/made"));
    EXPECT_EQ(scratch_.read("sites/never"), "somebody else's");
}

TEST_F(PlanRunning, UndoesNothingOfAPlanThatItDoesNotRemember) {
    scratch_.write("sites/kept", "1");
    const auto outcome =
        run(2, {{{"file", "kept"}, {"text", "1"}}}, {{"undo", true}, {"undo_of", id(1)}});
    ASSERT_NE(outcome.failure(), nullptr);
    EXPECT_EQ(outcome.failure()->code, "not_found");
    EXPECT_EQ(scratch_.read("sites/kept"), "1");
}

TEST_F(PlanRunning, RemembersAcrossAKillWhatItFirstFound) {
    // What a kill between the change and the result leaves behind: begun, kept, not finished.
    scratch_.write("sites/a", "old");
    const json notes{{{"file", "a"}, {"text", "new"}}};
    Journal journal(layout_, clock_);
    nlohmann::json plan{
        {"plan", id(1)},
        {"actions",
         {{{"id", "a0"}, {"do", "note"}, {"file", "a"}, {"site", "s7f3k2m9"}, {"text", "new"}}}}};
    auto record = *journal.begin(*parse_plan(plan.dump()));
    record.begun.insert("a0");
    record.before["a0"] = "old";
    ASSERT_TRUE(journal.note(record));
    scratch_.write("sites/a", "half done");

    EXPECT_THAT(statuses(run(1, notes)), ElementsAre(Status::Changed));
    run(2, notes, {{"undo", true}, {"undo_of", id(1)}});
    EXPECT_EQ(scratch_.read("sites/a"), "old");
}

TEST_F(PlanRunning, KeepsNoFactsInItsJournal) {
    run(1, {{{"file", "a"}, {"text", "very secret"}}});
    EXPECT_THAT(
        scratch_.read("state/plans/" + id(1) + ".json"),
        ::testing::Not(::testing::HasSubstr("very secret"))
    );
}

}  // namespace
}  // namespace hostelry::agent
