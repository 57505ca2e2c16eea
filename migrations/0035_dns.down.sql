drop function hostelry.dns_zones_of_site(uuid);
drop function hostelry.dns_zones_of_backend(uuid);
drop function hostelry.dns_zone_clashes(uuid, text);
drop function hostelry.dns_servers_for_name(text);
drop function hostelry.dns_zone_for_name(uuid, text);
drop table hostelry.dns_waiting;
drop sequence hostelry.dns_changes;
drop table hostelry.dns_records;
drop table hostelry.dns_zones;
