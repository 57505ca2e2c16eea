-- What workers do across all tenants. Everything else they do in the tenant of the job they hold.

select hostelry.open_to_definer('jobs', 'select, insert, update, delete');
select hostelry.open_to_definer('job_steps', 'select, insert, update, delete');
select hostelry.open_to_definer('job_log_lines', 'select, delete');
select hostelry.open_to_definer('job_schedules', 'select, insert, update, delete');
select hostelry.open_to_definer('job_kinds', 'select');

-- Claims up to p_count jobs of the given kinds for a worker.
--
-- Claims are made one after the other (the advisory lock; a claim takes about a millisecond and is committed without
-- waiting for the disk), so the limits and the turns of exclusive keys are exact. Tenants take turns: the tenant with the
-- fewest running jobs first, beginning after p_after. Ready jobs are found tenant by tenant through jobs_ready, so a
-- long queue of one tenant costs nobody anything.
create function hostelry.claim_jobs(
    p_worker text, p_kinds text[], p_count int, p_lease interval,
    p_tenant_limit int, p_queue_limits jsonb, p_after uuid)
returns table (
    id uuid, tenant_id uuid, kind text, state text, fence bigint, input text, actor_id uuid, is_upkeep boolean,
    has_steps boolean, is_undoing boolean, cancel_requested boolean, steps_done int, error_code text, error text,
    not_undone text[], exclusive boolean)
language plpgsql as $$
declare
    v_tenants uuid[] := '{}';
    v_tenant uuid := p_after;
    v_wrapped boolean := false;
begin
    perform pg_advisory_xact_lock(7305, 1);
    perform set_config('synchronous_commit', 'off', true); -- a claim that is lost is made again

    loop
        select j.tenant_id into v_tenant from hostelry.jobs j
         where j.worker is null and j.state in ('queued', 'waiting', 'cancelling')
           and j.tenant_id > v_tenant
         order by j.tenant_id limit 1;
        if not found then
            exit when v_wrapped;
            v_wrapped := true;
            v_tenant := '00000000-0000-0000-0000-000000000000';
            continue;
        end if;
        exit when v_wrapped and v_tenant > p_after;
        v_tenants := v_tenants || v_tenant;
        exit when cardinality(v_tenants) >= 500;
    end loop;
    if cardinality(v_tenants) = 0 then
        return;
    end if;

    return query
    with busy as materialized (
        select j.tenant_id, j.queue, count(*) as jobs from hostelry.jobs j where j.worker is not null group by 1, 2
    ), ready as (
        select j.id, j.tenant_id, j.queue, j.priority, j.run_at, j.number, t.turn,
               row_number() over (partition by j.tenant_id order by j.priority desc, j.run_at, j.number) as place
          from unnest(v_tenants) with ordinality as t (tenant_id, turn)
         cross join lateral (
            select r.id, r.tenant_id, r.queue, r.priority, r.run_at, r.number from hostelry.jobs r
             where r.tenant_id = t.tenant_id
               and r.worker is null and r.state in ('queued', 'waiting', 'cancelling')
               and r.run_at <= clock_timestamp()
               and r.kind = any (p_kinds)
               and (r.exclusive_key is null or r.holds_turn or not exists (
                    select from hostelry.jobs o
                     where o.tenant_id = r.tenant_id and o.exclusive_key = r.exclusive_key and o.id <> r.id
                       and o.state in ('queued', 'running', 'waiting', 'cancelling')
                       and (o.holds_turn or o.number < r.number)))
             order by r.priority desc, r.run_at, r.number
             limit p_count) j
    ), fair as (
        select r.id, r.priority, r.turn,
               r.place + coalesce((select sum(b.jobs) from busy b where b.tenant_id = r.tenant_id), 0) as tenant_place,
               row_number() over (partition by r.queue order by r.priority desc, r.place, r.turn)
                   + coalesce((select sum(b.jobs) from busy b where b.queue = r.queue), 0) as queue_place,
               (p_queue_limits ->> r.queue)::int as queue_limit
          from ready r
    ), chosen as (
        select j.id from hostelry.jobs j
          join (select f.id, f.priority, f.tenant_place, f.turn from fair f
                 where (p_tenant_limit <= 0 or f.tenant_place <= p_tenant_limit)
                   and (coalesce(f.queue_limit, 0) <= 0 or f.queue_place <= f.queue_limit)
                 order by f.priority desc, f.tenant_place, f.turn
                 limit p_count) f on f.id = j.id
         where j.worker is null and j.state in ('queued', 'waiting', 'cancelling')
           for update of j skip locked
    )
    update hostelry.jobs u
       set state = case u.state when 'cancelling' then 'cancelling' else 'running' end,
           worker = p_worker, fence = u.fence + 1, lease_until = clock_timestamp() + p_lease,
           started_at = coalesce(u.started_at, clock_timestamp()), holds_turn = u.exclusive_key is not null
      from chosen c
     where u.id = c.id
    returning u.id, u.tenant_id, u.kind, u.state, u.fence, u.input::text, u.actor_id, u.is_upkeep,
              u.has_steps, u.is_undoing, u.cancel_requested, u.steps_done, u.error_code, u.error,
              u.not_undone, u.exclusive_key is not null;
