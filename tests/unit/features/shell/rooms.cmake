set(ROOMS feature_shell)
