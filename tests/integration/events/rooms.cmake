set(ROOMS base log db events test_support)
set(THREADS_MEET ON)
