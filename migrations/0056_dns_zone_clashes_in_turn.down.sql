drop function hostelry.dns_zone_clashes(uuid, text, text);
create function hostelry.dns_zone_clashes(p_tenant uuid, p_name text) returns boolean language sql stable as $$
    select exists (
        select from hostelry.dns_zones z
         where z.name = p_name
            or ((right(p_name, char_length(z.name) + 1) = '.' || z.name
                 or right(z.name, char_length(p_name) + 1) = '.' || p_name)
                and not exists (select from hostelry.tenant_closure c
                                 where c.ancestor_id = p_tenant and c.descendant_id = z.tenant_id)));
$$;
select hostelry.make_definer_function('hostelry.dns_zone_clashes(uuid, text)');
