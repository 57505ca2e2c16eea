set(ROOMS base log db queue test_support)
set(LABELS tsan)
