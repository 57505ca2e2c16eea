set(ROOMS base)
