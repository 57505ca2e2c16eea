set(ROOMS log)
