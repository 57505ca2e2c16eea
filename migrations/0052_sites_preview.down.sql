drop function hostelry.find_preview(text);
drop policy definer_all on hostelry.sites;
revoke select on hostelry.sites from hostelry_definer;
