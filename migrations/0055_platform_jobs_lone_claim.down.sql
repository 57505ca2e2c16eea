-- As 0053 made it.
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
    v_chosen uuid[];
begin
    perform pg_advisory_xact_lock(7305, 1);
    perform set_config('synchronous_commit', 'off', true); -- a claim that is lost is made again

    loop
        select j.tenant_id into v_tenant from hostelry.jobs j
         where j.worker is null and j.state in ('queued', 'waiting', 'cancelling')
           and j.tenant_id > v_tenant
         order by j.tenant_id, j.priority desc, j.run_at, j.number limit 1;
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

    with busy as materialized (
        select j.tenant_id, j.queue, count(*) as jobs
          from (select w.tenant_id, w.queue from hostelry.jobs w where w.worker is not null offset 0) j
         group by 1, 2
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
               and (r.exclusive_key is null or r.holds_turn or (
                    select o.id from hostelry.jobs o
                     where o.tenant_id = r.tenant_id and o.exclusive_key = r.exclusive_key and o.id <> r.id
                       and o.state in ('queued', 'running', 'waiting', 'cancelling')
                       and (o.holds_turn or o.number < r.number)
                     order by o.number limit 1) is null)
             order by r.priority desc, r.run_at, r.number
             limit p_count) j
    ), fair as (
        select r.id, r.priority, r.turn,
               r.place + coalesce((select sum(b.jobs) from busy b where b.tenant_id = r.tenant_id), 0) as tenant_place,
               row_number() over (partition by r.queue order by r.priority desc, r.place, r.turn)
                   + coalesce((select sum(b.jobs) from busy b where b.queue = r.queue), 0) as queue_place,
               (p_queue_limits ->> r.queue)::int as queue_limit
          from ready r
    )
    select array_agg(j.id) into v_chosen
      from (select f.id from fair f
             where (p_tenant_limit <= 0 or f.tenant_place <= p_tenant_limit)
               and (coalesce(f.queue_limit, 0) <= 0 or f.queue_place <= f.queue_limit)
             order by f.priority desc, f.tenant_place, f.turn
             limit p_count) f
     cross join lateral (
        select l.id, l.worker, l.state from hostelry.jobs l where l.id = f.id
         limit 1 -- keeps the conditions below out of here
           for update skip locked) j
     where j.worker is null and j.state in ('queued', 'waiting', 'cancelling');
    if v_chosen is null then
        return;
    end if;

    return query
    with claimed as (
        update hostelry.jobs u
           set state = case u.state when 'cancelling' then 'cancelling' else 'running' end,
               worker = p_worker, fence = u.fence + 1, lease_until = clock_timestamp() + p_lease,
               started_at = coalesce(u.started_at, clock_timestamp()), holds_turn = u.exclusive_key is not null
         where u.id = any (v_chosen)
        returning u.*
    )
    select c.id, c.tenant_id, c.kind, c.state, c.fence, c.input::text, c.actor_id, c.is_upkeep, c.has_steps,
           c.is_undoing, c.cancel_requested, c.steps_done, c.error_code, c.error, c.not_undone,
           c.exclusive_key is not null
      from claimed c order by array_position(v_chosen, c.id);
end
$$;
select hostelry.make_definer_function('hostelry.claim_jobs(text, text[], int, interval, int, jsonb, uuid, uuid[])');
alter function hostelry.claim_jobs(text, text[], int, interval, int, jsonb, uuid, uuid[])
    set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_bitmapscan = off
    set enable_hashjoin = off set enable_mergejoin = off set enable_sort = off set enable_incremental_sort = off;
