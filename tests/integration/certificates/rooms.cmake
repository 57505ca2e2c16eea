set(ROOMS feature_certificates feature_auth test_support queue process)
set(LIBS nlohmann_json::nlohmann_json)
