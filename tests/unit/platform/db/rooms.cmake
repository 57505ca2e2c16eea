set(ROOMS base db)
