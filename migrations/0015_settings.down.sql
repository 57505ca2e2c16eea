drop table hostelry.settings;
