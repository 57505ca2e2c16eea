-- One thing in each state that pages show, with short and with very long values. What needs hosts to come about is
-- written here directly; nothing in it is picked up by a worker: jobs are leased to "seed" or wait for next year.
-- All of it belongs to the root tenant, or to the one that the setting seed.tenant names.
begin;

create temporary table place on commit drop as
    select coalesce(nullif(current_setting('seed.tenant', true), '')::uuid, hostelry.root_tenant()) as root,
           (select id from hostelry.users where email = 'maja@example.org') as person,
           now() + interval '1 year' as later;

create function pg_temp.fixed(p_kind int, p_number int) returns uuid language sql immutable as $$
    select ('01890a5d-000' || p_kind || '-7000-8000-' || lpad(p_number::text, 12, '0'))::uuid;
$$;

-- Servers: ready and online, ready and away, being set up, failed; the longest name.
insert into hostelry.servers (tenant_id, id, name, kind, address, public_address, host_key, state, cause, agent_version,
                              facts, status, status_at, last_seen_at, offline_since)
select p.root, pg_temp.fixed(1, s.number), s.name, 'ssh', s.address, s.address, 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMxJ' || s.number,
       s.state, s.cause, case when s.state = 'ready' then '0.1.0' else '' end,
       case when s.state = 'ready' then '{"os":{"id":"debian","version":"12","name":"Debian GNU/Linux 12 (bookworm)"},
         "kernel":"6.1.0-18-amd64","architecture":"x86_64","cpu":{"count":4,"model":"AMD EPYC 7302P 16-Core Processor"},
         "memory_bytes":8589934592,"php_versions":["8.2"],
         "versions":{"nginx":"1.22.1","php":"8.2.7","mariadb":"10.11.6"}}'::jsonb else '{}' end,
       case when s.state = 'ready' then '{"uptime_seconds":1234567,"cpu_percent":12.5,"cpu_count":4,"load_1":0.5,"load_5":0.4,
         "load_15":0.3,"memory_total_bytes":8589934592,"memory_used_bytes":3221225472,"swap_total_bytes":1073741824,
         "swap_used_bytes":1048576,"network_received_bytes":1,"network_sent_bytes":1,"network_received_per_second":120000,
         "network_sent_per_second":40000,"disks":[{"mount":"/","total_bytes":107374182400,"used_bytes":96636764160},
         {"mount":"/srv/a-very-long-mount-point-of-a-second-disk","total_bytes":107374182400,"used_bytes":1073741824}],
         "services":[{"name":"nginx","state":"active"},{"name":"mariadb","state":"active"},
         {"name":"php8.2-fpm","state":"failed"},{"name":"fail2ban","state":"inactive"}]}'::jsonb end,
       case when s.state = 'ready' then now() end, s.seen, s.away
  from place p, (values
    (1, 'web-1', '192.0.2.10', 'ready', '', now() + interval '1 day', null::timestamptz),
    (2, 'web-2', '192.0.2.11', 'ready', '', now() - interval '2 hours', now() - interval '2 hours'),
    (3, 'new-3', '192.0.2.12', 'provisioning', '', null, null),
    (4, 'lost-4', '2001:db8:1234:5678:9abc:def0:1234:5678', 'failed',
        'The server did not accept the panel''s key. Add the key shown below to /root/.ssh/authorized_keys and try again.', null, null),
    (5, repeat('long-', 12) || 'web', repeat('a-very-long-label.', 6) || 'hosts.example.net', 'queued', '', null, null)
  ) as s (number, name, address, state, cause, seen, away);

-- Sites in every state, an IDN, and a name as long as names get.
insert into hostelry.sites (tenant_id, id, key, domain, with_www, plugin, template, template_title, template_icon, options,
                            secrets, unrevealed, php_version, server_id, server_name, server_address, state, cause, web, https,
                            https_hint, created_by, created_at, deployed_at)
