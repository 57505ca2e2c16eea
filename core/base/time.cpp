#include "core/base/time.h"

#include <fmt/format.h>

namespace hostelry {
namespace {

/// Reads digits from the front of a text; every reader fails for good once something did not fit.
class Reader {
public:
    explicit Reader(std::string_view text) : rest_(text) {}

    int number(std::size_t digits) {
        if (rest_.size() < digits) {
            good_ = false;
            return 0;
        }
        int value = 0;
        for (const char c : rest_.substr(0, digits)) {
            good_ = good_ && c >= '0' && c <= '9';
            value = value * 10 + (c - '0');
        }
        rest_.remove_prefix(digits);
        return value;
    }
    void expect(std::string_view any_of) {
        if (rest_.empty() || any_of.find(rest_.front()) == std::string_view::npos) {
            good_ = false;
            return;
        }
        rest_.remove_prefix(1);
    }
    bool peek(char c) const { return !rest_.empty() && rest_.front() == c; }
    std::string_view rest() const { return rest_; }
    bool at_digit() const { return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; }
    bool good() const { return good_; }
    bool done() const { return good_ && rest_.empty(); }

private:
    std::string_view rest_;
    bool good_ = true;
};

std::chrono::microseconds read_fraction(Reader& reader) {
    std::int64_t micros = 0;
    std::int64_t scale = 100000;
    reader.expect(".");
    while (reader.good() && reader.at_digit()) {
        micros += reader.number(1) * scale;
        scale /= 10;
    }
    return std::chrono::microseconds{micros};
}

std::chrono::minutes read_offset(Reader& reader) {
    if (reader.peek('Z') || reader.peek('z')) {
        reader.expect("Zz");
        return std::chrono::minutes{0};
    }
    const int sign = reader.peek('-') ? -1 : 1;
    reader.expect("+-");
    int minutes = reader.number(2) * 60;
    if (!reader.done()) {
        if (reader.peek(':')) {
            reader.expect(":");
        }
        minutes += reader.number(2);
    }
    return std::chrono::minutes{sign * minutes};
}

}  // namespace

std::string format_rfc3339(TimePoint time) {
    using namespace std::chrono;  // NOLINT(google-build-using-namespace): of a calendar's words
    const auto day = floor<days>(time);
    const year_month_day date{day};
    const hh_mm_ss clock{floor<milliseconds>(time - day)};
    return fmt::format(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
        static_cast<int>(date.year()),
        static_cast<unsigned>(date.month()),
        static_cast<unsigned>(date.day()),
        clock.hours().count(),
        clock.minutes().count(),
        clock.seconds().count(),
        clock.subseconds().count()
    );
}

std::optional<TimePoint> parse_rfc3339(std::string_view text) {
    using namespace std::chrono;  // NOLINT(google-build-using-namespace): of a calendar's words
    Reader reader{text};
    const int y = reader.number(4);
    reader.expect("-");
    const int mo = reader.number(2);
    reader.expect("-");
    const int d = reader.number(2);
    reader.expect("Tt ");
    const int h = reader.number(2);
    reader.expect(":");
    const int mi = reader.number(2);
    reader.expect(":");
    const int s = reader.number(2);
    const auto fraction = reader.peek('.') ? read_fraction(reader) : microseconds{0};
    const auto offset = read_offset(reader);
    const year_month_day date{
        year{y}, month{static_cast<unsigned>(mo)}, day{static_cast<unsigned>(d)}};
    if (!reader.done() || !date.ok() || h > 23 || mi > 59 || s > 60) {
        return std::nullopt;
    }
    return TimePoint{sys_days{date} + hours{h} + minutes{mi} + seconds{s} + fraction - offset};
}

}  // namespace hostelry
