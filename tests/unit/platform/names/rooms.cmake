set(ROOMS names)
