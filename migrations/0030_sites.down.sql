drop function hostelry.site_name_use(uuid, text[]);
drop table hostelry.site_names;
drop table hostelry.sites;
