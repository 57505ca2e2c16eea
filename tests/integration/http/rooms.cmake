set(ROOMS http)
set(THREADS_MEET ON)
