#include "core/platform/telemetry/metrics.h"

#include "core/base/lock_guarded.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <cstdint>
#include <map>
#include <sstream>

namespace hostelry::telemetry {
namespace {

prometheus::Labels to_map(const Labels& labels) {
    return {labels.begin(), labels.end()};
}

}  // namespace

struct Metrics::Impl {
    struct ReadGauge {
        Gauge gauge;
        std::function<double()> read;
    };

    prometheus::Registry registry;
    LockGuarded<std::map<std::uint64_t, ReadGauge>> read_gauges;
};

void Counter::add(double amount) const {
    if (counter_ != nullptr) {
        static_cast<prometheus::Counter*>(counter_)->Increment(amount);
    }
}

void Gauge::set(double value) const {
    if (gauge_ != nullptr) {
        static_cast<prometheus::Gauge*>(gauge_)->Set(value);
    }
}

void Gauge::add(double amount) const {
    if (gauge_ != nullptr) {
        static_cast<prometheus::Gauge*>(gauge_)->Increment(amount);
    }
}

void Histogram::observe(double value) const {
    if (histogram_ != nullptr) {
        static_cast<prometheus::Histogram*>(histogram_)->Observe(value);
    }
}

Metrics::Metrics() : impl_(std::make_unique<Impl>()) {}
Metrics::~Metrics() = default;

Counter Metrics::counter(const std::string& name, const std::string& help, const Labels& labels) {
    auto& family = prometheus::BuildCounter().Name(name).Help(help).Register(impl_->registry);
    return Counter(&family.Add(to_map(labels)));
}

Gauge Metrics::gauge(const std::string& name, const std::string& help, const Labels& labels) {
    auto& family = prometheus::BuildGauge().Name(name).Help(help).Register(impl_->registry);
    return Gauge(&family.Add(to_map(labels)));
}

Histogram Metrics::histogram(
    const std::string& name,
    const std::string& help,
    const Labels& labels,
    std::vector<double> bounds
) {
    if (bounds.empty()) {
        bounds = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
    }
    auto& family = prometheus::BuildHistogram().Name(name).Help(help).Register(impl_->registry);
    return Histogram(&family.Add(to_map(labels), bounds));
}

Metrics::Registration Metrics::gauge_from(
    const std::string& name,
    const std::string& help,
    const Labels& labels,
    std::function<double()> read
) {
    auto handle = gauge(name, help, labels);
    auto* impl = impl_.get();
    const auto id = impl->read_gauges.with([&](auto& gauges) {
        const std::uint64_t next = gauges.empty() ? 1 : gauges.rbegin()->first + 1;
        gauges.emplace(next, Impl::ReadGauge{handle, std::move(read)});
        return next;
    });
    return {nullptr, [impl, id](void*) {
                impl->read_gauges.with([id](auto& gauges) { gauges.erase(id); });
            }};
}

std::string Metrics::serialize() const {
    impl_->read_gauges.with([](const auto& gauges) {
        for (const auto& [id, read_gauge] : gauges) {
            read_gauge.gauge.set(read_gauge.read());
        }
    });
    std::ostringstream out;
    prometheus::TextSerializer{}.Serialize(out, impl_->registry.Collect());
    return out.str();
}

}  // namespace hostelry::telemetry