end
$$;
select hostelry.make_definer_function('hostelry.claim_jobs(text, text[], int, interval, int, jsonb, uuid)');

-- Seconds until the next job that nobody holds is due; NULL when there is none. Negative: due, but not claimable now.
create function hostelry.seconds_to_next_job() returns double precision language sql stable as $$
    select extract(epoch from min(run_at) - clock_timestamp())::double precision from hostelry.jobs
     where worker is null and state in ('queued', 'waiting', 'cancelling') and run_at > clock_timestamp();
$$;
select hostelry.make_definer_function('hostelry.seconds_to_next_job()');

-- Signs of life. Answers the leases that still hold; a missing one is lost.
create function hostelry.renew_leases(p_worker text, p_ids uuid[], p_fences bigint[], p_lease interval)
returns table (id uuid, cancel_requested boolean) language sql as $$
    update hostelry.jobs j set lease_until = clock_timestamp() + p_lease
      from unnest(p_ids, p_fences) as held (id, fence)
     where j.id = held.id and j.worker = p_worker and j.fence = held.fence
    returning j.id, j.cancel_requested;
$$;
select hostelry.make_definer_function('hostelry.renew_leases(text, uuid[], bigint[], interval)');

-- Finishes jobs whose single step answered nothing to keep. Answers those that were still held and are not cancelled.
create function hostelry.complete_jobs(p_worker text, p_ids uuid[], p_fences bigint[])
returns setof uuid language plpgsql as $$
declare
    v_exclusive boolean;
begin
    return query
    update hostelry.jobs j
       set state = 'succeeded', finished_at = clock_timestamp(), worker = null, lease_until = null, deaths = 0,
           steps_done = 1, holds_turn = false, error = '', error_code = ''
      from unnest(p_ids, p_fences) as held (id, fence)
     where j.id = held.id and j.worker = p_worker and j.fence = held.fence and not j.cancel_requested
    returning j.id;
    select bool_or(j.exclusive_key is not null) into v_exclusive from hostelry.jobs j where j.id = any (p_ids);
    if v_exclusive then
        perform pg_notify('hostelry_queue', '');
    end if;
end
$$;
select hostelry.make_definer_function('hostelry.complete_jobs(text, uuid[], bigint[])');

-- Takes jobs away from workers that gave no sign of life. One that killed p_deaths_max workers at the same step is
-- quarantined: it fails without its undos, which might kill as well, and names what is left for a person.
create function hostelry.recover_jobs(p_deaths_max int)
returns table (id uuid, kind text, quarantined boolean) language plpgsql as $$
declare
    v_lost record;
