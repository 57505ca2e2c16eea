-- The roles stay: they belong to the cluster, and another database of it may use them.
alter default privileges for role hostelry_owner in schema hostelry revoke all on tables from hostelry_app;
alter default privileges for role hostelry_owner in schema hostelry revoke all on sequences from hostelry_app;
alter default privileges for role hostelry_owner in schema hostelry revoke all on tables from hostelry_backup;
alter default privileges for role hostelry_owner in schema hostelry revoke all on sequences from hostelry_backup;
alter default privileges for role hostelry_owner grant execute on functions to public;
alter default privileges for role hostelry_definer grant execute on functions to public;
drop schema hostelry;