select p.root, pg_temp.fixed(2, s.number), 'sseed' || s.number, s.domain, s.number % 2 = 0, 'org.hostelry.' || s.template, s.template,
       initcap(s.template), case s.template when 'static' then 'file-text' else 'wordpress' end, '{"title":"A blog about bread"}',
       'sealed', case when s.number = 1 then '{admin_password}'::text[] else '{}' end,
       case s.template when 'static' then '' else '8.2' end, pg_temp.fixed(1, 1), 'web-1', '192.0.2.10', s.state, s.cause,
       '{"php":true,"root":"htdocs","rules":"wordpress","health":{"path":"/","expect_status":200},"login":{"path":"/wp-login.php","user":"maja"}}',
       s.https, s.hint, p.person, now() - s.number * interval '3 hours', case when s.state in ('ready', 'suspended') then now() end
  from place p, (values
    (1, 'bread.example.org', 'wordpress', 'ready', '', 'active', ''),
    (2, 'pending.example.org', 'static', 'ready', '', 'pending', 'pending.example.org does not lead to 192.0.2.10 yet. Set an A record at your DNS provider.'),
    (3, 'queued.example.org', 'static', 'queued', '', 'pending', ''),
    (4, 'deploying.example.org', 'wordpress', 'deploying', '', 'pending', ''),
    (5, 'failed.example.org', 'wordpress', 'failed', 'The certificate authority could not reach failed.example.org. Check that its A record leads to 192.0.2.10, then redeploy.', 'pending', ''),
    (6, 'suspended.example.org', 'wordpress', 'suspended', '', 'active', ''),
    (7, 'deleting.example.org', 'static', 'deleting', '', 'active', ''),
    (8, 'xn--bckerei-mller-bfb28a.example', 'wordpress', 'ready', '', 'active', ''),
    (9, repeat('abcdefghi-', 6) || 'xyz.' || repeat('klmnopqrs-', 6) || 'xyz.' || repeat('tuvwxyzab-', 6) || 'xyz.' || repeat('c', 40) || '.example',
        'static', 'ready', '', 'active', '')
  ) as s (number, domain, template, state, cause, https, hint);
insert into hostelry.site_names (tenant_id, site_id, name) select tenant_id, id, domain from hostelry.sites;

-- Jobs: one that runs, one that waits, one that failed and could not undo all, one that is done.
insert into hostelry.jobs (id, tenant_id, kind, title, queue, state, actor_id, subject_type, subject_id, created_at, run_at,
                           started_at, finished_at, worker, lease_until, has_steps, steps_done, current_step, note, error_code,
                           error, not_undone)
select pg_temp.fixed(3, j.number), p.root, j.kind, j.title, 'seed', j.state, p.person, j.subject_type,
       case j.subject_type when 'site' then pg_temp.fixed(2, j.subject) else pg_temp.fixed(1, j.subject) end,
       now() - interval '5 minutes', case when j.state in ('queued', 'waiting') then p.later else now() end,
       case when j.state <> 'queued' then now() - interval '4 minutes' end,
       case when j.state in ('succeeded', 'failed', 'cancelled') then now() - interval '3 minutes' end,
       case when j.state = 'running' then 'seed' end, case when j.state = 'running' then p.later end,
       true, j.steps_done, j.step, j.note, j.code, j.error, j.not_undone
  from place p, (values
    (1, 'site.deploy', 'Deploy bread.example.org', 'succeeded', 'site', 1, 10, '', '', '', '', '{}'::text[]),
    (4, 'site.deploy', 'Deploy deploying.example.org', 'running', 'site', 4, 2, 'Install the site', 'Copied 1204 of 3310 files', '', '', '{}'),
    (5, 'site.deploy', 'Deploy failed.example.org', 'failed', 'site', 5, 7, '', '',
        'provider_unavailable', 'The certificate authority could not reach failed.example.org.', '{Set the DNS records}'),
    (6, 'site.suspend', 'Suspend suspended.example.org', 'succeeded', 'site', 6, 1, '', '', '', '', '{}'),
    (7, 'site.delete', 'Delete deleting.example.org', 'waiting', 'site', 7, 1, 'Remove everything from the server', 'Waiting for web-1 to answer', '', '', '{}'),
    (8, 'server.bring_up', 'Bring up new-3', 'running', 'server', 3, 1, 'Install the packages', 'nginx: Install the web server', '', '', '{}'),
    (9, 'site.deploy', 'Deploy queued.example.org', 'queued', 'site', 3, 0, '', '', '', '', '{}'),
    (10, 'site.redeploy', 'Redeploy bread.example.org', 'cancelled', 'site', 1, 1, '', '', '', '', '{}')
  ) as j (number, kind, title, state, subject_type, subject, steps_done, step, note, code, error, not_undone);
insert into hostelry.job_steps (tenant_id, job_id, position, name, title, state, attempt, note, error, started_at, finished_at)
select j.tenant_id, j.id, (s.place - 1)::int, s.step ->> 'name', s.step ->> 'title',
       case when s.place <= j.steps_done then case when j.state = 'failed' then case when s.place = 6 then 'undo_failed' else 'undone' end else 'done' end
            when s.place = j.steps_done + 1 and j.state in ('running', 'waiting', 'failed') then j.state else 'pending' end,
       1, case when s.place = 2 then 'ssite_4, with a generated password' else '' end,
       case when s.place = j.steps_done + 1 and j.state = 'failed' then j.error else '' end,
       case when s.place <= j.steps_done + 1 then now() - interval '4 minutes' + s.place * interval '3 seconds' end,
       case when s.place <= j.steps_done then now() - interval '4 minutes' + (s.place + 1) * interval '3 seconds' end
  from hostelry.jobs j join hostelry.job_kinds k on k.name = j.kind,
       jsonb_array_elements(k.steps) with ordinality as s (step, place)
 where j.queue = 'seed';
