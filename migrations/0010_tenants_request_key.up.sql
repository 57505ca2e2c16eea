-- A creation that is sent twice makes one account.
alter table hostelry.tenants add column request_key text check (octet_length(request_key) between 1 and 200);
create unique index tenants_request_key on hostelry.tenants (parent_id, request_key) where request_key is not null;
