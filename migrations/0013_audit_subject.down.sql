drop index hostelry.audit_entries_by_subject;
