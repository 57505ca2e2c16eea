set(ROOMS base log db events test_support)
