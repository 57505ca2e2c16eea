set(ROOMS base log db test_support)
