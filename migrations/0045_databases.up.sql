-- Databases of sites, each with its own user.
create table hostelry.site_databases (
    tenant_id uuid not null,
    id uuid not null,
    site_id uuid not null,
    site_key text not null,
    site_domain text not null,
    server_id uuid not null,
    name text not null check (name ~ '^s[a-z0-9]{3,15}(_[a-z0-9]{1,16})?$'),
    user_name text not null check (user_name ~ '^s[a-z0-9]{3,15}(_[a-z0-9]{1,16})?$'),
    password text not null, -- sealed
    next_password text,     -- sealed; while a reset is under way
    is_made boolean not null default false, -- it exists on the server
    size_bytes bigint,
    table_count int,
    measured_at timestamptz,
    measure_error text not null default '',
    created_at timestamptz not null default now(),
    primary key (tenant_id, id),
    constraint site_databases_id unique (id),
    constraint site_databases_name unique (server_id, name),
    foreign key (tenant_id, site_id) references hostelry.sites (tenant_id, id) on delete cascade
);
create index site_databases_of_site on hostelry.site_databases (tenant_id, site_id);
select hostelry.protect_tenant_table('site_databases');
