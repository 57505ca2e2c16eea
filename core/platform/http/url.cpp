#include "core/platform/http/url.h"

#include "core/base/text.h"

#include <algorithm>

namespace hostelry::http {
namespace {

std::optional<std::string> decode_pair_part(std::string_view text) {
    if (text.find_first_of("%+") == std::string_view::npos) {
        return std::string(text);
    }
    std::string spaced(text);
    std::replace(spaced.begin(), spaced.end(), '+', ' ');
    return percent_decode(spaced);
}

bool is_clean_text(std::string_view text) {
    return text.find('\0') == std::string_view::npos && is_valid_utf8(text);
}

bool has_bad_segment(std::string_view path) {
    std::size_t begin = 1;
    while (begin <= path.size()) {
        const auto end = std::min(path.find('/', begin), path.size());
        const auto segment = path.substr(begin, end - begin);
        if (segment.empty() || segment == "." || segment == "..") {
            return true;
        }
        begin = end + 1;
    }
    return false;
}

}  // namespace

std::optional<std::string> decode_path(std::string_view raw) {
    if (raw.empty() || raw.front() != '/') {
        return std::nullopt;
    }
    const auto slashes = std::count(raw.begin(), raw.end(), '/');
    std::optional<std::string> path;
    if (raw.find('%') == std::string_view::npos) {
        path = std::string(raw);
    } else {
        path = percent_decode(raw);
    }
    if (!path || std::count(path->begin(), path->end(), '/') != slashes ||
        path->find('\\') != std::string::npos || has_control_bytes(*path) ||
        !is_valid_utf8(*path)) {
        return std::nullopt;
    }
    if (path->size() > 2 && path->back() == '/') {
        path->pop_back();
    }
    if (path->size() > 1 && has_bad_segment(*path)) {
        return std::nullopt;
    }
    return path;
}

std::optional<FormPairs> decode_pairs(std::string_view text) {
    FormPairs pairs;
    while (!text.empty()) {
        const auto end = std::min(text.find('&'), text.size());
        const auto pair = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (pair.empty()) {
            continue;
        }
        const auto equals = std::min(pair.find('='), pair.size());
        auto name = decode_pair_part(pair.substr(0, equals));
        auto value = decode_pair_part(pair.substr(std::min(equals + 1, pair.size())));
        if (!name || !value || !is_clean_text(*name) || !is_clean_text(*value) ||
            name->size() > kMaxFormNameBytes || pairs.size() == kMaxFormPairs) {
            return std::nullopt;
        }
        pairs.emplace_back(std::move(*name), std::move(*value));
    }
    return pairs;
}

bool is_own_path(std::string_view path) {
    return !path.empty() && path.front() == '/' && !path.starts_with("//") &&
           path.find('\\') == std::string_view::npos && !has_control_bytes(path);
}

}  // namespace hostelry::http
