#include "core/platform/http/output_queue.h"

#include <algorithm>
#include <array>

namespace hostelry::http {
namespace {

constexpr std::size_t kPiecesPerWrite = 16;

}  // namespace

void OutputQueue::push(std::string bytes) {
    if (!bytes.empty()) {
        waiting_ += bytes.size();
        segments_.push_back({std::move(bytes), nullptr, 0});
    }
}

void OutputQueue::push_shared(std::shared_ptr<const std::string> bytes) {
    if (!bytes->empty()) {
        waiting_ += bytes->size();
        segments_.push_back({{}, std::move(bytes), 0});
    }
}

OutputQueue::Flushed OutputQueue::flush(Transport& transport) {
    while (waiting_ > 0) {
        std::array<iovec, kPiecesPerWrite> pieces{};
        std::size_t count = 0;
        for (std::size_t i = first_; i < segments_.size() && count < kPiecesPerWrite; ++i) {
            const auto rest = segments_[i].rest();
            pieces[count++] = {const_cast<char*>(rest.data()), rest.size()};
        }
        const auto outcome = transport.write(pieces.data(), count);
        if (outcome.kind == IoOutcome::Kind::Bytes) {
            advance(outcome.bytes);
            continue;
        }
        const bool blocked =
            outcome.kind == IoOutcome::Kind::WantRead || outcome.kind == IoOutcome::Kind::WantWrite;
        return blocked ? Flushed::Blocked : Flushed::Failed;
    }
    return Flushed::All;
}

void OutputQueue::advance(std::size_t bytes) {
    waiting_ -= bytes;
    sent_ += bytes;
    while (bytes > 0) {
        auto& segment = segments_[first_];
        const auto take = std::min(bytes, segment.rest().size());
        segment.offset += take;
        bytes -= take;
        if (segment.rest().empty()) {
            segment = {};
            ++first_;
        }
    }
    if (waiting_ == 0) {
        segments_.clear();
        first_ = 0;
    }
}

}  // namespace hostelry::http
