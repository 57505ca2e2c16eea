set(ROOMS process)
