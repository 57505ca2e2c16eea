-- Certificates as they are installed, and the account at each ACME authority.

create table hostelry.certificates (
    tenant_id uuid not null references hostelry.tenants (id),
    id uuid not null,
    site_id uuid not null,
    site_key text not null,
    server_id uuid not null,
    kind text not null check (kind in ('acme', 'custom')),
    state text not null default 'valid' check (state in ('valid', 'renewing', 'failed')),
    names text[] not null check (cardinality(names) between 1 and 100),
    issuer text not null default '',
    serial text not null default '',
    fingerprint text not null default '',
    not_before timestamptz not null,
    not_after timestamptz not null,
    problem text not null default '',
    tried_at timestamptz, -- the last renewal that failed
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, id),
    constraint certificates_site unique (site_id)
);
create index certificates_due on hostelry.certificates (not_after) where kind = 'acme';
select hostelry.protect_tenant_table('certificates');

create table hostelry.acme_accounts (
    directory text primary key,
    key_sealed text not null,
    thumbprint text not null,
    account_url text not null default '', -- empty until the authority knows us
    created_at timestamptz not null default now()
);
