set(ROOMS feature_sites)
