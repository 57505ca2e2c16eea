set(ROOMS http)
set(LABELS tsan)
