#include "core/platform/http/route.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace hostelry::http {

struct Router::Node {
    std::map<std::string, std::unique_ptr<Node>, std::less<>> fixed;
    std::unique_ptr<Node> parameter;
    std::array<const Route*, kMethods> routes{};
};

namespace {

constexpr std::size_t kMaxSegments = 16;

std::vector<std::string_view> segments_of(std::string_view path) {
    std::vector<std::string_view> segments;
    if (path == "/") {
        return segments;
    }
    std::size_t begin = 1;
    while (begin <= path.size()) {
        const auto end = std::min(path.find('/', begin), path.size());
        segments.push_back(path.substr(begin, end - begin));
        begin = end + 1;
    }
    return segments;
}

bool is_parameter(std::string_view segment) {
    return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

bool is_route_segment(std::string_view segment) {
    if (is_parameter(segment)) {
        segment = segment.substr(1, segment.size() - 2);
    }
    return !segment.empty() && std::all_of(segment.begin(), segment.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_' || c == '.';
    });
}

bool is_route_path(std::string_view path) {
    if (path.empty() || path.front() != '/') {
        return false;
    }
    const auto segments = segments_of(path);
    return segments.size() <= kMaxSegments &&
           std::all_of(segments.begin(), segments.end(), is_route_segment);
}

/// What is missing, or an empty text. Security rule 5: a route says all of it.
std::string_view missing_part(const Route& route) {
    if (!is_route_path(route.path)) {
        return "a well-formed path";
    }
    if (!route.handler) {
        return "a handler";
    }
    if (route.access != Access::Public && route.access != Access::SignedIn) {
        return "its access";
    }
    if (route.csrf != Csrf::Token && route.csrf != Csrf::None) {
        return "its CSRF mode";
    }
    if (route.rate < RateClass::Page || route.rate > RateClass::Static) {
        return "its rate class";
    }
    if ((route.access == Access::SignedIn) == route.permission.empty()) {
        return "a permission if and only if it needs a sign-in";
    }
    if (route.access == Access::SignedIn && route.run == Run::Inline) {
        return "Run::Worker: asking who is signed in may block";
    }
    const bool safe = is_safe(route.method);
    const bool is_for_programs =
        route.path.starts_with("/api/") || route.path.starts_with("/agent/");
    if (route.csrf == Csrf::None && !safe && !is_for_programs) {
        return "Csrf::Token: it changes things and is not for programs";
    }
    if (route.api && (route.operation.empty() || route.summary.empty())) {
        return "an operation name and a summary for the API document";
    }
    return {};
}

std::string route_title(const Route& route) {
    return fmt::format("{} {}", method_name(route.method), route.path);
}

std::string_view access_name(Access access) {
    return access == Access::Public ? "public" : "signed-in";
}

std::string_view rate_name(RateClass rate) {
    constexpr std::array<std::string_view, 5> kNames{"", "page", "api", "login", "static"};
    return kNames[static_cast<std::size_t>(rate)];
}

}  // namespace

const Principal& Exchange::signed_in() const {
    if (principal == nullptr) {
        throw std::logic_error("The route is public: nobody is signed in.");
    }
    return *principal;
}

std::vector<std::string> Authenticator::ended_sessions(const std::vector<std::string>&) {
    return {};
}

Router::Router() : root_(std::make_unique<Node>()) {}
Router::~Router() = default;

void Router::add(Route route) {
    if (const auto missing = missing_part(route); !missing.empty()) {
        throw std::invalid_argument(
            fmt::format("The route {} does not name {}.", route_title(route), missing)
        );
    }
    auto* node = root_.get();
    for (const auto segment : segments_of(route.path)) {
        auto& next = is_parameter(segment) ? node->parameter : node->fixed[std::string(segment)];
        if (!next) {
            next = std::make_unique<Node>();
        }
        node = next.get();
    }
    auto& slot = node->routes[static_cast<std::size_t>(route.method)];
    if (slot != nullptr) {
        throw std::invalid_argument(fmt::format(
            "The route {} is there already, as {}.", route_title(route), route_title(*slot)
        ));
    }
    slot = &routes_.emplace_back(std::move(route));
}

void Router::add(std::vector<Route> routes) {
    for (auto& route : routes) {
        add(std::move(route));
    }
}

namespace {

template <class Node>
std::string allowed_methods(const Node& node) {
    std::string allow;
    const auto append = [&allow](std::string_view name) {
        allow += allow.empty() ? "" : ", ";
        allow += name;
    };
    for (std::size_t i = 0; i < kMethods; ++i) {
        const auto method = static_cast<Method>(i);
        const bool head_from_get =
            method == Method::Head && node.routes[static_cast<std::size_t>(Method::Get)];
        if (node.routes[i] != nullptr || head_from_get) {
            append(method_name(method));
        }
    }
    return allow;
}

template <class Node>
const Route* route_for(const Node& node, Method method) {
    const auto* route = node.routes[static_cast<std::size_t>(method)];
    const bool head_from_get = route == nullptr && method == Method::Head;
    return head_from_get ? node.routes[static_cast<std::size_t>(Method::Get)] : route;
}

/// Fixed segments win over parameters; a fixed branch without an accepted end leads back to the
/// parameter.
template <class Node, class Accept>
const Node* find_node(
    const Node& node,
    const std::vector<std::string_view>& segments,
    std::size_t depth,
    const Accept& accept
) {
    if (depth == segments.size()) {
        return accept(node) ? &node : nullptr;
    }
    if (const auto fixed = node.fixed.find(segments[depth]); fixed != node.fixed.end()) {
        if (const auto* found = find_node(*fixed->second, segments, depth + 1, accept)) {
            return found;
        }
    }
    return node.parameter ? find_node(*node.parameter, segments, depth + 1, accept) : nullptr;
}

}  // namespace

Match Router::match(Method method, std::string_view path) const {
    Match match;
    const auto segments = segments_of(path);
    if (segments.size() > kMaxSegments) {
        return match;
    }
    const auto* node = find_node(*root_, segments, 0, [method](const Node& end) {
        return route_for(end, method) != nullptr;
    });
    if (node == nullptr) {
        node = find_node(*root_, segments, 0, [](const Node& end) {
            return std::any_of(end.routes.begin(), end.routes.end(), [](const auto* route) {
                return route != nullptr;
            });
        });
        match.allow = node == nullptr ? "" : allowed_methods(*node);
        return match;
    }
    match.route = route_for(*node, method);
    const auto pattern = segments_of(match.route->path);
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (is_parameter(pattern[i])) {
            match.params.emplace_back(
                pattern[i].substr(1, pattern[i].size() - 2), std::string(segments[i])
            );
        }
    }
    return match;
}

std::string Router::dump() const {
    std::string text;
    for (const auto& route : routes_) {
        text += fmt::format(
            "{:<7}{} {} permission={} csrf={} rate={} run={}\n",
            method_name(route.method),
            route.path,
            access_name(route.access),
            route.permission.empty() ? "-" : route.permission,
            route.csrf == Csrf::Token ? "token" : "none",
            rate_name(route.rate),
            route.run == Run::Inline ? "inline" : "worker"
        );
    }
    return text;
}

}  // namespace hostelry::http
