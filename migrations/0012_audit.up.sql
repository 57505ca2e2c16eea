-- The audit trail: one row for each event, in the one order of all events, each holding the hash of the one before. Rows
-- are written once. The head, which says where the chain ends, is signed with a key that the database does not have.

create table hostelry.audit_entries (
    tenant_id uuid not null references hostelry.tenants (id),
    position bigint not null,
    event_id uuid not null,
    at timestamptz not null,
    type text not null,
    actor_id uuid,
    actor_name text not null default '', -- as it was then: people may be gone
    subject_type text not null default '',
    subject_id uuid,
    data text not null, -- the JSON text that was hashed
    client_address text not null default '',
    request_id text not null default '',
    previous_hash text not null,
    hash text not null,
    primary key (tenant_id, position)
);
create unique index audit_entries_position on hostelry.audit_entries (position);
create index audit_entries_of_actor on hostelry.audit_entries (tenant_id, actor_id, position);
create index audit_entries_of_subject on hostelry.audit_entries (tenant_id, subject_id, position);
create index audit_entries_of_type on hostelry.audit_entries (tenant_id, type, position);
select hostelry.protect_tenant_table('audit_entries');
revoke update, delete on hostelry.audit_entries from hostelry_app;

create function hostelry.audit_is_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'the audit trail is append-only' using errcode = 'integrity_constraint_violation';
end
$$;
create trigger audit_is_append_only before update or delete on hostelry.audit_entries
    for each row execute function hostelry.audit_is_append_only();
create trigger audit_is_not_truncated before truncate on hostelry.audit_entries
    for each statement execute function hostelry.audit_is_append_only();

create table hostelry.audit_head (
    one boolean primary key default true check (one),
    position bigint not null,
    entries bigint not null,
    hash text not null,
    signature text not null,
    signed_at timestamptz not null
);
revoke delete on hostelry.audit_head from hostelry_app;
