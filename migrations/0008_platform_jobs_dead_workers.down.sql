drop function hostelry.end_leases(text);
