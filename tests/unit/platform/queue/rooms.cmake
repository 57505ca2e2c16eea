set(ROOMS base queue)
set(LABELS tsan)
