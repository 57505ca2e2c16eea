set(ROOMS app)
