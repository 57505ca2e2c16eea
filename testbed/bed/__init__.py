"""Real managed hosts on one machine: systemd-nspawn guests on a bridge, with DNS, ACME and apt of their own."""
