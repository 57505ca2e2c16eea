alter table hostelry.certificates add column tried_at timestamptz; -- the last renewal that failed
alter table hostelry.certificates drop column failures, drop column next_try_at;
