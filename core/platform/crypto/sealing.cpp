#include "core/platform/crypto/sealing.h"

#include "core/base/text.h"
#include "core/platform/crypto/bytes.h"
#include "core/platform/crypto/digest.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <span>
#include <system_error>
#include <vector>

namespace hostelry::crypto {
namespace {

constexpr std::size_t kKeyBytes = crypto_aead_xchacha20poly1305_ietf_KEYBYTES;
constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::string_view kFormat = "v1";

class FileDescriptor {
public:
    explicit FileDescriptor(int fd) : fd_(fd) {}
    FileDescriptor(const FileDescriptor&) = delete;
    FileDescriptor& operator=(const FileDescriptor&) = delete;
    ~FileDescriptor() {
        if (fd_ >= 0) {
            ::close(fd_);
        }
    }
    int get() const { return fd_; }

private:
    int fd_;
};

/// A new file has its name for good only when its folder is on the disk as well.
bool sync_folder_of(const std::string& path) {
    const auto parent = std::filesystem::path(path).parent_path();
    const FileDescriptor folder(
        ::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    );
    return folder.get() >= 0 && ::fsync(folder.get()) == 0;
}

}  // namespace

struct Sealer::Key {
    std::array<unsigned char, kKeyBytes> bytes{};
    std::string id;  ///< First 8 hex digits of the key's hash: tells after a rotation which key
                     ///< opens a value.

    Key() = default;
    Key(const Key&) = delete;
    Key& operator=(const Key&) = delete;
    ~Key() { sodium_memzero(bytes.data(), bytes.size()); }
};

Sealer::Sealer(std::unique_ptr<Key> key) : key_(std::move(key)) {}
Sealer::Sealer(Sealer&&) noexcept = default;
Sealer& Sealer::operator=(Sealer&&) noexcept = default;
Sealer::~Sealer() = default;

Result<Sealer> Sealer::from_file(const std::string& path) {
    const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (file.get() < 0) {
        return fail(
            ErrorCode::Invalid,
            "The master key " + path +
                " cannot be read: " + std::generic_category().message(errno) + "."
        );
    }
    struct stat facts {};
    if (::fstat(file.get(), &facts) != 0 || (facts.st_mode & 077U) != 0) {
        return fail(
            ErrorCode::Invalid,
            "The master key " + path + " must be readable by its owner only (chmod 600)."
        );
    }
    auto key = std::make_unique<Key>();
    const bool whole =
        ::read(file.get(), key->bytes.data(), kKeyBytes) == static_cast<ssize_t>(kKeyBytes);
    if (!whole || sodium_is_zero(key->bytes.data(), kKeyBytes) == 1) {
        return fail(ErrorCode::Invalid, "The master key " + path + " must hold 32 random bytes.");
    }
    const std::string_view raw(reinterpret_cast<const char*>(key->bytes.data()), kKeyBytes);
    key->id = sha256_hex(raw).substr(0, 8);
    return Sealer(std::move(key));
}

Result<Sealer> Sealer::from_file_or_new(const std::string& path, Random& random) {
    const FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (file.get() >= 0) {
        std::array<std::byte, kKeyBytes> bytes{};
        random.fill(bytes);
        const bool written =
            ::write(file.get(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()) &&
            ::fsync(file.get()) == 0 && sync_folder_of(path);
        sodium_memzero(bytes.data(), bytes.size());
        if (!written) {
            return fail(
                ErrorCode::Internal,
                "The master key " + path +
                    " could not be written: " + std::generic_category().message(errno) + "."
            );
        }
    }
    return from_file(path);
}

Sealer Sealer::ephemeral(Random& random) {
    auto key = std::make_unique<Key>();
    random.fill(std::as_writable_bytes(std::span{key->bytes}));
    key->id = "memory00";
    return Sealer(std::move(key));
}

std::string Sealer::seal(std::string_view plaintext, std::string_view context) const {
    std::string nonce(kNonceBytes, '\0');
    randombytes_buf(nonce.data(), nonce.size());
    std::string box(plaintext.size() + kTagBytes, '\0');
    unsigned long long length = 0;
    crypto_aead_xchacha20poly1305_ietf_encrypt(
        bytes_of(box),
        &length,
        bytes_of(plaintext),
        plaintext.size(),
        bytes_of(context),
        context.size(),
        nullptr,
        bytes_of(nonce),
        key_->bytes.data()
    );
    box.resize(length);
    return std::string(kFormat) + "." + key_->id + "." + to_base64url(as_bytes(nonce + box));
}

Result<std::string> Sealer::open(std::string_view sealed, std::string_view context) const {
    const auto parts = split(sealed, '.');
    const auto raw = parts.size() == 3 ? from_base64url(parts[2]) : std::nullopt;
    const bool ours = raw && parts[0] == kFormat && parts[1] == key_->id &&
                      raw->size() >= kNonceBytes + kTagBytes;
    if (!ours) {
        return fail(
            ErrorCode::Internal,
            "A stored secret cannot be opened with this master key.",
            "sealed value: wrong format or key"
        );
    }
    const std::string bytes = to_string(*raw);
    const std::string_view nonce = std::string_view(bytes).substr(0, kNonceBytes);
    const std::string_view box = std::string_view(bytes).substr(kNonceBytes);
    std::string plaintext(box.size() - kTagBytes, '\0');
    unsigned long long length = 0;
    const int opened = crypto_aead_xchacha20poly1305_ietf_decrypt(
        bytes_of(plaintext),
        &length,
        nullptr,
        bytes_of(box),
        box.size(),
        bytes_of(context),
        context.size(),
        bytes_of(nonce),
        key_->bytes.data()
    );
    if (opened != 0) {
        return fail(
            ErrorCode::Internal,
            "A stored secret is damaged.",
            "sealed value: authentication failed for " + std::string(context)
        );
    }
    return plaintext;
}

std::string Sealer::derive(std::string_view purpose) const {
    const std::string_view master(reinterpret_cast<const char*>(key_->bytes.data()), kKeyBytes);
    return to_string(hmac_sha256(master, "hostelry derived key: " + std::string(purpose)));
}

}  // namespace hostelry::crypto
