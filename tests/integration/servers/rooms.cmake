set(ROOMS feature_servers feature_auth agent_protocol test_support)
set(LIBS OpenSSL::SSL nlohmann_json::nlohmann_json)
