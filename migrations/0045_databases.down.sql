drop table hostelry.site_databases;
