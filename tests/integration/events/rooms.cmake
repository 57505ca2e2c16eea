set(ROOMS base log db events test_support)
set(LABELS tsan)
