drop table hostelry.acme_accounts;
drop table hostelry.certificates;
