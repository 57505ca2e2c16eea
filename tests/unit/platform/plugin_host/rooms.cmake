set(ROOMS plugin_host)
set(LIBS hostelry_plugin)
