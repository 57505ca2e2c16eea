-- Sites: one application with its names on one server.
create table hostelry.sites (
    tenant_id uuid not null references hostelry.tenants (id),
    id uuid not null,
    -- Unix user, pool and database on the server.
    key text not null check (key ~ '^s[a-z0-9]{3,15}$'),
    domain text not null check (octet_length(domain) between 1 and 253),
    with_www boolean not null,
    plugin text not null,
    template text not null,
    template_title text not null,
    template_icon text not null default '',
    options jsonb not null default '{}', -- nothing secret
    secrets text not null,               -- sealed: seed and secret options
    -- Names of generated secret options nobody has looked at yet.
    unrevealed text[] not null default '{}',
    php_version text not null default '',
    -- The server may be an ancestor's (an offering), so no foreign key crosses tenants. Name and address as they were
    -- when the site was placed: its records and its removal need them, also when the offering is gone.
    server_id uuid not null,
    server_name text not null,
    server_address text not null,
    state text not null default 'queued' check (
        state in ('queued', 'deploying', 'ready', 'failed', 'suspending', 'suspended', 'resuming', 'deleting')),
    state_since timestamptz not null default now(),
    cause text not null default '',
    -- The job that may change the state; an older one that is run again does nothing.
    job_id uuid,
    -- What the template says about the virtual host, its health and its login page; known once installed.
    web jsonb,
    https text not null default 'pending' check (https in ('pending', 'active')),
    https_hint text not null default '',
    request_key text check (octet_length(request_key) between 1 and 200),
    created_by uuid,
    created_at timestamptz not null default now(),
    deployed_at timestamptz,
    primary key (tenant_id, id),
    constraint sites_id unique (id),
    constraint sites_key unique (key),
    constraint sites_request_key unique (tenant_id, request_key)
);
create index sites_by_domain on hostelry.sites (tenant_id, domain);
create index sites_by_server on hostelry.sites (server_id);
select hostelry.protect_tenant_table('sites');

-- Every host name a site answers to. One site owns a name in the whole installation.
create table hostelry.site_names (
    tenant_id uuid not null,
    site_id uuid not null,
    name text not null,
    reversed text not null generated always as (reverse(name)) stored,
    primary key (tenant_id, site_id, name),
    constraint site_names_name unique (name),
    foreign key (tenant_id, site_id) references hostelry.sites (tenant_id, id) on delete cascade
);
create index site_names_below on hostelry.site_names (reversed text_pattern_ops);
select hostelry.protect_tenant_table('site_names');
select hostelry.open_to_definer('site_names', 'select');

-- Whether a tenant may use these names: 'free', 'own' (it has a site of that very name) or 'other' (another tenant has a
-- site of that name, above it or below it). Holds the name's neighbourhood until the transaction ends, so that two
-- tenants cannot take a name and one below it at the same moment. Says nothing about who the other is.
create function hostelry.site_name_use(p_tenant uuid, p_names text[]) returns text language plpgsql as $$
declare
    v_name text;
    v_labels text[];
    v_above text[] := '{}';
begin
    foreach v_name in array p_names loop
        v_labels := string_to_array(v_name, '.');
        perform pg_advisory_xact_lock(hashtextextended(
            'site name ' || array_to_string(v_labels[greatest(1, cardinality(v_labels) - 1):], '.'), 0));
        for v_at in 2 .. cardinality(v_labels) loop
            v_above := v_above || array_to_string(v_labels[v_at:], '.');
        end loop;
    end loop;
    if exists (select from hostelry.site_names n
                where n.tenant_id <> p_tenant and (n.name = any (p_names) or n.name = any (v_above))) then
        return 'other';
    end if;
    foreach v_name in array p_names loop
        if exists (select from hostelry.site_names n
                    where n.tenant_id <> p_tenant and n.reversed like reverse(v_name) || '.%') then
            return 'other';
        end if;
    end loop;
    if exists (select from hostelry.site_names n where n.tenant_id = p_tenant and n.name = any (p_names)) then
        return 'own';
    end if;
    return 'free';
end
$$;
select hostelry.make_definer_function('hostelry.site_name_use(uuid, text[])');
