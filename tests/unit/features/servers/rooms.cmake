set(ROOMS feature_servers)
