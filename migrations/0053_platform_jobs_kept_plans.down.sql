drop index hostelry.jobs_finished;
create index jobs_finished on hostelry.jobs using brin (finished_at);

create or replace function hostelry.complete_jobs(p_worker text, p_ids uuid[], p_fences bigint[])
returns setof uuid language sql as $$
    with done as (
        update hostelry.jobs j
           set state = 'succeeded', finished_at = clock_timestamp(), worker = null, lease_until = null, deaths = 0,
               steps_done = 1, holds_turn = false, error = '', error_code = ''
          from unnest(p_ids, p_fences) as held (id, fence)
         where j.id = held.id and j.worker = p_worker and j.fence = held.fence and not j.cancel_requested
        returning j.id, j.exclusive_key
    ), told as (
        select pg_notify('hostelry_queue', '') from done where exclusive_key is not null limit 1
    )
    select id from done where (select count(*) from told) >= 0;
$$;
select hostelry.make_definer_function('hostelry.complete_jobs(text, uuid[], bigint[])');

create or replace function hostelry.seconds_to_next_job() returns double precision language sql stable as $$
    select extract(epoch from min(run_at) - clock_timestamp())::double precision from hostelry.jobs
     where worker is null and state in ('queued', 'waiting', 'cancelling') and run_at > created_at
       and run_at > clock_timestamp();
$$;
select hostelry.make_definer_function('hostelry.seconds_to_next_job()');

create or replace function hostelry.claim_jobs(
    p_worker text, p_kinds text[], p_count int, p_lease interval,
    p_tenant_limit int, p_queue_limits jsonb, p_after uuid, p_except uuid[])
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
               and r.id <> all (p_except)
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
        select j.id
          from (select f.id from fair f
                 where (p_tenant_limit <= 0 or f.tenant_place <= p_tenant_limit)
                   and (coalesce(f.queue_limit, 0) <= 0 or f.queue_place <= f.queue_limit)
                 order by f.priority desc, f.tenant_place, f.turn
                 limit p_count) f
         cross join lateral (
            select l.id, l.worker, l.state from hostelry.jobs l where l.id = f.id
             limit 1 -- keeps the conditions below out of here
               for update skip locked) j
         where j.worker is null and j.state in ('queued', 'waiting', 'cancelling')
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
select hostelry.make_definer_function('hostelry.claim_jobs(text, text[], int, interval, int, jsonb, uuid, uuid[])');
alter function hostelry.claim_jobs(text, text[], int, interval, int, jsonb, uuid, uuid[])
    set enable_seqscan = off set enable_bitmapscan = off;
