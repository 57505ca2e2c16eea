-- People, their sessions and the one-time links by which a password is set.

create table hostelry.users (
    tenant_id uuid not null references hostelry.tenants (id),
    id uuid not null,
    email text not null check (char_length(email) between 3 and 254),
    name text not null check (char_length(name) between 1 and 200),
    role text not null check (role in ('superadmin', 'admin', 'reseller', 'client')),
    password_hash text, -- none until the person has set one
    time_zone text not null,
    locale text not null,
    state text not null default 'active' check (state in ('active', 'suspended')),
    -- Sessions begun earlier are over: moved by a new password, another role, a suspension.
    sessions_valid_from timestamptz not null,
    created_at timestamptz not null,
    last_sign_in_at timestamptz,
    request_key text,
    primary key (tenant_id, id)
);
create unique index users_id on hostelry.users (id);
create unique index users_email on hostelry.users (lower(email));
create unique index users_request_key on hostelry.users (tenant_id, request_key) where request_key is not null;
select hostelry.protect_tenant_table('users');
select hostelry.open_to_definer('users', 'select');

-- The last wall behind the rules of the users feature: staff live at the top of the tree and nowhere else.
create function hostelry.users_role_fits_tenant() returns trigger language plpgsql as $$
begin
    if (select t.kind from hostelry.tenants t where t.id = new.tenant_id) is distinct from
       (case when new.role in ('superadmin', 'admin') then 'root' else new.role end) then
        raise exception 'role % does not belong into this tenant', new.role
            using errcode = 'check_violation', constraint = 'users_role_fits_tenant';
    end if;
    return new;
end
$$;
create trigger users_role_fits_tenant before insert or update of role, tenant_id on hostelry.users
    for each row execute function hostelry.users_role_fits_tenant();

create table hostelry.sessions (
    tenant_id uuid not null, -- the home of its user
    id uuid not null,
    user_id uuid not null,
    token_hash text not null,
    acting_tenant_id uuid not null,
    created_at timestamptz not null,
    last_seen_at timestamptz not null,
    expires_at timestamptz not null,
    idle_seconds int not null,
    ended_at timestamptz,
    client_address text not null default '',
    user_agent text not null default '',
    primary key (tenant_id, id),
    foreign key (tenant_id, user_id) references hostelry.users (tenant_id, id) on delete cascade
);
create unique index sessions_token on hostelry.sessions (token_hash);
create unique index sessions_id on hostelry.sessions (id);
create index sessions_of_user on hostelry.sessions (tenant_id, user_id);
create index sessions_expired on hostelry.sessions (expires_at);
select hostelry.protect_tenant_table('sessions');
select hostelry.open_to_definer('sessions', 'select, update (last_seen_at), delete');

create table hostelry.password_links (
    tenant_id uuid not null,
    id uuid not null,
    user_id uuid not null,
    token_hash text not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at timestamptz,
    primary key (tenant_id, id),
    foreign key (tenant_id, user_id) references hostelry.users (tenant_id, id) on delete cascade
);
create unique index password_links_token on hostelry.password_links (token_hash);
create index password_links_of_user on hostelry.password_links (tenant_id, user_id);
select hostelry.protect_tenant_table('password_links');
select hostelry.open_to_definer('password_links', 'select');

-- The link by which the first superadmin is made. At most one is open; there is no tenant yet.
create table hostelry.setup_links (
    one boolean primary key default true check (one),
    token_hash text not null,
    created_at timestamptz not null,
    expires_at timestamptz not null
);

-- Who holds this session, when it is alive; its last use is written at most twice a minute. The acting tenant falls back
-- to the home when it is gone.
create function hostelry.authenticate_session(p_token_hash text, p_now timestamptz)
returns table (session_id uuid, user_id uuid, home_id uuid, acting_id uuid, name text, role text, locale text,
               time_zone text)
language plpgsql as $$
declare
    v record;
