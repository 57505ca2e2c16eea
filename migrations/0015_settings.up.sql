-- The few things of an installation that people set in the panel; what is absent has its default.
create table hostelry.settings (
    tenant_id uuid not null references hostelry.tenants (id),
    name text not null check (name ~ '^[a-z_]{1,64}$'),
    value text not null check (octet_length(value) <= 2000),
    updated_at timestamptz not null,
    updated_by uuid,
    primary key (tenant_id, name)
);
select hostelry.protect_tenant_table('settings');
