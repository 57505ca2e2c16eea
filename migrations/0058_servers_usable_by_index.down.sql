-- As 0020 made it.
create or replace function hostelry.usable_servers(p_tenant uuid, p_server uuid)
returns table (id uuid, owner uuid, name text, address text, php_versions jsonb, state text, online boolean)
language plpgsql as $$
begin
    if p_server is not null then
        perform 1 from hostelry.servers s where s.id = p_server for share;
    end if;
    return query
    select s.id, s.tenant_id, s.name, s.public_address, coalesce(s.facts -> 'php_versions', '[]'), s.state,
           hostelry.is_agent_online(s.last_seen_at, s.offline_since)
      from hostelry.servers s
     where exists (select from hostelry.tenant_closure c
                    where c.ancestor_id = hostelry.current_tenant() and c.descendant_id = p_tenant)
       and (p_server is null or s.id = p_server)
       and (s.tenant_id = p_tenant or exists (
            select from hostelry.server_placements p where p.tenant_id = p_tenant and p.server_id = s.id))
     order by (s.state = 'ready') desc, s.name, s.id
     limit 500;
end
$$;
select hostelry.make_definer_function('hostelry.usable_servers(uuid, uuid)');
