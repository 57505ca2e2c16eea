#include "core/platform/http/outbound.h"

#include "core/base/bytes.h"
#include "core/base/lock_guarded.h"
#include "core/base/text.h"

#include <curl/curl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

namespace hostelry::http {
namespace {

using std::chrono::milliseconds;
using SteadyTime = std::chrono::steady_clock::time_point;

constexpr std::size_t kMaxResponseHeaders = 200;
constexpr std::size_t kMaxResponseHeaderBytes = 64_KiB;
constexpr std::size_t kMaxUrlBytes = 8_KiB;
constexpr milliseconds kFirstPause{200};

struct FreeUrl {
    void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using HeaderLines = std::unique_ptr<curl_slist, FreeList>;

/// What the callbacks of one try share.
struct Try {
    const OutboundOptions& options;
    const OutboundRequest& request;
    OutboundResponse response;
    std::size_t header_bytes = 0;
    bool too_large = false;
    std::string refused_address;
};

std::size_t take_body(char* data, std::size_t size, std::size_t count, void* user) {
    auto& one = *static_cast<Try*>(user);
    const auto bytes = size * count;
    const auto limit = std::min(one.request.max_bytes, one.options.bytes_max);
    if (one.response.body.size() + bytes > limit) {
        one.too_large = true;
        return 0;
    }
    one.response.body.append(data, bytes);
    return bytes;
}

std::size_t take_header(char* data, std::size_t size, std::size_t count, void* user) {
    auto& one = *static_cast<Try*>(user);
    const auto bytes = size * count;
    const auto line = trim({data, bytes});
    one.header_bytes += bytes;
    if (one.header_bytes > kMaxResponseHeaderBytes ||
        one.response.headers.size() >= kMaxResponseHeaders) {
        one.too_large = true;
        return 0;
    }
    if (line.starts_with("HTTP/")) {
        one.response.headers.clear();  // Those of an interim answer.
        return bytes;
    }
    if (const auto colon = line.find(':'); colon != std::string_view::npos) {
        one.response.headers.emplace_back(
            lower_ascii(line.substr(0, colon)), std::string(trim(line.substr(colon + 1)))
        );
    }
    return bytes;
}

/// Runs after name resolution, with the address that is really connected to.
curl_socket_t open_checked(void* user, curlsocktype, curl_sockaddr* address) {
    auto& one = *static_cast<Try*>(user);
    const auto ip = IpAddress::from(&address->addr);
    if (!ip || (ip->is_internal() && !any_contains(one.options.allow_private, *ip))) {
        one.refused_address = ip ? ip->to_string() : "an address of another kind";
        return CURL_SOCKET_BAD;
    }
    return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

tl::unexpected<Error> bad_url(const std::string& why) {
    return fail(ErrorCode::Invalid, "The address " + why);
}

std::string url_part(CURLU* url, CURLUPart part, unsigned flags = 0) {
    char* text = nullptr;
    if (curl_url_get(url, part, &text, flags) != CURLUE_OK) {
        return {};
    }
    std::string copy(text);
    curl_free(text);
    return copy;
}

Result<void> check_url(const OutboundOptions& options, const std::string& text) {
    if (text.size() > kMaxUrlBytes || has_control_bytes(text) ||
        text.find(' ') != std::string::npos) {
        return bad_url("is malformed.");
    }
    const std::unique_ptr<CURLU, FreeUrl> url(curl_url());
    if (!url || curl_url_set(url.get(), CURLUPART_URL, text.c_str(), CURLU_NON_SUPPORT_SCHEME) !=
                    CURLUE_OK) {
        return bad_url("is malformed.");
    }
    const auto scheme = url_part(url.get(), CURLUPART_SCHEME);
    const auto& schemes = options.schemes;
    if (std::find(schemes.begin(), schemes.end(), scheme) == schemes.end()) {
        return fail(
            ErrorCode::Forbidden, fmt::format("Addresses with \"{}:\" are not allowed.", scheme)
        );
    }
    if (!url_part(url.get(), CURLUPART_USER).empty()) {
        return bad_url("may not hold a name or password.");
    }
    const auto port = url_part(url.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT);
    const bool known = std::any_of(options.ports.begin(), options.ports.end(), [&](auto allowed) {
        return port == std::to_string(allowed);
    });
    if (!known) {
        return fail(ErrorCode::Forbidden, fmt::format("Port {} is not allowed.", port));
    }
    return {};
}

bool is_field_name(std::string_view name) {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               c == '-' || c == '_';
    });
}

Result<HeaderLines> header_lines(const OutboundRequest& request) {
    HeaderLines lines;
    const auto append = [&lines](const std::string& line) {
        auto* longer = curl_slist_append(lines.get(), line.c_str());
        if (longer != nullptr && lines == nullptr) {
            lines.reset(longer);
        }
    };
    append("Expect:");  // No waiting for 100 Continue.
    for (const auto& [name, value] : request.headers) {
        if (!is_field_name(name) || has_control_bytes(value)) {
            return fail(
                ErrorCode::Invalid, "A header holds a character that is not allowed there."
            );
        }
        append(value.empty() ? name + ';' : fmt::format("{}: {}", name, value));
    }
    return lines;
}

/// Whether bytes of the request may have left.
bool was_sent(CURL* handle) {
    curl_off_t ready_after = 0;
    curl_easy_getinfo(handle, CURLINFO_PRETRANSFER_TIME_T, &ready_after);
    return ready_after > 0;
}

Error error_for(CURLcode code, const Try& one, CURL* handle, const char* detail) {
    const auto make = [&](ErrorCode kind, const char* message) {
        Error error{kind, message, {}, {}, {}, false};
        error.cause = fmt::format("{}: {}", curl_easy_strerror(code), detail);
        return error;
    };
    if (!one.refused_address.empty()) {
        auto error =
            make(ErrorCode::Forbidden, "The address leads to a network that may not be reached.");
        error.cause += " (" + one.refused_address + ")";
        return error;
    }
    auto error = make(ErrorCode::ProviderUnavailable, "The other side gave no proper answer.");
    if (one.too_large) {
        error = make(ErrorCode::QuotaExceeded, "The answer is larger than allowed.");
    } else if (code == CURLE_OPERATION_TIMEDOUT) {
        error = make(ErrorCode::Timeout, "The other side did not answer in time.");
    } else if (code == CURLE_COULDNT_RESOLVE_HOST) {
        error = make(ErrorCode::ProviderUnavailable, "The host name of the address is not known.");
    } else if (code == CURLE_COULDNT_CONNECT) {
        error = make(ErrorCode::ProviderUnavailable, "No connection could be made.");
    } else if (code == CURLE_PEER_FAILED_VERIFICATION) {
        error =
            make(ErrorCode::ProviderRefused, "The certificate of the other side is not trusted.");
    } else if (code == CURLE_SSL_CACERT_BADFILE) {
        error = make(ErrorCode::Invalid, "The file of trusted authorities cannot be read.");
    }
    error.maybe_applied = was_sent(handle) && !is_safe(one.request.method);
    return error;
}

}  // namespace

std::optional<std::string_view> OutboundResponse::header(std::string_view lower_name) const {
    for (const auto& [name, value] : headers) {
        if (name == lower_name) {
            return value;
        }
    }
    return std::nullopt;
}

struct OutboundClient::Impl {
    struct FreeEasy {
        void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
    };
    using Easy = std::unique_ptr<CURL, FreeEasy>;

