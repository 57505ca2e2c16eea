alter table hostelry.tenants drop column request_key;
