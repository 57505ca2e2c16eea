-- A renewal that failed is tried again later and later.
alter table hostelry.certificates
    add column failures int not null default 0,
    add column next_try_at timestamptz;
alter table hostelry.certificates drop column tried_at;
