#include "core/features/servers/host_key.h"

#include "core/base/bytes.h"
#include "core/base/text.h"
#include "core/platform/crypto/digest.h"
#include "core/platform/process/process.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>
#include <vector>

namespace hostelry::servers {

namespace {

constexpr std::size_t kHostKeyBytesMax = 2000;
constexpr int kScanSeconds = 5;
constexpr std::array<std::string_view, 5> kHostKeyAlgorithms{
    "ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa"};

bool is_algorithm(std::string_view word) {
    return std::find(kHostKeyAlgorithms.begin(), kHostKeyAlgorithms.end(), word) !=
           kHostKeyAlgorithms.end();
}

/// RFC 4253, 6.6: the blob begins with the algorithm's name, after its length.
bool begins_with_name(const std::vector<std::byte>& blob, std::string_view name) {
    if (blob.size() < 4 + name.size() + 16) {
        return false;
    }
    std::size_t length = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        length = length << 8U | std::to_integer<std::size_t>(blob[i]);
    }
    return length == name.size() && to_string(std::span{blob}.subspan(4, name.size())) == name;
}

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    for (const auto& part : split(text, ' ')) {
        if (const auto word = trim(part); !word.empty()) {
            words.emplace_back(word);
        }
    }
    return words;
}

auto refuse_host_key() {
    return fail(
        ErrorCode::Invalid,
        "This is not an SSH host key. It looks like: ssh-ed25519 AAAAC3Nza..., as in "
        "/etc/ssh/ssh_host_ed25519_key.pub on the server."
    );
}

/// The best key of a scan: by the order of kHostKeyAlgorithms.
Result<HostKey> best_key_in(const std::string& output) {
    std::vector<HostKey> keys;
    for (const auto& line : split(output, '\n')) {
        if (auto key = parse_host_key(line)) {
            keys.push_back(*std::move(key));
        }
    }
    for (const auto algorithm : kHostKeyAlgorithms) {
        for (const auto& key : keys) {
            if (key.algorithm == algorithm) {
                return key;
            }
        }
    }
    return fail(ErrorCode::NotFound, "No key.");
}

}  // namespace

std::string HostKey::fingerprint() const {
    const auto bytes = from_base64(blob);
    if (!bytes) {
        return {};
    }
    const auto digest = crypto::sha256(to_string(*bytes));
    auto text = to_base64(digest);
    text.erase(text.find_last_not_of('=') + 1);
    return "SHA256:" + text;
}

std::string HostKey::known_hosts_line(std::string_view address, std::int64_t port) const {
    const auto name = port == 22 ? std::string(address)
                                 : "[" + std::string(address) + "]:" + std::to_string(port);
    return name + " " + line() + "\n";
}

Result<HostKey> parse_host_key(std::string_view text) {
    const auto given = trim(text);
    if (given.size() > kHostKeyBytesMax || has_control_bytes(given)) {
        return refuse_host_key();
    }
    auto words = words_of(given);
    if (words.size() > 1 && !is_algorithm(words[0])) {
        words.erase(words.begin());
    }
    if (words.size() < 2 || !is_algorithm(words[0])) {
        return refuse_host_key();
    }
    const auto blob = from_base64(words[1]);
    if (!blob || !begins_with_name(*blob, words[0])) {
        return refuse_host_key();
    }
    return HostKey{words[0], words[1]};
}

Result<HostKey> scan_host_key(const std::string& address, std::int64_t port) {
    const auto outcome = TRY(process::run({
        .program = "/usr/bin/ssh-keyscan",
        .argv =
            {"-T",
             std::to_string(kScanSeconds),
             "-p",
             std::to_string(port),
             "-t",
             "ed25519,ecdsa,rsa",
             "--",
             address},
        .timeout = std::chrono::seconds{3 * kScanSeconds},
        .output_bytes_max = 64_KiB,
    }));
    auto key = best_key_in(outcome.output);
    if (!key) {
        return fail(
            ErrorCode::Unavailable,
            "No SSH server answers at " + address + " port " + std::to_string(port) +
                ". Check the address, the port and the firewall in between.",
            outcome.errors
        );
    }
    return key;
}

Result<HostKey> own_host_key(const std::string& folder) {
    std::stringstream text;
    for (const auto* kind : {"ed25519", "ecdsa", "rsa"}) {
        if (std::ifstream file(folder + "/ssh_host_" + kind + "_key.pub"); file) {
            text << file.rdbuf() << '\n';
        }
    }
    auto key = best_key_in(text.str());
    if (!key) {
        return fail(
            ErrorCode::NotFound,
            "This machine has no SSH server, by which the panel works on it as on any other. "
            "Install the package openssh-server."
        );
    }
    return key;
}

}  // namespace hostelry::servers
