-- Durable jobs: the rows. The functions that work on jobs of all tenants are in 0004.

-- What workers can run; written by them at their start, read when a job is enqueued or shown.
create table hostelry.job_kinds (
    name text primary key,
    title text not null,
    queue text not null,
    is_upkeep boolean not null,
    steps jsonb not null, -- [{"name": ..., "title": ...}, ...] in their order
    updated_at timestamptz not null default now()
);

create table hostelry.jobs (
    id uuid not null,
    tenant_id uuid not null references hostelry.tenants (id),
    -- Order of enqueueing; ids of one millisecond have none.
    number bigint generated always as identity,
    kind text not null,
    title text not null,
    queue text not null,
    is_upkeep boolean not null default false,
    priority smallint not null default 0 check (priority between -100 and 100),
    state text not null default 'queued' check (
        state in ('queued', 'running', 'waiting', 'succeeded', 'failed', 'cancelling', 'cancelled')),
    input jsonb not null default '{}',
    unique_key text,
    exclusive_key text,
    -- Keeps the turn of its exclusive_key from the first claim to the end, also while it waits.
    holds_turn boolean not null default false,
    actor_id uuid,
    subject_type text not null default '',
    subject_id uuid,
    created_at timestamptz not null default now(),
    run_at timestamptz not null default now(),
    started_at timestamptz,
    finished_at timestamptz,
    -- The lease. Every write of a worker names worker and fence; a worker that lost its lease writes nothing.
    worker text,
    fence bigint not null default 0,
    lease_until timestamptz,
    deaths int not null default 0, -- leases lost since the last finished step
    has_steps boolean not null default false, -- job_steps has rows of it
    is_undoing boolean not null default false,
    cancel_requested boolean not null default false,
    is_quarantined boolean not null default false,
    steps_done int not null default 0,
    current_step text not null default '',
    note text not null default '',
    error_code text not null default '',
    error text not null default '',
    not_undone text[] not null default '{}',
    primary key (tenant_id, id),
    constraint jobs_id unique (id),
    constraint jobs_lease_is_whole check ((worker is null) = (lease_until is null))
);
create unique index jobs_unique_key on hostelry.jobs (tenant_id, unique_key)
    where unique_key is not null and state in ('queued', 'running', 'waiting', 'cancelling');
create index jobs_ready on hostelry.jobs (tenant_id, priority desc, run_at, number)
    where worker is null and state in ('queued', 'waiting', 'cancelling');
create index jobs_due on hostelry.jobs (run_at)
    where worker is null and state in ('queued', 'waiting', 'cancelling');
create index jobs_leased on hostelry.jobs (lease_until) where worker is not null;
create index jobs_exclusive on hostelry.jobs (tenant_id, exclusive_key, number)
    where exclusive_key is not null and state in ('queued', 'running', 'waiting', 'cancelling');
create index jobs_of_subject on hostelry.jobs (tenant_id, subject_id) where subject_id is not null;
create index jobs_finished on hostelry.jobs (finished_at) where finished_at is not null;
select hostelry.protect_tenant_table('jobs');

create table hostelry.job_steps (
    tenant_id uuid not null,
    job_id uuid not null,
    position int not null,
    name text not null,
    title text not null,
    state text not null check (
        state in ('pending', 'running', 'waiting', 'retrying', 'done', 'failed', 'undoing', 'undone', 'undo_failed')),
    attempt int not null default 0, -- of the run, or of the undo once that has begun
    output jsonb,
    note text not null default '',
    error text not null default '',
    started_at timestamptz,
    finished_at timestamptz,
    primary key (tenant_id, job_id, name),
    foreign key (tenant_id, job_id) references hostelry.jobs (tenant_id, id) on delete cascade
);
select hostelry.protect_tenant_table('job_steps');

create table hostelry.job_log_lines (
    tenant_id uuid not null,
    job_id uuid not null,
    number bigint generated always as identity,
    at timestamptz not null,
    step text not null,
    text text not null,
    primary key (tenant_id, job_id, number),
    foreign key (tenant_id, job_id) references hostelry.jobs (tenant_id, id) on delete cascade
);
select hostelry.protect_tenant_table('job_log_lines');

create table hostelry.job_schedules (
    tenant_id uuid not null references hostelry.tenants (id),
    id uuid not null default gen_random_uuid(),
    name text not null,
    kind text not null,
    cron text not null,
    time_zone text not null,
    input jsonb not null default '{}',
    is_built_in boolean not null default false, -- comes from the program, not from a person
    next_at timestamptz not null,
    last_at timestamptz,
    last_job_id uuid,
    primary key (tenant_id, id),
    constraint job_schedules_name unique (tenant_id, name)
);
create index job_schedules_due on hostelry.job_schedules (next_at);
select hostelry.protect_tenant_table('job_schedules');

-- Notifications carry ids only: whoever hears them reads the rows with its own rights.
-- hostelry_queue: there may be work. hostelry_jobs: "<tenant>/<job>" has changed.
create function hostelry.jobs_wake_workers() returns trigger language plpgsql as $$
begin
    perform pg_notify('hostelry_queue', '');
    return null;
end
$$;
create trigger jobs_wake_workers after insert on hostelry.jobs
    for each statement execute function hostelry.jobs_wake_workers();

create function hostelry.jobs_tell_change() returns trigger language plpgsql as $$
begin
    perform pg_notify('hostelry_jobs', new.tenant_id || '/' || new.id);
    return null;
end
$$;
create trigger jobs_tell_creation after insert on hostelry.jobs
    for each row when (not new.is_upkeep) execute function hostelry.jobs_tell_change();
create trigger jobs_tell_change after update on hostelry.jobs
    for each row when (not new.is_upkeep and (
        new.state <> old.state or new.note <> old.note or new.steps_done <> old.steps_done
        or new.current_step <> old.current_step or new.cancel_requested <> old.cancel_requested
        or new.is_undoing <> old.is_undoing))
    execute function hostelry.jobs_tell_change();