insert into hostelry.job_log_lines (tenant_id, job_id, at, step, text)
select j.tenant_id, j.id, now() - interval '4 minutes', 'install', 'line ' || n || ': ' || repeat('/usr/share/wordpress/wp-content/', n % 7)
  from hostelry.jobs j, generate_series(1, 25) n where j.queue = 'seed';
update hostelry.sites s set job_id = j.id from hostelry.jobs j where j.subject_id = s.id and j.state <> 'cancelled';

-- Zones: ready with each type of record, signed, being made, failed.
insert into hostelry.dns_backends (id, name, plugin_id, base_url, secrets_sealed, nameservers, query_addresses)
values (pg_temp.fixed(4, 1), 'Name servers of the house', 'org.hostelry.powerdns', 'http://127.0.0.1:1', 'sealed',
        '{ns1.example.net,ns2.example.net}', '{192.0.2.53}');
insert into hostelry.dns_zones (tenant_id, id, name, backend_id, nameservers, state, problem, dnssec, ds)
select p.root, pg_temp.fixed(5, z.number), z.name, pg_temp.fixed(4, 1), '{ns1.example.net,ns2.example.net}', z.state, z.problem,
       z.ds <> '{}', z.ds
  from place p, (values
    (1, 'example.org', 'ready', '', '{}'::text[]),
    (2, 'signed.example', 'ready', '', array['12345 13 2 ' || repeat('0123456789ABCDEF', 4)]),
    (3, 'creating.example', 'creating', '', '{}'),
    (4, 'failed.example', 'failed', 'The name server refused the zone: it exists already in another account.', '{}'),
    (5, repeat('abcdefghi-', 6) || 'xyz.' || repeat('klmnopqrs-', 6) || 'xyz.example', 'ready', '', '{}')
  ) as z (number, name, state, problem, ds);
insert into hostelry.dns_records (tenant_id, id, zone_id, name, type, ttl, value, site_id)
select p.root, pg_temp.fixed(6, r.number), pg_temp.fixed(5, 1), r.name, r.type, 3600, r.value,
       case when r.number = 1 then pg_temp.fixed(2, 1) end
  from place p, (values
    (1, 'bread.example.org', 'A', '192.0.2.10'), (2, 'example.org', 'AAAA', '2001:db8::1'), (3, 'www.example.org', 'CNAME', 'example.org'),
    (4, 'example.org', 'MX', '10 mail.example.org'),
    (5, 'example.org', 'TXT', 'v=DKIM1; k=rsa; p=' || repeat('MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQ', 10)),
    (6, 'example.org', 'NS', 'ns1.example.net'), (7, '_sip._tcp.example.org', 'SRV', '10 5 5060 sip.example.org'),
    (8, 'example.org', 'CAA', '0 issue "letsencrypt.org"'), (9, repeat('abcdefghi-', 6) || 'xyz.example.org', 'A', '192.0.2.99')
  ) as r (number, name, type, value);

-- Certificates: fine, soon over and failing, uploaded; databases: measured, not yet, not measurable.
insert into hostelry.certificates (tenant_id, id, site_id, site_key, server_id, kind, state, names, issuer, serial, fingerprint,
                                   not_before, not_after, problem)
select p.root, pg_temp.fixed(7, c.number), pg_temp.fixed(2, c.number), 'sseed' || c.number, pg_temp.fixed(1, 1), c.kind, c.state, c.names,
       'Let''s Encrypt R3', repeat('0a1b2c3d', 4), repeat('ab12cd34', 8), now() - interval '60 days', c.until, c.problem
  from place p, (values
    (1, 'acme', 'valid', array['bread.example.org', 'www.bread.example.org'], now() + interval '80 days', ''),
    (6, 'acme', 'failed', array['suspended.example.org'], now() + interval '5 days', 'The certificate authority allows no more certificates for this name until tomorrow.'),
    (8, 'custom', 'valid', array['xn--bckerei-mller-bfb28a.example'], now() - interval '1 day', ''),
    (9, 'custom', 'renewing', array(select repeat('abcdefghi-', 6) || n || '.example' from generate_series(1, 12) n), now() + interval '300 days', '')
  ) as c (number, kind, state, names, until, problem);
insert into hostelry.site_databases (tenant_id, id, site_id, site_key, site_domain, server_id, name, user_name, password, is_made,
                                     size_bytes, table_count, measured_at, measure_error)
select s.tenant_id, pg_temp.fixed(8, d.number), s.id, s.key, s.domain, s.server_id, s.key, s.key, 'sealed', d.number <> 4, d.bytes, d.tables,
       case when d.bytes is not null then now() end, d.problem
  from (values (1, 12345678, 12, ''), (4, null, null, ''), (6, null, null, 'web-1 is not connected.'), (8, 98765432109, 300, '')
       ) as d (number, bytes, tables, problem)
  join hostelry.sites s on s.id = pg_temp.fixed(2, d.number);
commit;
