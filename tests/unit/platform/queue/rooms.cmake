set(ROOMS base queue)
set(THREADS_MEET ON)
