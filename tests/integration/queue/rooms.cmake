set(ROOMS base log db queue test_support)
set(THREADS_MEET ON)
