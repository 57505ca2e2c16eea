#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace hostelry::view {

class Out;

/// HTML that needs no escaping, because it came out of templates. There is no way to make one from
/// a string: what a person or another program wrote goes through the escapers.
class SafeHtml {
public:
    SafeHtml() = default;

    std::string_view markup() const { return markup_; }
    bool is_empty() const { return markup_.empty(); }

private:
    friend class Out;
    explicit SafeHtml(std::string markup) : markup_(std::move(markup)) {}

    std::string markup_;
};

}  // namespace hostelry::view
