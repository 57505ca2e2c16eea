// Frames from the other side of the agent's connection: any bytes, cut anywhere.

#include "core/agent/protocol/plan.h"
#include "core/agent/protocol/protocol.h"

#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace hostelry::agent;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    FrameReader reader;
    // The first byte says into which parts the rest is cut.
    const std::size_t part = size == 0 ? 1 : 1U + data[0];
    for (std::size_t at = 1; at < size; at += part) {
        reader.feed(bytes.substr(at, part));
        auto message = reader.next();
        while (message && *message) {
            FrameWriter writer;
            if (!writer.write(**message)) {
                std::abort();  // what was read must be writable
            }
            message = reader.next();
        }
    }
    const auto plan = parse_plan(bytes);
    if (plan && !parse_plan(encode_plan(*plan))) {
        std::abort();
    }
    return 0;
}
