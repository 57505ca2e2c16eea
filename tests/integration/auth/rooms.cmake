set(ROOMS feature_auth feature_users feature_shell http db events test_support)
set(LIBS nlohmann_json::nlohmann_json)
