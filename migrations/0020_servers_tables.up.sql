-- Managed servers, to whom they are offered, and the talk with their agents.

create table hostelry.servers (
    tenant_id uuid not null references hostelry.tenants (id),
    id uuid not null,
    name text not null check (name ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
    kind text not null check (kind in ('ssh', 'local')),
    address text not null check (char_length(address) between 1 and 253),
    public_address text not null default '', -- literal for DNS records; known once the server was looked at
    ssh_port int not null default 22 check (ssh_port between 1 and 65535),
    ssh_user text not null default 'root',
    host_key text not null default '', -- pinned: "ssh-ed25519 AAAA..."; empty for this machine
    state text not null default 'queued' check (state in ('queued', 'provisioning', 'ready', 'failed', 'removing')),
    cause text not null default '', -- why it failed, for people
    request_key text,
    created_at timestamptz not null default now(),
    state_since timestamptz not null default now(),
    -- What the agent says; untrusted text.
    facts jsonb not null default '{}',
    agent_version text not null default '',
    boot_id text not null default '',
    status jsonb,
    status_at timestamptz,
    last_seen_at timestamptz,
    offline_since timestamptz, -- its connection ended and no other has begun
    announced_at timestamptz,
    -- Fingerprints of the certificates that admit it: the present one, and a renewed one until it is first used.
    agent_session uuid,
    agent_certificate text,
    agent_certificate_until timestamptz,
    agent_certificate_next text,
    agent_certificate_next_until timestamptz,
    primary key (tenant_id, id),
    constraint servers_id unique (id),
    constraint servers_name unique (tenant_id, name),
    constraint servers_request_key unique (tenant_id, request_key),
    constraint servers_host_key_is_pinned check ((kind = 'local') = (host_key = ''))
);
-- One machine is managed once, whoever added it.
create unique index servers_address on hostelry.servers (lower(address), ssh_port);
create unique index servers_one_local on hostelry.servers (kind) where kind = 'local';
select hostelry.protect_tenant_table('servers');

-- A server of an ancestor, offered to a tenant (architecture 12.1). The row belongs to the tenant that may use it.
create table hostelry.server_placements (
    tenant_id uuid not null references hostelry.tenants (id),
    server_id uuid not null,
    offered_by uuid not null, -- the tenant that offered it: the owner, or one it was offered to
    created_at timestamptz not null default now(),
    primary key (tenant_id, server_id)
);
create index server_placements_of_server on hostelry.server_placements (server_id);
select hostelry.protect_tenant_table('server_placements');

-- One-time tokens with which an agent gets its first certificate; only their hashes.
create table hostelry.agent_enrolments (
    tenant_id uuid not null,
    id uuid not null,
    server_id uuid not null,
    token_hash text not null unique,
    expires_at timestamptz not null,
    used_at timestamptz,
    primary key (tenant_id, id),
    foreign key (tenant_id, server_id) references hostelry.servers (tenant_id, id) on delete cascade
);
create index agent_enrolments_of_server on hostelry.agent_enrolments (tenant_id, server_id);
select hostelry.protect_tenant_table('agent_enrolments');

-- Plans on their way to an agent and the answers. The id is the plan's; plan and answer are sealed: they hold passwords.
create table hostelry.agent_commands (
    tenant_id uuid not null,
    id uuid not null,
    server_id uuid not null,
    plan_sealed text not null,
    plan_digest text not null,
    timeout_seconds int not null check (timeout_seconds between 1 and 3600),
    created_at timestamptz not null default now(),
    sent_session uuid, -- the connection that carried it last
    sent_at timestamptz,
    abandoned_at timestamptz, -- nobody waits any more; not sent again
    progress jsonb not null default '[]',
    answered_at timestamptz,
    answer_sealed text,
    primary key (tenant_id, id),
    constraint agent_commands_id unique (id),
    foreign key (tenant_id, server_id) references hostelry.servers (tenant_id, id) on delete cascade
);
create index agent_commands_open on hostelry.agent_commands (server_id, created_at) where answered_at is null;
create index agent_commands_answered on hostelry.agent_commands (answered_at) where answered_at is not null;
select hostelry.protect_tenant_table('agent_commands');
-- Only the definer functions below touch it.
revoke select, insert, update, delete on hostelry.agent_commands from hostelry_app;

-- Keys of the installation: "ssh" (how the panel signs in to servers) and "agent_ca" (certificates of the agents).
create table hostelry.server_keys (
    name text primary key check (name in ('ssh', 'agent_ca')),
    public_text text not null,
    key_sealed text not null,
    created_at timestamptz not null default now()
);
revoke update, delete on hostelry.server_keys from hostelry_app;

select hostelry.open_to_definer('servers', 'select, update');
select hostelry.open_to_definer('server_placements', 'select');
select hostelry.open_to_definer('agent_enrolments', 'select, update');
select hostelry.open_to_definer('agent_commands', 'select, insert, update, delete');

create function hostelry.is_agent_online(p_last_seen timestamptz, p_offline_since timestamptz) returns boolean
    language sql volatile as $$
    select p_last_seen is not null and p_offline_since is null and p_last_seen > clock_timestamp() - interval '30 seconds';
$$;
grant execute on function hostelry.is_agent_online(timestamptz, timestamptz) to hostelry_app, hostelry_definer;

-- The servers a tenant may put things on: its own and those offered to it. The tenant must lie in the transaction's tree.
-- Locks what it answers against removal (share) until the end of the transaction when one server is asked for.
create function hostelry.usable_servers(p_tenant uuid, p_server uuid)
returns table (id uuid, owner uuid, name text, address text, php_versions jsonb, state text, online boolean)
language plpgsql as $$
begin
    if p_server is not null then
        perform 1 from hostelry.servers s where s.id = p_server for share;
    end if;
    return query
    select s.id, s.tenant_id, s.name, s.public_address, coalesce(s.facts -> 'php_versions', '[]'), s.state,
           hostelry.is_agent_online(s.last_seen_at, s.offline_since)
      from hostelry.servers s
     where exists (select from hostelry.tenant_closure c
                    where c.ancestor_id = hostelry.current_tenant() and c.descendant_id = p_tenant)
       and (p_server is null or s.id = p_server)
       and (s.tenant_id = p_tenant or exists (
            select from hostelry.server_placements p where p.tenant_id = p_tenant and p.server_id = s.id))
     order by (s.state = 'ready') desc, s.name, s.id
     limit 500;
end
$$;
select hostelry.make_definer_function('hostelry.usable_servers(uuid, uuid)');

-- Enrolment: true when the token was this server's, unused and in time; it is used up and the certificate counts.
create function hostelry.enrol_agent(
    p_server uuid, p_token_hash text, p_certificate text, p_until timestamptz) returns boolean language plpgsql as $$
begin
    update hostelry.agent_enrolments e set used_at = clock_timestamp()
     where e.server_id = p_server and e.token_hash = p_token_hash and e.used_at is null
       and e.expires_at > clock_timestamp();
    if not found then
        return false;
    end if;
    update hostelry.servers s
       set agent_certificate = p_certificate, agent_certificate_until = p_until, agent_certificate_next = null,
           agent_certificate_next_until = null, agent_session = null, offline_since = clock_timestamp()
     where s.id = p_server and s.state <> 'removing';
    return found;
end
$$;
select hostelry.make_definer_function('hostelry.enrol_agent(uuid, text, text, timestamptz)');

-- A session begins: answers the tenant, or nothing when the certificate is not (or no longer) this server's.
create function hostelry.admit_agent(
    p_server uuid, p_certificate text, p_session uuid, p_version text, p_boot_id text, p_facts jsonb)
returns table (tenant_id uuid) language plpgsql as $$
begin
    return query
    update hostelry.servers s
       set agent_session = p_session, agent_version = p_version, boot_id = p_boot_id, facts = p_facts,
           last_seen_at = clock_timestamp(), offline_since = null, announced_at = clock_timestamp(),
           agent_certificate = p_certificate,
           agent_certificate_until = case when s.agent_certificate = p_certificate
                                          then s.agent_certificate_until else s.agent_certificate_next_until end,
           agent_certificate_next = case when s.agent_certificate = p_certificate then s.agent_certificate_next end,
           agent_certificate_next_until =
               case when s.agent_certificate = p_certificate then s.agent_certificate_next_until end
     where s.id = p_server and p_certificate in (s.agent_certificate, s.agent_certificate_next)
    returning s.tenant_id;
    if found then
        perform pg_notify('hostelry_changes', 'server/' || s.id || '/' || s.tenant_id)
           from hostelry.servers s where s.id = p_server;
        perform pg_notify('hostelry_agent', p_server::text); -- an older session elsewhere sees that it is replaced
    end if;
end
$$;
select hostelry.make_definer_function('hostelry.admit_agent(uuid, text, uuid, text, text, jsonb)');

-- A sign of life; false when another session took over or the certificate was revoked. Pages hear of it twice a minute.
create function hostelry.note_agent_status(p_server uuid, p_session uuid, p_status jsonb) returns boolean
language plpgsql as $$
declare
    v_tenant uuid;
    v_announce boolean;
begin
    select s.tenant_id, s.announced_at is null or s.announced_at < clock_timestamp() - interval '25 seconds'
      into v_tenant, v_announce
      from hostelry.servers s
     where s.id = p_server and s.agent_session = p_session and s.agent_certificate is not null for no key update;
    if not found then
        return false;
    end if;
    perform set_config('synchronous_commit', 'off', true); -- the next heartbeat repairs a lost one
    update hostelry.servers s
       set last_seen_at = clock_timestamp(), offline_since = null,
           status = coalesce(p_status, s.status),
           status_at = case when p_status is null then s.status_at else clock_timestamp() end,
           announced_at = case when v_announce then clock_timestamp() else s.announced_at end
     where s.id = p_server;
    if v_announce then
        perform pg_notify('hostelry_changes', 'server/' || p_server || '/' || v_tenant);
    end if;
    return true;
end
$$;
select hostelry.make_definer_function('hostelry.note_agent_status(uuid, uuid, jsonb)');

create function hostelry.release_agent(p_server uuid, p_session uuid) returns void language plpgsql as $$
declare
    v_tenant uuid;
begin
    update hostelry.servers s set offline_since = clock_timestamp(), agent_session = null
     where s.id = p_server and s.agent_session = p_session
    returning s.tenant_id into v_tenant;
    if found then
        perform pg_notify('hostelry_changes', 'server/' || p_server || '/' || v_tenant);
    end if;
end
$$;
select hostelry.make_definer_function('hostelry.release_agent(uuid, uuid)');

create function hostelry.renew_agent(p_server uuid, p_session uuid, p_certificate text, p_until timestamptz)
returns boolean language plpgsql as $$
begin
    update hostelry.servers s set agent_certificate_next = p_certificate, agent_certificate_next_until = p_until
     where s.id = p_server and s.agent_session = p_session and s.agent_certificate is not null;
    return found;
end
$$;
select hostelry.make_definer_function('hostelry.renew_agent(uuid, uuid, text, timestamptz)');

-- Puts a plan into the outbox of a server. "posted", "again" (it is there already: wait for it), "other" (the id belongs
-- to another plan or server), "unknown" (no such server, or it has no agent).
create function hostelry.post_agent_command(
    p_id uuid, p_server uuid, p_plan_sealed text, p_plan_digest text, p_timeout_seconds int)
returns text language plpgsql as $$
declare
    v_server record;
    v_command record;
begin
    select s.tenant_id, s.agent_certificate is not null as enrolled into v_server
      from hostelry.servers s where s.id = p_server;
    if not found or not v_server.enrolled then
        return 'unknown';
    end if;
    insert into hostelry.agent_commands (tenant_id, id, server_id, plan_sealed, plan_digest, timeout_seconds)
    values (v_server.tenant_id, p_id, p_server, p_plan_sealed, p_plan_digest, p_timeout_seconds)
    on conflict (id) do nothing;
    if found then
        perform pg_notify('hostelry_agent', p_server::text);
        return 'posted';
    end if;
    select c.server_id, c.plan_digest, c.abandoned_at is not null as abandoned into v_command
      from hostelry.agent_commands c where c.id = p_id;
    if v_command.server_id is distinct from p_server or v_command.plan_digest is distinct from p_plan_digest then
        return 'other';
    end if;
    if v_command.abandoned then
        update hostelry.agent_commands c set abandoned_at = null, sent_session = null
         where c.id = p_id and c.answered_at is null;
        perform pg_notify('hostelry_agent', p_server::text);
    end if;
    return 'again';
end
$$;
select hostelry.make_definer_function('hostelry.post_agent_command(uuid, uuid, text, text, int)');

-- What this session has not sent yet; sent by an earlier one counts as not sent. Nothing for a session that was replaced.
create function hostelry.take_agent_commands(p_server uuid, p_session uuid)
returns table (id uuid, plan_sealed text, timeout_seconds int) language sql as $$
    update hostelry.agent_commands c set sent_session = p_session, sent_at = clock_timestamp()
     where c.id in (
        select o.id from hostelry.agent_commands o
          join hostelry.servers s on s.id = o.server_id and s.agent_session = p_session
         where o.server_id = p_server and o.answered_at is null and o.abandoned_at is null
           and o.sent_session is distinct from p_session
         order by o.created_at limit 4 for update of o skip locked)
    returning c.id, c.plan_sealed, c.timeout_seconds;
$$;
select hostelry.make_definer_function('hostelry.take_agent_commands(uuid, uuid)');

-- An agent speaks of its own server's plans only; others are ignored.
create function hostelry.note_agent_progress(p_server uuid, p_id uuid, p_progress jsonb) returns void
language plpgsql as $$
begin
    perform set_config('synchronous_commit', 'off', true);
    update hostelry.agent_commands c set progress = c.progress || p_progress
     where c.id = p_id and c.server_id = p_server and c.answered_at is null and jsonb_array_length(c.progress) < 1000;
    if found then
        perform pg_notify('hostelry_agent_answers', p_id::text);
    end if;
end
$$;
select hostelry.make_definer_function('hostelry.note_agent_progress(uuid, uuid, jsonb)');

create function hostelry.answer_agent_command(p_server uuid, p_id uuid, p_answer_sealed text) returns boolean
language plpgsql as $$
begin
    update hostelry.agent_commands c set answered_at = clock_timestamp(), answer_sealed = p_answer_sealed
     where c.id = p_id and c.server_id = p_server and c.answered_at is null;
    if found then
        perform pg_notify('hostelry_agent_answers', p_id::text);
    end if;
    return found;
end
$$;
select hostelry.make_definer_function('hostelry.answer_agent_command(uuid, uuid, text)');

-- What the one who waits wants to know; progress after the entries it has seen.
create function hostelry.see_agent_command(p_id uuid, p_seen int)
returns table (answer_sealed text, progress jsonb, sent boolean, online boolean) language sql as $$
    select c.answer_sealed,
           (select coalesce(jsonb_agg(e.value order by e.place), '[]')
              from jsonb_array_elements(c.progress) with ordinality as e (value, place) where e.place > p_seen),
           c.sent_at is not null, hostelry.is_agent_online(s.last_seen_at, s.offline_since)
      from hostelry.agent_commands c join hostelry.servers s on s.id = c.server_id
     where c.id = p_id;
$$;
select hostelry.make_definer_function('hostelry.see_agent_command(uuid, int)');

-- Nobody waits any more. True when the agent may have it: something may happen yet. One that was never sent is gone.
create function hostelry.abandon_agent_command(p_id uuid) returns boolean language plpgsql as $$
begin
    delete from hostelry.agent_commands c where c.id = p_id and c.sent_at is null;
    if found then
        return false;
    end if;
    update hostelry.agent_commands c set abandoned_at = clock_timestamp()
     where c.id = p_id and c.answered_at is null;
    return true;
end
$$;
select hostelry.make_definer_function('hostelry.abandon_agent_command(uuid)');

-- Upkeep: answers nobody will ask for again, plans that never found their agent, old tokens.
create function hostelry.purge_agent_commands() returns bigint language plpgsql as $$
declare
    v_gone bigint;
begin
    delete from hostelry.agent_commands c
     where c.answered_at < clock_timestamp() - interval '1 day'
        or (c.answered_at is null and c.created_at < clock_timestamp() - interval '2 days');
    get diagnostics v_gone = row_count;
    return v_gone;
end
$$;
select hostelry.make_definer_function('hostelry.purge_agent_commands()');
