#pragma once
// Ids are UUIDv7 (RFC 9562): ordered by time, hard to guess, and never the protection by
// themselves.

#include "core/base/clock.h"
#include "core/base/random.h"

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace hostelry {

struct Uuid {
    std::array<std::uint8_t, 16> bytes{};

    /// Behind every other one: where a list that goes down begins.
    static constexpr Uuid last() {
        Uuid uuid;
        uuid.bytes.fill(0xff);
        return uuid;
    }

    bool is_nil() const;
    /// Lower-case canonical form, 36 characters.
    std::string to_string() const;
    /// Accepts the canonical form in either case; nothing else.
    static std::optional<Uuid> parse(std::string_view text);

    // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 reads <=> as a comparison with 0
    friend auto operator<=>(const Uuid&, const Uuid&) = default;
};

Uuid new_uuid(const Clock& clock, Random& random);

/// An id that cannot be mistaken for another feature's.
template <class Tag>
struct Id {
    Uuid uuid;

    std::string to_string() const { return uuid.to_string(); }
    bool is_nil() const { return uuid.is_nil(); }
    static std::optional<Id> parse(std::string_view text) {
        const auto parsed = Uuid::parse(text);
        return parsed ? std::optional<Id>{Id{*parsed}} : std::nullopt;
    }
    static Id make(const Clock& clock, Random& random) { return Id{new_uuid(clock, random)}; }

    // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 reads <=> as a comparison with 0
    friend auto operator<=>(const Id&, const Id&) = default;
};

// Ids that platform rooms carry without knowing what stands behind them.
using TenantId = Id<struct TenantTag>;
using UserId = Id<struct UserTag>;
using JobId = Id<struct JobTag>;
using ServerId = Id<struct ServerTag>;

}  // namespace hostelry

template <>
struct std::hash<hostelry::Uuid> {
    std::size_t operator()(const hostelry::Uuid& id) const noexcept;
};
template <class Tag>
struct std::hash<hostelry::Id<Tag>> {
    std::size_t operator()(const hostelry::Id<Tag>& id) const noexcept {
        return std::hash<hostelry::Uuid>{}(id.uuid);
    }
};