    explicit Impl(OutboundOptions given) : options(std::move(given)) {
        static const auto kReady = curl_global_init(CURL_GLOBAL_DEFAULT);
        static_cast<void>(kReady);
    }

    Easy take() {
        auto kept = idle.with([](auto& handles) {
            Easy handle;
            if (!handles.empty()) {
                handle = std::move(handles.back());
                handles.pop_back();
            }
            return handle;
        });
        return kept ? std::move(kept) : Easy(curl_easy_init());
    }

    void give_back(Easy handle) {
        // Options are forgotten, live connections stay.
        curl_easy_reset(handle.get());
        idle.with([&](auto& handles) {
            if (handles.size() < options.connections_kept) {
                handles.push_back(std::move(handle));
            }
        });
    }

    void prepare(CURL* handle, Try& one, curl_slist* headers, milliseconds left, char* detail)
        const;
    void trust(CURL* handle, const OutboundRequest& request) const;
    Result<OutboundResponse> try_once(
        const OutboundRequest& request, curl_slist* headers, milliseconds left, bool& may_repeat
    );

    OutboundOptions options;
    LockGuarded<std::vector<Easy>> idle;
};

void OutboundClient::Impl::trust(CURL* handle, const OutboundRequest& request) const {
    curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (!request.ca_file.empty()) {
        curl_easy_setopt(handle, CURLOPT_CAINFO, request.ca_file.c_str());
        curl_easy_setopt(handle, CURLOPT_CAPATH, nullptr);
    } else if (!options.extra_ca_file.empty()) {
        // The system's authorities stay trusted by their folder.
        curl_easy_setopt(handle, CURLOPT_CAINFO, options.extra_ca_file.c_str());
        curl_easy_setopt(handle, CURLOPT_CAPATH, "/etc/ssl/certs");
    }
}

void OutboundClient::Impl::prepare(
    CURL* handle, Try& one, curl_slist* headers, milliseconds left, char* detail
) const {
    const auto& request = one.request;
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, join(options.schemes, ",").c_str());
    curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(
        handle, CURLOPT_PROXY, ""
    );  // The environment does not decide where we connect.
    curl_easy_setopt(
        handle, CURLOPT_CONNECTTIMEOUT_MS, std::min(options.connect_timeout, left).count()
    );
    curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, left.count());
    curl_easy_setopt(handle, CURLOPT_USERAGENT, options.user_agent.c_str());
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, detail);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &take_body);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, &one);
    curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, &take_header);
    curl_easy_setopt(handle, CURLOPT_HEADERDATA, &one);
    curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, &open_checked);
    curl_easy_setopt(handle, CURLOPT_OPENSOCKETDATA, &one);
    trust(handle, request);
    const std::string method(method_name(request.method));
    if (request.method == Method::Head) {
        curl_easy_setopt(handle, CURLOPT_NOBODY, 1L);
    } else if (request.method != Method::Get || !request.body.empty()) {
        curl_easy_setopt(
            handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size())
        );
        curl_easy_setopt(handle, CURLOPT_POSTFIELDS, request.body.data());
        curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, method.c_str());
    }
}

