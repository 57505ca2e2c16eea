set(ROOMS feature_auth)
