set(ROOMS plugin_host http process)
set(LIBS hostelry_test_plugins nlohmann_json::nlohmann_json)
set(THREADS_MEET ON)
