set(ROOMS app test_support)
set(LIBS nlohmann_json::nlohmann_json)
