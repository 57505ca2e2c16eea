-- A relation between two names goes no further up than to the domain that somebody registered, so that all of co.uk
-- is not one family. Where that ends is in the public suffix list, which the caller knows: `p_above` holds the names
-- from the wanted one up to the registered domain, which is the last.
drop function hostelry.site_name_use(uuid, text[]);
create function hostelry.site_name_use(p_tenant uuid, p_names text[], p_above text[]) returns text language plpgsql as $$
declare
    v_name text;
begin
    perform pg_advisory_xact_lock(hashtextextended('site name ' || p_above[cardinality(p_above)], 0));
    if exists (select from hostelry.site_names n
                where n.tenant_id <> p_tenant and (n.name = any (p_names) or n.name = any (p_above))) then
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
select hostelry.make_definer_function('hostelry.site_name_use(uuid, text[], text[])');
