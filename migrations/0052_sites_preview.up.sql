-- Whoever opens a preview link is not signed in: there is no tenant yet, only the site's random key.
select hostelry.open_to_definer('sites', 'select');

create function hostelry.find_preview(p_key text)
    returns table (domain text, with_www boolean, server_address text, state text, is_deployed boolean)
    language sql stable as $$
    select s.domain, s.with_www, s.server_address, s.state, s.deployed_at is not null
      from hostelry.sites s
     where s.key = p_key
$$;
select hostelry.make_definer_function('hostelry.find_preview(text)');
