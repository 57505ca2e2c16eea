-- The outbox. A row is written with the change it tells of and never changes, but for its position.
--
-- Positions are given after the commit, by one sealer at a time, in the order of `number` over all rows it can see: a row
-- that commits late gets a late position instead of being skipped, and an event that was caused by a committed one has
-- the higher number and so the higher position.

create table hostelry.events (
    id uuid not null,
    tenant_id uuid not null references hostelry.tenants (id),
    number bigint generated always as identity,
    position bigint,
    at timestamptz not null default clock_timestamp(),
    type text not null check (type ~ '^[a-z0-9_]+(\.[a-z0-9_]+)+$'),
    actor_id uuid,
    subject_type text not null default '',
    subject_id uuid,
    data jsonb not null default '{}',
    client_address text not null default '',
    request_id text not null default '',
    primary key (tenant_id, id)
);
create unique index events_position on hostelry.events (position) where position is not null;
create index events_unsealed on hostelry.events (number) where position is null;
create index events_of_subject on hostelry.events (tenant_id, subject_id, number) where subject_id is not null;
create index events_of_tenant on hostelry.events (tenant_id, number);
select hostelry.protect_tenant_table('events');
revoke update, delete on hostelry.events from hostelry_app;
select hostelry.open_to_definer('events', 'select, update (position)');

create function hostelry.events_are_append_only() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' then
        if old.position is null and new.position is not null
           and to_jsonb(old) - 'position' = to_jsonb(new) - 'position' then
            return new;
        end if;
    end if;
    raise exception 'events are append-only' using errcode = 'integrity_constraint_violation';
end
$$;
create trigger events_are_append_only before update or delete on hostelry.events
    for each row execute function hostelry.events_are_append_only();
create trigger events_are_not_truncated before truncate on hostelry.events
    for each statement execute function hostelry.events_are_append_only();

create function hostelry.events_wake_dispatchers() returns trigger language plpgsql as $$
begin
    perform pg_notify('hostelry_events', '');
    return null;
end
$$;
create trigger events_wake_dispatchers after insert on hostelry.events
    for each statement execute function hostelry.events_wake_dispatchers();

-- The last position given. One row.
create table hostelry.event_seal (
    one boolean primary key default true check (one),
    position bigint not null
);
insert into hostelry.event_seal (position) values (0);
revoke insert, update, delete on hostelry.event_seal from hostelry_app;
select hostelry.open_to_definer('event_seal', 'select, update');

create table hostelry.event_listeners (
    name text primary key,
    position bigint not null, -- of the last event it has dealt with
    failures int not null default 0, -- in a row, at the event after `position`
    next_try_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

create table hostelry.event_dead_letters (
    tenant_id uuid not null,
    id uuid not null default gen_random_uuid(),
    listener text not null,
    event_id uuid not null,
    event_position bigint not null,
    failures int not null,
    error text not null,
    at timestamptz not null default now(),
    primary key (tenant_id, id),
    foreign key (tenant_id, event_id) references hostelry.events (tenant_id, id)
);
create index event_dead_letters_of_listener on hostelry.event_dead_letters (listener);
select hostelry.protect_tenant_table('event_dead_letters');
select hostelry.open_to_definer('event_dead_letters', 'select');

-- Gives positions to what has none; answers how many, 0 also when another sealer is at it.
create function hostelry.seal_events(p_count int) returns bigint language plpgsql as $$
declare
    v_sealed bigint;
begin
    if not pg_try_advisory_xact_lock(7305, 4) then
        return 0;
    end if;
    with unsealed as (
        select e.tenant_id, e.id, row_number() over (order by e.number) as place
          from (select tenant_id, id, number from hostelry.events where position is null
                 order by number limit p_count) e
    ), sealed as (
        update hostelry.events e set position = s.position + u.place
          from unsealed u cross join hostelry.event_seal s
         where e.tenant_id = u.tenant_id and e.id = u.id
        returning 1
    )
    select count(*) into v_sealed from sealed;
    if v_sealed > 0 then
        update hostelry.event_seal set position = position + v_sealed;
        perform pg_notify('hostelry_sealed', '');
    end if;
    return v_sealed;
end
$$;
select hostelry.make_definer_function('hostelry.seal_events(int)');

-- The next event for a listener, whose row stays locked until the transaction ends; nothing when there is none, when it
-- is not yet time to try again, or when another process serves this listener now. p_types are LIKE patterns.
create function hostelry.next_event(p_listener text, p_types text[])
returns table (
    event_position bigint, id uuid, at timestamptz, type text, tenant_id uuid, actor_id uuid, subject_type text,
    subject_id uuid, data text, client_address text, request_id text, failures int)
language plpgsql as $$
declare
    v_listener record;
    v_sealed bigint;
begin
    select l.position, l.failures into v_listener from hostelry.event_listeners l
     where l.name = p_listener and l.next_try_at <= clock_timestamp() for update skip locked;
    if not found then
        return;
    end if;
    select s.position into v_sealed from hostelry.event_seal s;
    if v_listener.position >= v_sealed then
        return;
    end if;
    return query
    select e.position, e.id, e.at, e.type, e.tenant_id, e.actor_id, e.subject_type, e.subject_id, e.data::text,
           e.client_address, e.request_id, v_listener.failures
      from hostelry.events e
     where e.position > v_listener.position and e.position <= v_sealed and e.type like any (p_types)
     order by e.position limit 1;
    if not found then
        update hostelry.event_listeners l set position = v_sealed, updated_at = clock_timestamp()
         where l.name = p_listener;
    end if;
end
$$;
select hostelry.open_to_definer('event_listeners', 'select, update');
select hostelry.make_definer_function('hostelry.next_event(text, text[])');

-- How far each listener is, with its dead letters of all tenants.
create function hostelry.event_listener_status()
returns table (name text, event_position bigint, behind bigint, dead_letters bigint) language sql stable as $$
    select l.name, l.position, s.position - l.position,
           (select count(*) from hostelry.event_dead_letters d where d.listener = l.name)
      from hostelry.event_listeners l cross join hostelry.event_seal s order by l.name;
$$;
select hostelry.make_definer_function('hostelry.event_listener_status()');
