drop view hostelry.tenants_in_view;

-- As 0002 made them.
create or replace function hostelry.protect_tenant_table(table_name text) returns void language plpgsql as $$
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

alter policy tenant_tree on hostelry.tenant_closure using (ancestor_id = hostelry.current_tenant());
do $$
declare
    protected record;
    condition text;
begin
    for protected in
        select tablename as name from pg_catalog.pg_policies
         where schemaname = 'hostelry' and policyname = 'tenant_tree' and tablename <> 'tenant_closure'
    loop
        condition := format(case protected.name
            when 'tenants' then
                'id = hostelry.current_tenant()
                 or exists (select from hostelry.tenant_closure c
                             where c.ancestor_id = hostelry.current_tenant() and c.descendant_id = %I.parent_id)'
            else
                'exists (select from hostelry.tenant_closure c
                          where c.ancestor_id = hostelry.current_tenant() and c.descendant_id = %I.tenant_id)' end,
            protected.name);
        execute format('alter policy tenant_tree on hostelry.%I using (%s) with check (%2$s)',
            protected.name, condition);
    end loop;
end
$$;

drop function hostelry.tenant_condition(text, text);
drop function hostelry.sees_all();
