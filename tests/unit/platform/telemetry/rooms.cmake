set(ROOMS telemetry)
