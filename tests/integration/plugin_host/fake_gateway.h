#pragma once
// An HTTP client for tests: answers what it is told to and remembers what it was asked.

#include "core/platform/plugin_host/http_gateway.h"

#include <mutex>
#include <vector>

namespace hostelry::plugin_host {

class FakeGateway final : public HttpGateway {
public:
    Result<HttpReply> send(const HttpCall& call) override {
        const std::lock_guard lock(mutex_);
        calls_.push_back(call);
        return answer_;
    }
    void answer_with(Result<HttpReply> answer) {
        const std::lock_guard lock(mutex_);
        answer_ = std::move(answer);
    }
    std::vector<HttpCall> calls() const {
        const std::lock_guard lock(mutex_);
        return calls_;
    }

private:
    mutable std::mutex mutex_;
    std::vector<HttpCall> calls_;
    Result<HttpReply> answer_ = HttpReply{200, {}, "ok"};
};

}  // namespace hostelry::plugin_host
