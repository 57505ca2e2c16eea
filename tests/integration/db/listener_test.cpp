#include "core/platform/db/listener.h"

#include "tests/support/test_database.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <vector>

namespace hostelry::db {
namespace {

using namespace std::chrono_literals;

class Listening : public ::testing::Test {
protected:
    Listener::Callback noting() {
        return [this](const Notice& notice) {
            const std::lock_guard lock(mutex);
            heard.push_back(notice.may_have_missed ? "missed?" : std::string(notice.payload));
            changed.notify_all();
        };
    }
    bool wait_for_count(std::size_t count) {
        std::unique_lock lock(mutex);
        return changed.wait_for(lock, 10s, [&] { return heard.size() >= count; });
    }
    void notify(const std::string& payload) {
        postgres.execute("select pg_notify('tests', '" + payload + "')");
    }

    testing::TestDatabase postgres;
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<std::string> heard;
};

TEST_F(Listening, HearsWhatIsSaidAfterItWasTold) {
    Listener listener(postgres.dsn());
    const auto subscription = listener.listen("tests", noting());
    listener.start();
    ASSERT_TRUE(wait_for_count(1));
    notify("one");
    notify("two");
    ASSERT_TRUE(wait_for_count(3));
    EXPECT_EQ(heard, (std::vector<std::string>{"missed?", "one", "two"}));
}

TEST_F(Listening, ConnectsAgainAndSaysThatSomethingMayBeMissing) {
    Listener listener(postgres.dsn());
    const auto subscription = listener.listen("tests", noting());
    listener.start();
    ASSERT_TRUE(wait_for_count(1));
    postgres.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity where query ilike 'listen%' "
        "and datname = current_database()",
        "postgres"
    );
    ASSERT_TRUE(wait_for_count(2));
    notify("after");
    ASSERT_TRUE(wait_for_count(3));
    EXPECT_EQ(heard, (std::vector<std::string>{"missed?", "missed?", "after"}));
}

TEST_F(Listening, SubscribesWhileItRunsAndEndsWithItsHandle) {
    Listener listener(postgres.dsn());
    listener.start();
    std::atomic<int> calls{0};
    {
        const auto ended = listener.listen("tests", [&](const Notice&) { ++calls; });
        const auto other = listener.listen("tests", noting());
        ASSERT_TRUE(wait_for_count(1));
        ASSERT_EQ(calls, 1);
    }
    const auto second = listener.listen("tests", noting());
    ASSERT_TRUE(wait_for_count(2));
    notify("somebody");
    ASSERT_TRUE(wait_for_count(3));
    EXPECT_EQ(calls, 1) << "an ended subscription was called";
    EXPECT_EQ(heard.back(), "somebody");
}

TEST_F(Listening, StopsAtOnceAlsoWithoutAServer) {
    Listener listener("host=/nonexistent user=x");
    listener.start();
    const auto begun = std::chrono::steady_clock::now();
    listener.stop();
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 2s);
    EXPECT_FALSE(listener.is_connected());
}

}  // namespace
}  // namespace hostelry::db
