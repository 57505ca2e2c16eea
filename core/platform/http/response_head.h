#pragma once
// Strict reader of the heads that a server behind the proxy sends. Any doubt about where the answer
// ends is a refusal. Pure.

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/platform/http/message.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hostelry::http {

inline constexpr std::size_t kMaxAnswerHeadBytes = 64_KiB;
inline constexpr std::size_t kMaxAnswerFields = 200;

/// Names in lower case, in the order they were sent; a name may repeat.
using HeaderFields = std::vector<std::pair<std::string, std::string>>;

enum class AnswerBody : std::uint8_t { None, Length, Chunked, UntilClose };

struct ResponseHead {
    int status = 0;
    HeaderFields fields;
    AnswerBody body = AnswerBody::None;
    std::optional<std::uint64_t> length;  ///< As announced; also of a HEAD's body that never comes.
    std::size_t size = 0;                 ///< Bytes of the head, the empty line included.

    std::optional<std::string_view> find(std::string_view lower_name) const;
};

/// Nothing: more bytes are needed. ProviderUnavailable: this is no answer that can be passed on;
/// `cause` says why. Interim answers (100 to 199) come out like others, without a body.
Result<std::optional<ResponseHead>> parse_response_head(std::string_view bytes, Method asked);

}  // namespace hostelry::http
