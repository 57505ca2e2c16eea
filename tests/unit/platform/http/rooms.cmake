set(ROOMS http)
