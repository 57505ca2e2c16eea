-- What a job is about, in words ("blog.example.com"): written once, so that it can still be read when the thing is gone.
alter table hostelry.jobs add column subject_name text not null default '';
