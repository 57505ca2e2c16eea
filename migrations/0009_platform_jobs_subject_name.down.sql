alter table hostelry.jobs drop column subject_name;
