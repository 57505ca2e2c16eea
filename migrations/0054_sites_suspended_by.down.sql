drop function hostelry.may_answer_for(uuid, uuid);
alter table hostelry.sites drop column suspended_by;
