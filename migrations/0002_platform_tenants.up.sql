-- The tenant tree and the one policy that every tenant table carries.

-- The tenant of the transaction, or NULL: without one no row of a tenant table is seen. After a transaction the setting
-- reads '' instead of NULL, hence the nullif.
create function hostelry.current_tenant() returns uuid
    language sql stable parallel safe
    return nullif(current_setting('app.tenant', true), '')::uuid;
grant execute on function hostelry.current_tenant() to hostelry_app, hostelry_backup, hostelry_definer;

create table hostelry.tenants (
    id uuid primary key,
    parent_id uuid references hostelry.tenants (id),
    name text not null check (char_length(name) between 1 and 200),
    slug text not null check (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
    kind text not null check (kind in ('root', 'reseller', 'client')),
    state text not null default 'active' check (state in ('active', 'suspended', 'deleted')),
    created_at timestamptz not null default now(),
    suspended_at timestamptz,
    constraint tenants_root_is_top check ((kind = 'root') = (parent_id is null)),
    constraint tenants_slug_of_parent unique nulls not distinct (parent_id, slug)
);
create unique index tenants_one_root on hostelry.tenants (kind) where kind = 'root';

-- Every pair of ancestor and descendant, each tenant with itself at depth 0 included.
create table hostelry.tenant_closure (
    ancestor_id uuid not null,
    descendant_id uuid not null references hostelry.tenants (id) on delete cascade,
    depth int not null check (depth >= 0),
    primary key (ancestor_id, descendant_id)
);
create index tenant_closure_upwards on hostelry.tenant_closure (descendant_id, depth);

-- A tenant keeps its id and its place in the tree for life; so the closure only grows, and a circle cannot be made.
create function hostelry.tenants_stay_in_place() returns trigger language plpgsql as $$
begin
    if new.id <> old.id or new.parent_id is distinct from old.parent_id or new.kind <> old.kind then
        raise exception 'a tenant cannot move within the tree' using errcode = 'integrity_constraint_violation';
    end if;
    return new;
end
$$;
create trigger tenants_stay_in_place before update on hostelry.tenants
    for each row execute function hostelry.tenants_stay_in_place();

create function hostelry.tenants_join_closure() returns trigger language plpgsql as $$
begin
    insert into hostelry.tenant_closure (ancestor_id, descendant_id, depth)
    select c.ancestor_id, new.id, c.depth + 1 from hostelry.tenant_closure c where c.descendant_id = new.parent_id
    union all
    select new.id, new.id, 0;
    return null;
end
$$;
create trigger tenants_join_closure after insert on hostelry.tenants
    for each row execute function hostelry.tenants_join_closure();

-- Gives a table with a tenant_id column its protection. Exactly one policy for the serving role: two OR-ed ones cost
-- 16 to 31 ms a page, one about 1 ms. Forced row-level security blinds the owner too, silently, so it has a policy.
create function hostelry.protect_tenant_table(table_name text) returns void language plpgsql as $$
begin
    execute format('alter table hostelry.%I enable row level security', table_name);
    execute format('alter table hostelry.%I force row level security', table_name);
    execute format(
        'create policy tenant_tree on hostelry.%1$I for all to hostelry_app
             using (exists (select from hostelry.tenant_closure c
                             where c.ancestor_id = hostelry.current_tenant() and c.descendant_id = %1$I.tenant_id))
             with check (exists (select from hostelry.tenant_closure c
                             where c.ancestor_id = hostelry.current_tenant() and c.descendant_id = %1$I.tenant_id))',
        table_name);
    execute format('create policy owner_all on hostelry.%I for all to hostelry_owner using (true) with check (true)',
        table_name);
    execute format('create policy backup_read on hostelry.%I for select to hostelry_backup using (true)', table_name);
end
$$;

-- Lets the definer functions reach a protected table: select hostelry.open_to_definer('sessions', 'select, update');
create function hostelry.open_to_definer(table_name text, privileges text) returns void language plpgsql as $$
begin
    execute format('grant %s on hostelry.%I to hostelry_definer', privileges, table_name);
    if exists (select from pg_catalog.pg_class c
                where c.oid = format('hostelry.%I', table_name)::regclass and c.relrowsecurity) then
        execute format(
            'create policy definer_all on hostelry.%I for all to hostelry_definer using (true) with check (true)',
            table_name);
    end if;
end
$$;

-- Turns a function into one that works without a tenant, for hostelry_app to call:
--     select hostelry.make_definer_function('hostelry.find_session(text)');
-- Each has a line in tests/integration/db/definer_functions.txt.
create function hostelry.make_definer_function(signature regprocedure) returns void language plpgsql as $$
begin
    execute format('alter function %s security definer set search_path = pg_catalog, hostelry, pg_temp', signature);
    execute format('revoke all on function %s from public', signature);
    execute format('grant execute on function %s to hostelry_app', signature);
    execute format('alter function %s owner to hostelry_definer', signature);
end
$$;

-- Both tables are part of every other policy, so theirs are written by hand. A new tenant's own closure rows are not
-- visible to the statement that inserts it: a tenant is seen through its parent, the top one of the tree by its id.
alter table hostelry.tenant_closure enable row level security;
alter table hostelry.tenant_closure force row level security;
create policy tenant_tree on hostelry.tenant_closure for select to hostelry_app
    using (ancestor_id = hostelry.current_tenant());
create policy owner_all on hostelry.tenant_closure for all to hostelry_owner using (true) with check (true);
create policy backup_read on hostelry.tenant_closure for select to hostelry_backup using (true);
revoke insert, update, delete on hostelry.tenant_closure from hostelry_app;
select hostelry.open_to_definer('tenant_closure', 'select, insert');

alter table hostelry.tenants enable row level security;
alter table hostelry.tenants force row level security;
create policy tenant_tree on hostelry.tenants for all to hostelry_app
    using (id = hostelry.current_tenant()
           or exists (select from hostelry.tenant_closure c
                       where c.ancestor_id = hostelry.current_tenant() and c.descendant_id = tenants.parent_id));
create policy owner_all on hostelry.tenants for all to hostelry_owner using (true) with check (true);
create policy backup_read on hostelry.tenants for select to hostelry_backup using (true);
revoke delete on hostelry.tenants from hostelry_app;
select hostelry.open_to_definer('tenants', 'select, insert');

-- The closure is written with the rights of the definer role: the serving role has none on it.
select hostelry.make_definer_function('hostelry.tenants_join_closure()');

-- The top of the tree; there is one. Raises unique_violation when it is there already.
create function hostelry.create_root_tenant(p_id uuid, p_name text, p_slug text) returns uuid language sql as $$
    insert into hostelry.tenants (id, name, slug, kind) values (p_id, p_name, p_slug, 'root') returning id;
$$;
select hostelry.make_definer_function('hostelry.create_root_tenant(uuid, text, text)');

-- NULL before set-up.
create function hostelry.root_tenant() returns uuid language sql stable as $$
    select id from hostelry.tenants where kind = 'root';
$$;
select hostelry.make_definer_function('hostelry.root_tenant()');

-- The tenant itself (depth 0), its parent (1) and so on to the root.
create function hostelry.tenant_ancestors(p_tenant uuid) returns table (id uuid, depth int) language sql stable as $$
    select c.ancestor_id, c.depth from hostelry.tenant_closure c where c.descendant_id = p_tenant order by c.depth;
$$;
select hostelry.make_definer_function('hostelry.tenant_ancestors(uuid)');

-- True when neither the tenant nor any tenant above it is suspended or deleted.
create function hostelry.is_tenant_active(p_tenant uuid) returns boolean language sql stable as $$
    select count(*) > 0 and bool_and(t.state = 'active')
      from hostelry.tenant_closure c join hostelry.tenants t on t.id = c.ancestor_id
     where c.descendant_id = p_tenant;
$$;
select hostelry.make_definer_function('hostelry.is_tenant_active(uuid)');
