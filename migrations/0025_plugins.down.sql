drop table hostelry.dns_backends;
drop table hostelry.plugin_site_templates;
drop table hostelry.plugin_catalogue;
