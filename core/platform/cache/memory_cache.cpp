#include "core/base/lock_guarded.h"
#include "core/platform/cache/cache.h"

#include <list>
#include <map>

namespace hostelry::cache {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

class MemoryCache final : public Cache {
public:
    MemoryCache(const Clock& clock, std::size_t max_bytes) : clock_(clock), max_bytes_(max_bytes) {}

    std::optional<std::string> get(std::string_view key) override {
        const auto now = clock_.steady();
        return state_.with([&](State& state) -> std::optional<std::string> {
            const auto found = state.by_key.find(key);
            if (found == state.by_key.end()) {
                return std::nullopt;
            }
            if (found->second->ends <= now) {
                drop(state, found->second);
                return std::nullopt;
            }
            return found->second->value;
        });
    }

    void put(std::string_view key, std::string value, std::chrono::milliseconds lifetime) override {
        const auto ends = clock_.steady() + lifetime;
        state_.with([&](State& state) {
            if (const auto old = state.by_key.find(key); old != state.by_key.end()) {
                drop(state, old->second);
            }
            if (key.size() + value.size() > max_bytes_) {
                return;
            }
            state.bytes += key.size() + value.size();
            state.oldest_first.push_back({std::string(key), std::move(value), ends});
            state.by_key.emplace(key, std::prev(state.oldest_first.end()));
            while (state.bytes > max_bytes_) {
                drop(state, state.oldest_first.begin());
            }
        });
    }

    void erase(std::string_view key) override {
        state_.with([&](State& state) {
            if (const auto found = state.by_key.find(key); found != state.by_key.end()) {
                drop(state, found->second);
            }
        });
    }

private:
    struct Entry {
        std::string key;
        std::string value;
        SteadyTime ends;
    };
    struct State {
        std::list<Entry> oldest_first;
        std::map<std::string, std::list<Entry>::iterator, std::less<>> by_key;
        std::size_t bytes = 0;
    };

    static void drop(State& state, std::list<Entry>::iterator entry) {
        state.bytes -= entry->key.size() + entry->value.size();
        state.by_key.erase(entry->key);
        state.oldest_first.erase(entry);
    }

    const Clock& clock_;
    std::size_t max_bytes_;
    LockGuarded<State> state_;
};

}  // namespace

std::unique_ptr<Cache> make_memory_cache(const Clock& clock, std::size_t max_bytes) {
    return std::make_unique<MemoryCache>(clock, max_bytes);
}

}  // namespace hostelry::cache
