set(ROOMS feature_dns)
