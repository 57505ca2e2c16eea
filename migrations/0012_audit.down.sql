drop table hostelry.audit_head;
drop table hostelry.audit_entries;
drop function hostelry.audit_is_append_only();
