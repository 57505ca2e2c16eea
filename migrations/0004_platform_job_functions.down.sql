drop function hostelry.due_schedules(timestamptz);
drop function hostelry.set_built_in_schedules(jsonb);
drop function hostelry.remove_finished_jobs(timestamptz, int);
drop function hostelry.recover_jobs(int);
drop function hostelry.complete_jobs(text, uuid[], bigint[]);
drop function hostelry.renew_leases(text, uuid[], bigint[], interval);
drop function hostelry.seconds_to_next_job();
drop function hostelry.claim_jobs(text, text[], int, interval, int, jsonb, uuid);
drop policy definer_all on hostelry.jobs;
drop policy definer_all on hostelry.job_steps;
drop policy definer_all on hostelry.job_log_lines;
drop policy definer_all on hostelry.job_schedules;
revoke all on hostelry.jobs, hostelry.job_steps, hostelry.job_log_lines, hostelry.job_schedules, hostelry.job_kinds
    from hostelry_definer;
