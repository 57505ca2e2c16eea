#pragma once
// Secrets at rest: XChaCha20-Poly1305 with the place they belong to as associated data, so that a
// sealed value copied into another row, column or tenant does not open.

#include "core/base/random.h"
#include "core/base/result.h"

#include <memory>
#include <string>
#include <string_view>

namespace hostelry::crypto {

/// Holds the master key; the memory is wiped when it goes. Safe to share between threads.
class Sealer {
public:
    /// Reads the 32-byte key from a file that only its owner may read. Invalid when it is missing,
    /// shorter, all zero or readable by others.
    static Result<Sealer> from_file(const std::string& path);
    /// Makes such a file (mode 0600) if there is none, then reads it.
    static Result<Sealer> from_file_or_new(const std::string& path, Random& random);

    /// A key that lives in memory only: what it seals is lost with it.
    static Sealer ephemeral(Random& random);

    Sealer(Sealer&&) noexcept;
    Sealer& operator=(Sealer&&) noexcept;
    ~Sealer();

    /// `context` names the place: "table:column:tenant:row". The answer is text, safe for any
    /// column.
    std::string seal(std::string_view plaintext, std::string_view context) const;
    /// Internal when the value was altered, belongs to another place or to another key.
    Result<std::string> open(std::string_view sealed, std::string_view context) const;
    /// 32 bytes that only this master key gives for that purpose: for signing. Keep them in memory
    /// only.
    std::string derive(std::string_view purpose) const;

private:
    struct Key;
    explicit Sealer(std::unique_ptr<Key> key);
    std::unique_ptr<Key> key_;
};

}  // namespace hostelry::crypto
