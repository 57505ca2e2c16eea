set(ROOMS crypto)
