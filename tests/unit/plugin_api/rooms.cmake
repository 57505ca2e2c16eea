set(ROOMS base crypto)
set(LIBS hostelry_plugin)
