-- Who suspended a site: the account they are at home in. Nobody below that account lets the site go on. Nothing for sites
-- suspended before this was written down, and for those the command line suspended without an account.
alter table hostelry.sites add column suspended_by uuid;

-- False for what somebody of an account that is not `p_home` or below it began.
create function hostelry.may_answer_for(p_home uuid, p_actor uuid) returns boolean language sql stable as $$
    select not exists (
        select from hostelry.users u
         where u.id = p_actor
           and not exists (select from hostelry.tenant_closure c
                            where c.ancestor_id = p_home and c.descendant_id = u.tenant_id));
$$;
select hostelry.make_definer_function('hostelry.may_answer_for(uuid, uuid)');
