set(ROOMS cache)
set(THREADS_MEET ON)