begin
    select s.tenant_id, s.id, s.user_id, s.acting_tenant_id, s.last_seen_at, u.name, u.role, u.locale, u.time_zone
      into v
      from hostelry.sessions s
      join hostelry.users u on u.tenant_id = s.tenant_id and u.id = s.user_id
     where s.token_hash = p_token_hash and s.ended_at is null and s.expires_at > p_now
       and s.last_seen_at + make_interval(secs => s.idle_seconds) > p_now
       and s.created_at >= u.sessions_valid_from and u.state = 'active'
       and not exists (select from hostelry.tenant_closure c join hostelry.tenants t on t.id = c.ancestor_id
                        where c.descendant_id = s.tenant_id and t.state <> 'active');
    if not found then
        return;
    end if;
    if v.last_seen_at < p_now - interval '30 seconds' then
        update hostelry.sessions s set last_seen_at = p_now where s.tenant_id = v.tenant_id and s.id = v.id;
    end if;
    return query
    select v.id, v.user_id, v.tenant_id,
           coalesce((select t.id from hostelry.tenants t
                       join hostelry.tenant_closure c on c.descendant_id = t.id and c.ancestor_id = v.tenant_id
                      where t.id = v.acting_tenant_id and t.state <> 'deleted'), v.tenant_id),
           v.name, v.role, v.locale, v.time_zone;
end
$$;
select hostelry.make_definer_function('hostelry.authenticate_session(text, timestamptz)');

-- Those of the given sessions that are alive.
create function hostelry.live_sessions(p_ids uuid[], p_now timestamptz) returns setof uuid language sql stable as $$
    select s.id
      from hostelry.sessions s
      join hostelry.users u on u.tenant_id = s.tenant_id and u.id = s.user_id
     where s.id = any (p_ids) and s.ended_at is null and s.expires_at > p_now
       and s.last_seen_at + make_interval(secs => s.idle_seconds) > p_now
       and s.created_at >= u.sessions_valid_from and u.state = 'active'
       and not exists (select from hostelry.tenant_closure c join hostelry.tenants t on t.id = c.ancestor_id
                        where c.descendant_id = s.tenant_id and t.state <> 'active');
$$;
select hostelry.make_definer_function('hostelry.live_sessions(uuid[], timestamptz)');

-- The account behind an address, for sign-in only. A suspended person or tenant is told apart after the password.
create function hostelry.find_account(p_email text)
returns table (tenant_id uuid, user_id uuid, role text, password_hash text, is_active boolean)
language sql stable as $$
    select u.tenant_id, u.id, u.role, u.password_hash,
           u.state = 'active' and not exists (
               select from hostelry.tenant_closure c join hostelry.tenants t on t.id = c.ancestor_id
                where c.descendant_id = u.tenant_id and t.state <> 'active')
      from hostelry.users u where lower(u.email) = lower(p_email);
$$;
select hostelry.make_definer_function('hostelry.find_account(text)');

create function hostelry.find_password_link(p_token_hash text, p_now timestamptz)
returns table (tenant_id uuid, user_id uuid, name text, email text) language sql stable as $$
    select u.tenant_id, u.id, u.name, u.email
      from hostelry.password_links l
      join hostelry.users u on u.tenant_id = l.tenant_id and u.id = l.user_id
     where l.token_hash = p_token_hash and l.used_at is null and l.expires_at > p_now and u.state = 'active';
$$;
select hostelry.make_definer_function('hostelry.find_password_link(text, timestamptz)');

create function hostelry.has_superadmin() returns boolean language sql stable as $$
    select exists (select from hostelry.users where role = 'superadmin');
$$;
select hostelry.make_definer_function('hostelry.has_superadmin()');

-- The name of a person anywhere in the tree, for records of what they did; NULL when they are gone.
create function hostelry.user_name(p_user uuid) returns text language sql stable as $$
    select name from hostelry.users where id = p_user;
$$;
select hostelry.make_definer_function('hostelry.user_name(uuid)');

-- Forgets sessions that ended long ago; answers how many.
create function hostelry.purge_sessions(p_before timestamptz) returns bigint language sql as $$
    with gone as (delete from hostelry.sessions where expires_at < p_before returning 1) select count(*) from gone;
$$;
select hostelry.make_definer_function('hostelry.purge_sessions(timestamptz)');
