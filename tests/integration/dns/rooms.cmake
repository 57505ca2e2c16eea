set(ROOMS feature_dns feature_plugins feature_auth test_support queue process)
set(LIBS hostelry_test_plugins nlohmann_json::nlohmann_json)
