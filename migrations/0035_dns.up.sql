-- Zones and their records. What is written here is pushed to the zone's backend by jobs; a record set waits in
-- dns_waiting until it has been.

create table hostelry.dns_zones (
    tenant_id uuid not null references hostelry.tenants (id),
    id uuid not null,
    name text not null check (name ~ '^[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+$' and char_length(name) <= 253),
    backend_id uuid not null references hostelry.dns_backends (id),
    nameservers text[] not null default '{}',
    state text not null default 'creating' check (state in ('creating', 'ready', 'failed', 'deleting')),
    problem text not null default '', -- why it failed, for people
    etag text not null default '',
    dnssec boolean not null default false,
    ds text[] not null default '{}',
    request_key text,
    created_at timestamptz not null default now(),
    primary key (tenant_id, id),
    constraint dns_zones_id unique (id),
    constraint dns_zones_name unique (name),
    constraint dns_zones_request_key unique (tenant_id, request_key)
);
select hostelry.protect_tenant_table('dns_zones');

create table hostelry.dns_records (
    tenant_id uuid not null,
    id uuid not null,
    zone_id uuid not null,
    name text not null,
    type text not null check (type in ('A', 'AAAA', 'CNAME', 'MX', 'TXT', 'NS', 'SRV', 'CAA')),
    ttl int not null check (ttl between 60 and 604800),
    value text not null check (char_length(value) between 1 and 4096),
    site_id uuid, -- made by a site; nobody's hands touch it
    created_at timestamptz not null default now(),
    primary key (tenant_id, id),
    foreign key (tenant_id, zone_id) references hostelry.dns_zones (tenant_id, id) on delete cascade
);
create unique index dns_records_once on hostelry.dns_records (tenant_id, zone_id, name, type, md5(value));
create index dns_records_of_site on hostelry.dns_records (site_id) where site_id is not null;
select hostelry.protect_tenant_table('dns_records');

-- Record sets that the backend does not have yet. `change` tells a change that came while the earlier one was pushed.
create sequence hostelry.dns_changes;
create table hostelry.dns_waiting (
    tenant_id uuid not null,
    zone_id uuid not null,
    name text not null,
    type text not null,
    change bigint not null default nextval('hostelry.dns_changes'),
    primary key (tenant_id, zone_id, name, type),
    foreign key (tenant_id, zone_id) references hostelry.dns_zones (tenant_id, id) on delete cascade
);
select hostelry.protect_tenant_table('dns_waiting');

select hostelry.open_to_definer('dns_zones', 'select');
select hostelry.open_to_definer('dns_records', 'select');
grant select on hostelry.dns_backends to hostelry_definer;

-- The innermost zone, of the tenant or of a tenant above it, that holds the name.
create function hostelry.dns_zone_for_name(p_tenant uuid, p_name text)
returns table (id uuid, tenant_id uuid, name text, state text) language sql stable as $$
    select z.id, z.tenant_id, z.name, z.state
      from hostelry.dns_zones z
      join hostelry.tenant_closure c on c.ancestor_id = z.tenant_id and c.descendant_id = p_tenant
     where p_name = z.name or right(p_name, char_length(z.name) + 1) = '.' || z.name
     order by char_length(z.name) desc limit 1;
$$;
select hostelry.make_definer_function('hostelry.dns_zone_for_name(uuid, text)');

-- Whom to ask about a name, whoever's zone it is: nothing that a query to the world's DNS would not tell.
create function hostelry.dns_servers_for_name(p_name text)
returns table (zone text, nameservers text[], query_addresses text[], base_url text) language sql stable as $$
    select z.name, z.nameservers, b.query_addresses, b.base_url
      from hostelry.dns_zones z join hostelry.dns_backends b on b.id = z.backend_id
     where p_name = z.name or right(p_name, char_length(z.name) + 1) = '.' || z.name
     order by char_length(z.name) desc limit 1;
$$;
select hostelry.make_definer_function('hostelry.dns_servers_for_name(text)');

-- True when the name is taken, or lies above or below a zone that is not the tenant's and not of a tenant below it.
create function hostelry.dns_zone_clashes(p_tenant uuid, p_name text) returns boolean language sql stable as $$
    select exists (
        select from hostelry.dns_zones z
         where z.name = p_name
            or ((right(p_name, char_length(z.name) + 1) = '.' || z.name
                 or right(z.name, char_length(p_name) + 1) = '.' || p_name)
                and not exists (select from hostelry.tenant_closure c
                                 where c.ancestor_id = p_tenant and c.descendant_id = z.tenant_id)));
$$;
select hostelry.make_definer_function('hostelry.dns_zone_clashes(uuid, text)');

-- How many zones a backend serves, for who may remove it.
create function hostelry.dns_zones_of_backend(p_backend uuid) returns bigint language sql stable as $$
    select count(*) from hostelry.dns_zones z where z.backend_id = p_backend;
$$;
select hostelry.make_definer_function('hostelry.dns_zones_of_backend(uuid)');

-- The zones in which a site has records, whoever's they are.
create function hostelry.dns_zones_of_site(p_site uuid) returns table (id uuid, tenant_id uuid) language sql stable as $$
    select distinct r.zone_id, r.tenant_id from hostelry.dns_records r where r.site_id = p_site;
$$;
select hostelry.make_definer_function('hostelry.dns_zones_of_site(uuid)');
