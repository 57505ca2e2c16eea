set(ROOMS feature_auth feature_users feature_tenants feature_audit feature_settings feature_shell http db events test_support)
set(LIBS nlohmann_json::nlohmann_json)
