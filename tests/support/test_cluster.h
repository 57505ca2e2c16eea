#pragma once

#include <string>

namespace hostelry::testing {

/// The cluster of this test run; held in use until the program ends.
class TestCluster {
public:
    static const TestCluster& get();

    const std::string& socket() const { return socket_; }
    /// Name of the migrated template database.
    const std::string& template_name() const { return template_; }

private:
    TestCluster();
    std::string socket_;
    std::string template_;
};

}  // namespace hostelry::testing
