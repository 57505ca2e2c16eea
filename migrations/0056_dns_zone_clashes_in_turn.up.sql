-- Two zones of one family (a parent and its child) that are added at once did not see each other. Those below one
-- registered domain now take turns, as names of sites do. Where it ends is in the public suffix list, which the caller
-- knows: `p_registered`.
drop function hostelry.dns_zone_clashes(uuid, text);
create function hostelry.dns_zone_clashes(p_tenant uuid, p_name text, p_registered text) returns boolean language plpgsql as $$
begin
    perform pg_advisory_xact_lock(hashtextextended('dns zone ' || p_registered, 0));
    return exists (
        select from hostelry.dns_zones z
         where z.name = p_name
            or ((right(p_name, char_length(z.name) + 1) = '.' || z.name
                 or right(z.name, char_length(p_name) + 1) = '.' || p_name)
                and not exists (select from hostelry.tenant_closure c
                                 where c.ancestor_id = p_tenant and c.descendant_id = z.tenant_id)));
end
$$;
select hostelry.make_definer_function('hostelry.dns_zone_clashes(uuid, text, text)');
