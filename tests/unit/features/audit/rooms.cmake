set(ROOMS feature_audit)
