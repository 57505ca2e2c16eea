set(ROOMS config)
