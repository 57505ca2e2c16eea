-- Roles, the schema, and what a table must have before it holds tenants' rows.
--
-- hostelry_owner    owns everything, runs the migrations from 0002 on
-- hostelry_app      serves; owns nothing, cannot bypass row-level security, cannot become another role
-- hostelry_backup   reads everything, for dumps
-- hostelry_definer  nobody logs in as it; owns the few functions that work without a tenant
--
-- This one runs as the role that made the cluster (it makes roles). Roles belong to the whole cluster, so they may be
-- there already, or be made at the same moment for another database.
do $$
declare
    wanted record;
begin
    for wanted in
        select * from (values
            ('hostelry_owner', 'login'),
            ('hostelry_app', 'login'),
            ('hostelry_backup', 'login'),
            ('hostelry_definer', 'nologin')) as roles (name, login)
    loop
        begin
            if not exists (select from pg_catalog.pg_roles where rolname = wanted.name) then
                execute format(
                    'create role %I %s nosuperuser nocreatedb nocreaterole noreplication nobypassrls',
                    wanted.name, wanted.login);
            end if;
        exception when duplicate_object or unique_violation then
            null; -- made meanwhile for another database of the cluster
        end;
    end loop;
    if not pg_has_role('hostelry_owner', 'hostelry_definer', 'member') then
        begin
            grant hostelry_definer to hostelry_owner;
        exception when unique_violation then
            null;
        end;
    end if;
    execute format('revoke all on database %I from public', current_database());
    execute format(
        'grant connect on database %I to hostelry_owner, hostelry_app, hostelry_backup', current_database());
end
$$;

revoke all on schema public from public;

create schema hostelry authorization hostelry_owner;
grant usage on schema hostelry to hostelry_app, hostelry_backup;
grant usage, create on schema hostelry to hostelry_definer;

-- No TRUNCATE, REFERENCES or TRIGGER for anybody but the owner; functions are for nobody until they are granted.
alter default privileges for role hostelry_owner in schema hostelry
    grant select, insert, update, delete on tables to hostelry_app;
alter default privileges for role hostelry_owner in schema hostelry
    grant usage, select on sequences to hostelry_app;
alter default privileges for role hostelry_owner in schema hostelry
    grant select on tables to hostelry_backup;
alter default privileges for role hostelry_owner in schema hostelry
    grant select on sequences to hostelry_backup;
alter default privileges for role hostelry_owner
    revoke execute on functions from public;
alter default privileges for role hostelry_definer
    revoke execute on functions from public;
