drop function hostelry.site_name_use(uuid, text[], text[]);
-- Whether a tenant may use these names: 'free', 'own' (it has a site of that very name) or 'other' (another tenant has a
-- site of that name, above it or below it). Holds the name's neighbourhood until the transaction ends, so that two
-- tenants cannot take a name and one below it at the same moment. Says nothing about who the other is.
create function hostelry.site_name_use(p_tenant uuid, p_names text[]) returns text language plpgsql as $$
declare
    v_name text;
    v_labels text[];
    v_above text[] := '{}';
begin
    foreach v_name in array p_names loop
        v_labels := string_to_array(v_name, '.');
        perform pg_advisory_xact_lock(hashtextextended(
            'site name ' || array_to_string(v_labels[greatest(1, cardinality(v_labels) - 1):], '.'), 0));
        for v_at in 2 .. cardinality(v_labels) loop
            v_above := v_above || array_to_string(v_labels[v_at:], '.');
        end loop;
    end loop;
    if exists (select from hostelry.site_names n
                where n.tenant_id <> p_tenant and (n.name = any (p_names) or n.name = any (v_above))) then
        return 'other';
    end if;
    foreach v_name in array p_names loop
        if exists (select from hostelry.site_names n
                    where n.tenant_id <> p_tenant and n.reversed like reverse(v_name) || '.%') then
            return 'other';
        end if;
    end loop;
    if exists (select from hostelry.site_names n where n.tenant_id = p_tenant and n.name = any (p_names)) then
        return 'own';
    end if;
    return 'free';
end
$$;
select hostelry.make_definer_function('hostelry.site_name_use(uuid, text[])');
