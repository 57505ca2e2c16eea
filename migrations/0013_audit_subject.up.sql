-- The activity panel of a thing asks by its id alone; what the reader may see is the policy's work.
create index audit_entries_by_subject on hostelry.audit_entries (subject_id, position) where subject_id is not null;
