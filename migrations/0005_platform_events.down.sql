drop function hostelry.event_listener_status();
drop function hostelry.next_event(text, text[]);
drop function hostelry.seal_events(int);
drop table hostelry.event_dead_letters, hostelry.event_listeners, hostelry.event_seal, hostelry.events;
drop function hostelry.events_wake_dispatchers();
drop function hostelry.events_are_append_only();
