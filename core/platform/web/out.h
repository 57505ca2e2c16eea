#pragma once

#include "core/base/bytes.h"
#include "core/platform/web/context.h"
#include "core/platform/web/safe_html.h"

#include <charconv>
#include <concepts>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace hostelry::view {

template <typename T>
concept WholeNumber = std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char> &&
                      !std::same_as<T, wchar_t> && !std::same_as<T, char8_t> &&
                      !std::same_as<T, char16_t> && !std::same_as<T, char32_t>;

/// What templates write to: a buffer with one escaper for each place an expression can stand in.
/// The template compiler chooses the escaper; a type that cannot be shown (bool, pointer, floating
/// point, optional ...) does not compile. One per response, used by one thread.
class Out {
public:
    /// `context` outlives the Out.
    explicit Out(const Context& context) : context_(context) { html_.reserve(16_KiB); }

    const Context& context() const { return context_; }

    /// For literal text of templates; written by generated code only.
    void raw(std::string_view markup) { html_.append(markup); }

    // Text between tags.
    void text(std::string_view value);
    void text(const std::string& value) { text(std::string_view(value)); }
    template <std::size_t N>
    void text(const char (&value)[N]) {
        text(std::string_view(value));
    }
    void text(const SafeHtml& value) { raw(value.markup()); }
    template <WholeNumber T>
    void text(T value) {
        number(value);
    }
    template <typename T>
    requires(!WholeNumber<T>) void text(const T& value) = delete;

    // A quoted attribute value.
    void attribute(std::string_view value) { text(value); }
    void attribute(const std::string& value) { text(std::string_view(value)); }
    template <std::size_t N>
    void attribute(const char (&value)[N]) {
        text(std::string_view(value));
    }
    template <WholeNumber T>
    void attribute(T value) {
        number(value);
    }
    template <typename T>
    requires(!WholeNumber<T>) void attribute(const T& value) = delete;

    // The beginning of an address, possibly all of it.
    void url(std::string_view value);
    void url(const std::string& value) { url(std::string_view(value)); }
    template <std::size_t N>
    void url(const char (&value)[N]) {
        url(std::string_view(value));
    }
    template <typename T>
    void url(const T& value) = delete;

    /// At the end of an attribute that `url` began: checks the whole address once more.
    void end_url();

    // A later part of an address: one path segment or query value.
    void url_part(std::string_view value);
    void url_part(const std::string& value) { url_part(std::string_view(value)); }
    template <std::size_t N>
    void url_part(const char (&value)[N]) {
        url_part(std::string_view(value));
    }
    template <WholeNumber T>
    void url_part(T value) {
        number(value);
    }
    template <typename T>
    requires(!WholeNumber<T>) void url_part(const T& value) = delete;

    const std::string& html() const { return html_; }
    std::string take() && { return std::move(html_); }
    SafeHtml take_safe() && { return SafeHtml(std::move(html_)); }

private:
    template <WholeNumber T>
    void number(T value) {
        char digits[24];
        const auto end = std::to_chars(digits, digits + sizeof digits, value);
        html_.append(digits, end.ptr);
    }

    const Context& context_;
    std::string html_;
    std::size_t url_begin_ = 0;
};

/// A part of a page that the caller fills in: a reference to a callable, valid during the call
/// only.
class Slot {
public:
    // NOLINTBEGIN(google-explicit-constructor, bugprone-forwarding-reference-overload): a lambda is
    // passed where a slot is expected, and a slot is no such lambda
    template <typename F>
    requires std::invocable<F&, Out&> &&(!std::same_as<std::remove_cvref_t<F>, Slot>)Slot(F&& fill)
        : object_(std::addressof(fill)), call_([](const void* object, Out& out) {
              auto* callable = const_cast<std::remove_cvref_t<F>*>(
                  static_cast<const std::remove_cvref_t<F>*>(object)
              );
              (*callable)(out);
          }) {}
    // NOLINTEND(google-explicit-constructor, bugprone-forwarding-reference-overload)

    void operator()(Out& out) const { call_(object_, out); }

private:
    const void* object_;
    void (*call_)(const void*, Out&);
};

/// Runs `fill` on a new Out and returns the HTML: `render(context, [&](Out& out) { show(out, page);
/// })`.
std::string render(const Context& context, Slot fill);

}  // namespace hostelry::view
