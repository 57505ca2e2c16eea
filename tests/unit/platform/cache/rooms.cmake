set(ROOMS cache)
set(LABELS tsan)
