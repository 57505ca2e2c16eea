#pragma once

#include "core/platform/http/transport.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hostelry::http {

/// Bytes that wait to be sent, own or shared with other connections.
class OutputQueue {
public:
    enum class Flushed : std::uint8_t { All, Blocked, Failed };

    void push(std::string bytes);
    void push_shared(std::shared_ptr<const std::string> bytes);
    /// Sends what the socket takes.
    Flushed flush(Transport& transport);

    bool empty() const { return waiting_ == 0; }
    std::size_t waiting() const { return waiting_; }
    std::uint64_t sent() const { return sent_; }

private:
    struct Segment {
        std::string own;
        std::shared_ptr<const std::string> shared;
        std::size_t offset = 0;

        std::string_view rest() const {
            return std::string_view(shared ? *shared : own).substr(offset);
        }
    };

    void advance(std::size_t bytes);

    std::vector<Segment> segments_;
    std::size_t first_ = 0;
    std::size_t waiting_ = 0;
    std::uint64_t sent_ = 0;
};

}  // namespace hostelry::http
