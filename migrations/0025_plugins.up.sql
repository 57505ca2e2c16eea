-- The catalogue of plugins, which workers fill and everybody reads, and the installation's accounts at DNS services.

create table hostelry.plugin_catalogue (
    id text primary key,
    version text not null default '',
    title text not null default '',
    summary text not null default '',
    capabilities text[] not null default '{}',
    state text not null check (state in ('loaded', 'active', 'stopped', 'refused')),
    problem text not null default '',
    settings_schema jsonb not null default '{}',
    refreshed_at timestamptz not null default now()
);

create table hostelry.plugin_site_templates (
    plugin_id text not null references hostelry.plugin_catalogue (id) on delete cascade,
    id text not null,
    title text not null,
    summary text not null default '',
    icon text not null default '',
    options_schema jsonb not null default '{}',
    needs_php boolean not null default false,
    needs_database boolean not null default false,
    php_versions text[] not null default '{}',
    primary key (plugin_id, id)
);

-- `settings` are the plugin's own; its secrets stand in `secrets_sealed` instead.
create table hostelry.dns_backends (
    id uuid primary key,
    name text not null check (char_length(name) between 1 and 60),
    plugin_id text not null,
    base_url text not null,
    settings jsonb not null default '{}',
    secrets_sealed text not null,
    nameservers text[] not null check (cardinality(nameservers) between 1 and 20),
    query_addresses text[] not null default '{}',
    created_at timestamptz not null default now()
);
create unique index dns_backends_name on hostelry.dns_backends (lower(name));