Result<OutboundResponse> OutboundClient::Impl::try_once(
    const OutboundRequest& request, curl_slist* headers, milliseconds left, bool& may_repeat
) {
    auto handle = take();
    if (!handle) {
        return fail(ErrorCode::Unavailable, "No outgoing connection could be prepared.");
    }
    Try one{options, request, {}, 0, false, {}};
    std::array<char, CURL_ERROR_SIZE> detail{};
    prepare(handle.get(), one, headers, left, detail.data());
    const auto code = curl_easy_perform(handle.get());
    long status = 0;
    curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
    one.response.status = static_cast<int>(status);
    if (code != CURLE_OK) {
        auto error = error_for(code, one, handle.get(), detail.data());
        may_repeat = is_retryable(error.code) && !error.maybe_applied;
        return tl::unexpected(std::move(error));  // The handle goes too, with whatever broke.
    }
    give_back(std::move(handle));
    may_repeat = is_safe(request.method) &&
                 (status == 429 || status == 502 || status == 503 || status == 504);
    return std::move(one.response);
}

OutboundClient::OutboundClient(OutboundOptions options)
    : impl_(std::make_unique<Impl>(std::move(options))) {}

OutboundClient::~OutboundClient() = default;

Result<OutboundResponse> OutboundClient::send(const OutboundRequest& request) {
    TRY(check_url(impl_->options, request.url));
    const auto headers = TRY(header_lines(request));
    const auto deadline =
        std::chrono::steady_clock::now() + std::min(request.timeout, impl_->options.timeout_max);
    auto pause = kFirstPause;
    for (unsigned tries_left = request.retries;; --tries_left) {
        const auto left =
            std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now());
        bool may_repeat = false;
        auto result =
            impl_->try_once(request, headers.get(), std::max(left, milliseconds{1}), may_repeat);
        const bool has_time = std::chrono::steady_clock::now() + pause < deadline;
        if (!may_repeat || tries_left == 0 || !has_time) {
            return result;
        }
        std::this_thread::sleep_for(pause);
        pause *= 2;
    }
}

}  // namespace hostelry::http
