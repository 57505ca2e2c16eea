// The same real server that the tests of the plugin use.
#include "tests/integration/plugin_host/real_powerdns.cpp"  // NOLINT(bugprone-suspicious-include)
