set(ROOMS feature_jobs feature_auth feature_users feature_shell queue http db test_support)
set(LIBS nlohmann_json::nlohmann_json)
