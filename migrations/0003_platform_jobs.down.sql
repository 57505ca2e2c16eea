drop table hostelry.job_schedules, hostelry.job_log_lines, hostelry.job_steps, hostelry.jobs, hostelry.job_kinds;
drop function hostelry.jobs_tell_change();
drop function hostelry.jobs_wake_workers();
