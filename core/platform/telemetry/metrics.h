#pragma once
// Figures about the running program, in the text format of Prometheus. No account ids, domains or
// other people's words as label values: labels are few and fixed.

#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace hostelry::telemetry {

using Labels = std::vector<std::pair<std::string, std::string>>;

/// Handles are cheap to copy, may be used from all threads and must not outlive their Metrics.
class Counter {
public:
    Counter() = default;
    void add(double amount = 1) const;

private:
    friend class Metrics;
    explicit Counter(void* counter) : counter_(counter) {}
    void* counter_ = nullptr;
};

class Gauge {
public:
    Gauge() = default;
    void set(double value) const;
    void add(double amount) const;

private:
    friend class Metrics;
    explicit Gauge(void* gauge) : gauge_(gauge) {}
    void* gauge_ = nullptr;
};

class Histogram {
public:
    Histogram() = default;
    void observe(double value) const;

private:
    friend class Metrics;
    explicit Histogram(void* histogram) : histogram_(histogram) {}
    void* histogram_ = nullptr;
};

/// Names follow Prometheus: "hostelry_http_requests_total", "..._seconds", "..._bytes". Asking
/// twice for the same name and labels gives the same figure. Keep the handle; the look-up takes a
/// lock.
class Metrics {
public:
    Metrics();
    ~Metrics();
    Metrics(const Metrics&) = delete;
    Metrics& operator=(const Metrics&) = delete;

    Counter counter(const std::string& name, const std::string& help, const Labels& labels = {});
    Gauge gauge(const std::string& name, const std::string& help, const Labels& labels = {});
    /// Without bounds: the usual ones for durations in seconds, 1 ms to 10 s.
    Histogram histogram(
        const std::string& name,
        const std::string& help,
        const Labels& labels = {},
        std::vector<double> bounds = {}
    );
    /// Read when the figures are asked for, until the registration is dropped. `read` must not
    /// block for long; it runs on the thread that serializes. A Metrics outlives its registrations.
    using Registration = std::shared_ptr<void>;
    [[nodiscard]] Registration gauge_from(
        const std::string& name,
        const std::string& help,
        const Labels& labels,
        std::function<double()> read
    );

    /// text/plain; version=0.0.4
    std::string serialize() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace hostelry::telemetry
