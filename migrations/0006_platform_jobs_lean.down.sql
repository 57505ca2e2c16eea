create or replace function hostelry.complete_jobs(p_worker text, p_ids uuid[], p_fences bigint[])
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

drop index hostelry.jobs_finished;
create index jobs_finished on hostelry.jobs (finished_at) where finished_at is not null;

create or replace function hostelry.seconds_to_next_job() returns double precision language sql stable as $$
    select extract(epoch from min(run_at) - clock_timestamp())::double precision from hostelry.jobs
     where worker is null and state in ('queued', 'waiting', 'cancelling') and run_at > clock_timestamp();
$$;
select hostelry.make_definer_function('hostelry.seconds_to_next_job()');
drop index hostelry.jobs_delayed;
create index jobs_due on hostelry.jobs (run_at)
    where worker is null and state in ('queued', 'waiting', 'cancelling');

alter table hostelry.events
    add constraint events_tenant_id_fkey foreign key (tenant_id) references hostelry.tenants (id);
alter table hostelry.jobs
    add constraint jobs_tenant_id_fkey foreign key (tenant_id) references hostelry.tenants (id);
