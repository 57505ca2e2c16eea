set(ROOMS base events)
