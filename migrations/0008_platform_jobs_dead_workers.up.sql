-- Leases of a worker that is known to be dead (another one on its machine saw it): they are over now, and recover_jobs
-- takes the jobs as it takes those of a worker that gave no sign of life for long. Answers how many it held.
create function hostelry.end_leases(p_worker text) returns bigint language sql as $$
    with ended as (
        update hostelry.jobs set lease_until = clock_timestamp() where worker = p_worker returning 1
    )
    select count(*) from ended;
$$;
select hostelry.make_definer_function('hostelry.end_leases(text)');
