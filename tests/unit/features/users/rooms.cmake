set(ROOMS feature_users)
