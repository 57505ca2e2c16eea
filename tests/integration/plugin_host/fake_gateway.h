#pragma once
// An HTTP client for tests: answers what it is told to and remembers what it was asked.

#include "core/platform/plugin_host/http_gateway.h"

#include <functional>
#include <mutex>
#include <vector>

namespace hostelry::plugin_host {

class FakeGateway final : public HttpGateway {
public:
    using Responder = std::function<Result<HttpReply>(const HttpCall&)>;

    Result<HttpReply> send(const HttpCall& call) override {
        const std::lock_guard lock(mutex_);
        calls_.push_back(call);
        return responder_(call);
    }
    void answer_with(Result<HttpReply> answer) {
        respond_with([answer = std::move(answer)](const HttpCall&) { return answer; });
    }
    void respond_with(Responder responder) {
        const std::lock_guard lock(mutex_);
        responder_ = std::move(responder);
    }
    std::vector<HttpCall> calls() const {
        const std::lock_guard lock(mutex_);
        return calls_;
    }

private:
    mutable std::mutex mutex_;
    std::vector<HttpCall> calls_;
    Responder responder_ = [](const HttpCall&) -> Result<HttpReply> {
        return HttpReply{200, {}, "ok"};
    };
};

}  // namespace hostelry::plugin_host