begin
    for v_lost in
        select j.id, j.tenant_id, j.kind, j.deaths from hostelry.jobs j
         where j.worker is not null and j.lease_until < clock_timestamp()
         order by j.lease_until limit 100
           for update skip locked
    loop
        if v_lost.deaths + 1 >= p_deaths_max then
            update hostelry.jobs j
               set state = 'failed', is_quarantined = true, finished_at = clock_timestamp(), worker = null,
                   lease_until = null, deaths = v_lost.deaths + 1, holds_turn = false, error_code = 'internal',
                   error = format('The worker stopped %s times while it ran "%s". The job was put aside.',
                                  v_lost.deaths + 1, j.current_step),
                   not_undone = (select coalesce(array_agg(s.title order by s.position desc), '{}')
                                   from hostelry.job_steps s
                                  where s.tenant_id = j.tenant_id and s.job_id = j.id
                                    and s.state not in ('pending', 'undone'))
             where j.id = v_lost.id;
            update hostelry.job_steps s set state = 'failed', error = 'The worker stopped while it ran this step.'
             where s.tenant_id = v_lost.tenant_id and s.job_id = v_lost.id and s.state = 'running';
        else
            update hostelry.jobs j
               set state = case j.state when 'running' then 'queued' else j.state end, worker = null,
                   lease_until = null, deaths = v_lost.deaths + 1, run_at = clock_timestamp()
             where j.id = v_lost.id;
        end if;
        id := v_lost.id;
        kind := v_lost.kind;
        quarantined := v_lost.deaths + 1 >= p_deaths_max;
        return next;
    end loop;
    if found then
        perform pg_notify('hostelry_queue', '');
    end if;
end
$$;
select hostelry.make_definer_function('hostelry.recover_jobs(int)');

-- Removes finished jobs with their steps and log lines; answers how many.
create function hostelry.remove_finished_jobs(p_before timestamptz, p_count int) returns bigint language sql as $$
    with old as (
        select tenant_id, id from hostelry.jobs where finished_at < p_before order by finished_at limit p_count
           for update skip locked
    ), removed as (
        delete from hostelry.jobs j using old where j.tenant_id = old.tenant_id and j.id = old.id returning 1
    )
    select count(*) from removed;
$$;
select hostelry.make_definer_function('hostelry.remove_finished_jobs(timestamptz, int)');

-- Replaces the built-in schedules of the root tenant by the given ones; changed ones get the new next_at.
create function hostelry.set_built_in_schedules(p_schedules jsonb) returns void language plpgsql as $$
declare
    v_root uuid := hostelry.root_tenant();
begin
    if v_root is null then
        return; -- before set-up there is nobody they could belong to
    end if;
    perform pg_advisory_xact_lock(7305, 3);
    delete from hostelry.job_schedules s
     where s.is_built_in and s.name not in (select w ->> 'name' from jsonb_array_elements(p_schedules) w);
    insert into hostelry.job_schedules as s (tenant_id, name, kind, cron, time_zone, input, is_built_in, next_at)
    select v_root, w ->> 'name', w ->> 'kind', w ->> 'cron', w ->> 'time_zone', w -> 'input', true,
           (w ->> 'next_at')::timestamptz
      from jsonb_array_elements(p_schedules) w
    on conflict (tenant_id, name) do update
       set kind = excluded.kind, input = excluded.input, is_built_in = true,
           next_at = case when (s.cron, s.time_zone) = (excluded.cron, excluded.time_zone)
                          then s.next_at else excluded.next_at end,
           cron = excluded.cron, time_zone = excluded.time_zone;
end
$$;
select hostelry.make_definer_function('hostelry.set_built_in_schedules(jsonb)');

-- Schedules that are due, for the one worker that holds the election; nothing for the others.
create function hostelry.due_schedules(p_now timestamptz)
returns table (tenant_id uuid, id uuid, name text, kind text, cron text, time_zone text, input text,
               next_at timestamptz, is_running boolean)
language plpgsql as $$
begin
    if not pg_try_advisory_xact_lock(7305, 2) then
        return;
    end if;
    return query
    select s.tenant_id, s.id, s.name, s.kind, s.cron, s.time_zone, s.input::text, s.next_at,
           exists (select from hostelry.jobs j
                    where j.tenant_id = s.tenant_id and j.id = s.last_job_id
                      and j.state in ('queued', 'running', 'waiting', 'cancelling'))
      from hostelry.job_schedules s where s.next_at <= p_now order by s.next_at limit 100
       for update of s skip locked;
end
$$;
select hostelry.make_definer_function('hostelry.due_schedules(timestamptz)');
