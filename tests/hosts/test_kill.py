"""The kill matrix: worker, agent, PostgreSQL and the managed host are killed (-9) while sites stand after every step of
their deployment. Each site must end ready exactly once, or failed with everything undone and a sentence that says why.

How a site is made to stand still, without the panel knowing: in this test's database a trigger refuses to record one
state of one step of one site, as a database that is slow for a moment would. The worker has done the step and asks again
and again to store it, until the test lets go. So one kill hits ten sites, each at another step.

    tests/hosts/run.py kill
"""

import json
import pathlib
import subprocess
import sys
import time
import unittest
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import world  # noqa: E402
from agent_plans import plan  # noqa: E402
from world import report  # noqa: E402

STEPS = ("account", "records", "order", "database", "install", "pool", "vhost", "names", "certificate", "https", "check")
ZONE = "kill.test"
STAND_SECONDS = 150
END_SECONDS = 240
PASSWORD = "bread and butter 42"

STAND_STILL = """
create schema kill_matrix;
create table kill_matrix.stands (domain text not null, step text not null, state text not null);
create function kill_matrix.stand() returns trigger language plpgsql security definer as $$
declare
    v_domain text;
begin
    select t.domain into v_domain from kill_matrix.stands t
      join hostelry.sites s on s.domain = t.domain
      join hostelry.jobs j on j.tenant_id = s.tenant_id and j.subject_id = s.id and j.kind = 'site.deploy'
     where j.tenant_id = new.tenant_id and j.id = new.job_id and t.step = new.name and t.state = new.state;
    if found then
        perform nextval(format('kill_matrix.%I', v_domain)); -- stays, although the transaction is refused
        raise exception 'stands still' using errcode = '57014';
    end if;
    return new;
end
$$;
create trigger stand before insert or update on hostelry.job_steps
    for each row execute function kill_matrix.stand();
"""

JOBS_OF_SITE = """
select s.domain, s.id, s.key, s.state, s.cause, s.https, j.state as job, j.error, j.not_undone, j.deaths,
       (select json_object_agg(t.name, t.state) from hostelry.job_steps t
         where t.tenant_id = j.tenant_id and t.job_id = j.id) as steps
  from hostelry.sites s
  join hostelry.jobs j on j.tenant_id = s.tenant_id and j.subject_id = s.id and j.kind = 'site.deploy'
 where s.domain like '%.{run}.kill.test'
"""

LEDGER = """
select s.domain,
       (select count(*) from hostelry.dns_records r where r.site_id = s.id) as records,
       (select count(*) from hostelry.certificates c where c.site_id = s.id and c.state = 'valid') as certificates,
       (select count(*) from hostelry.site_databases d where d.site_id = s.id and d.is_made) as databases,
       (select count(*) from hostelry.events e where e.subject_id = s.id and e.type = 'site.deployed') as deployed,
       (select count(*) from hostelry.events e where e.subject_id = s.id and e.type = 'site.failed') as failed
  from hostelry.sites s where s.domain like '%.{run}.kill.test'
"""

WORDPRESS_PARTS = {"account", "home", "vhost", "pool", "database", "certificate", "cron"}
STATIC_PARTS = {"account", "home", "vhost", "certificate"}


def setUpModule():
    world.server()
    panel = world.panel()
    panel.split()
    dns = world.bed().facts["dns"]
    panel.ask("dns-backend", "create", "--name", "bed", "--plugin", "org.hostelry.powerdns", "--base-url", dns["api_url"],
              "--api-key-file", dns["api_key_file"], "--nameservers", "ns1.kill.test", "--query-addresses", dns["address"])
    panel.ask("dns-zone", "create", "--name", ZONE, "--backend", panel.ask("dns-backend", "list")["items"][0]["id"])
    panel.wait(lambda: panel.ask("dns-zone", "list")["items"][0]["state"], lambda state: state == "ready", 60)
    panel.sql(STAND_STILL)


def tearDownModule():
    panel = world.panel()
    if "serve" in panel.processes:
        panel.try_sql("delete from kill_matrix.stands")  # what stands holds the table now and then
        panel.try_sql("drop schema kill_matrix cascade")


class Run:
    """The sites of one kill."""

    def __init__(self, name):
        self.name = name
        self.panel = world.panel()
        self.templates = {}

    def domain(self, label):
        return f"{label}.{self.name}.{ZONE}"

    def create(self, label, template):
        domain = self.domain(label)
        options = {"title": f"Site {label}"}
        if template == "wordpress":
            options |= {"admin_user": "maja", "admin_email": "maja@example.org", "admin_password": PASSWORD}
        self.panel.api("POST", "/api/v1/sites", {"domain": domain, "template": template, "options": options})
        self.templates[domain] = template
        return domain

    def stand(self, label, template, step, state):
        """A site that will stand where `step` is about to be recorded in `state`."""
        domain = self.domain(label)
        self.panel.sql(f"create sequence kill_matrix.\"{domain}\";"
                       f"insert into kill_matrix.stands values ('{domain}', '{step}', '{state}')")
        self.create(label, template)

    def stand_after_every_step(self, template):
        for step in STEPS:
            self.stand(f"after-{step}", template, step, "done")

    def stand_between_steps(self, template):
        for before, step in zip(STEPS, STEPS[1:]):
            self.stand(f"between-{before}-and-{step}", template, step, "running")

    def await_all_standing(self):
        def look():
            standing = self.panel.sql("select sequencename from pg_sequences where schemaname = 'kill_matrix'"
                                      f" and last_value is not null and sequencename like '%.{self.name}.{ZONE}'")
            wanted = self.panel.sql(f"select domain from kill_matrix.stands where domain like '%.{self.name}.{ZONE}'")
            return set(wanted) - set(standing)
        _, took = self.panel.wait(look, lambda missing: not missing, STAND_SECONDS)
        report(f"{self.name}: {len(self.templates)} sites stand after {took:.1f} s")

    def let_go(self):
        self.panel.sql("delete from kill_matrix.stands")

    def await_ends(self):
        def look():
            # While the database is away there is nothing to see.
            done = self.panel.try_sql("select domain || ' ' || state from hostelry.sites"
                                      f" where domain like '%.{self.name}.{ZONE}' and state not in ('ready', 'failed')"
                                      " union all select s.domain || ' has job ' || j.state from hostelry.jobs j"
                                      " join hostelry.sites s on s.id = j.subject_id where j.finished_at is null"
                                      f" and s.domain like '%.{self.name}.{ZONE}'")
            return done.stdout.splitlines() if done.returncode == 0 else [done.stderr.strip()]
        _, took = self.panel.wait(look, lambda unfinished: not unfinished, END_SECONDS)
        report(f"{self.name}: every job has ended after {took:.1f} s more")

    def ask_for_deletion(self):
        """Of all its sites; the work goes on beside the next run, whose kill hits it as well."""
        for site in self.sites():
            self.panel.api("DELETE", f"/api/v1/sites/{site['id']}", {"name": site["domain"]})

    # ---- what there is in the end

    def sites(self):
        return self.panel.rows(JOBS_OF_SITE.replace("{run}", self.name))

    def ledger(self):
        return {row["domain"]: row for row in self.panel.rows(LEDGER.replace("{run}", self.name))}


def names_of(site):
    return site["domain"], f"www.{site['domain']}"


def parts_on_host():
    listed = world.host().apply(plan([{"do": "site.list"}]))
    return {site["site"]: set(site["parts"]) for site in listed["results"][0]["output"]["sites"]}


def traces_on_host():
    """Every name on the host that could belong to a site: users, groups, files of the site's name, databases."""
    return world.host().out(
        "getent passwd | cut -d: -f1; getent group | cut -d: -f1;"
        " find /srv/sites /etc/nginx /etc/php /etc/cron.d /run/php /var/lib/hostelry-agent"
        " -path '*/htdocs/*' -prune -o -path '*/plans/*' -prune -o -print;"
        " mariadb -Ne 'show databases; select user from mysql.user'")


def records_in_zone():
    """What PowerDNS answers for: {name: [(type, values)]}."""
    dns = world.bed().facts["dns"]
    request = urllib.request.Request(f"{dns['api_url']}/api/v1/servers/localhost/zones/{ZONE}.",
                                     headers={"X-API-Key": dns["api_key"]})
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10) as answer:
        sets = json.load(answer)["rrsets"]
    found = {}
    for one in sets:
        values = [record["content"] for record in one["records"]]
        found.setdefault(one["name"].rstrip("."), []).append((one["type"], values))
    return found


def set_record_behind_the_panel(name, address):
    dns = world.bed().facts["dns"]
    change = {"rrsets": [{"name": f"{name}.", "type": "A", "ttl": 60, "changetype": "REPLACE",
                          "records": [{"content": address, "disabled": False}]}]}
    request = urllib.request.Request(f"{dns['api_url']}/api/v1/servers/localhost/zones/{ZONE}.", method="PATCH",
                                     data=json.dumps(change).encode(),
                                     headers={"X-API-Key": dns["api_key"], "Content-Type": "application/json"})
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10).close()


def verified_page(domain):
    """Status and body over HTTPS, the certificate verified against the authority's root."""
    done = subprocess.run(
        ["curl", "--silent", "--show-error", "--max-time", "20", "--cacert", world.bed().facts["acme"]["root_file"],
         "--resolve", f"{domain}:443:{world.host().address}", "--write-out", "\n%{http_code}", f"https://{domain}/"],
        capture_output=True, text=True)
    body, _, status = done.stdout.rpartition("\n")
    return int(status or 0), body + done.stderr


class Kill(unittest.TestCase):
    def setUp(self):
        world.panel().split()

    def await_agent(self):
        panel = world.panel()
        panel.wait(lambda: panel.ask("server", "show", world.server())["is_online"], bool, 60)

    def judge(self, run, expect_failed=()):
        """Every site: ready once with one of everything, or failed with nothing left and a sentence."""
        ledger, parts, traces, records = run.ledger(), parts_on_host(), traces_on_host(), records_in_zone()
        sites = [site for site in run.sites() if site["domain"] in run.templates]
        self.assertEqual(sorted(site["domain"] for site in sites), sorted(run.templates), "one job for each site")
        failed = {site["domain"]: site["cause"] for site in sites if site["state"] == "failed"}
        for domain, cause in failed.items():
            report(f"{domain} failed: {cause}")
        for site in sites:
            with self.subTest(site=site["domain"]):
                facts = ledger[site["domain"]]
                if site["state"] == "ready":
                    self.judge_ready(site, facts, run.templates[site["domain"]], parts, traces, records)
                else:
                    self.judge_failed(site, facts, parts, traces, records)
        self.assertEqual(set(failed), set(expect_failed))

    def judge_ready(self, site, facts, template, parts, traces, records):
        is_wordpress = template == "wordpress"
        self.assertEqual((site["job"], site["https"], site["not_undone"]), ("succeeded", "active", []))
        self.assertEqual(site["steps"], dict.fromkeys(STEPS, "done"))
        self.assertEqual(facts, {"domain": site["domain"], "records": 2, "certificates": 1,
                                 "databases": int(is_wordpress), "deployed": 1, "failed": 0})
        self.assertEqual(parts.get(site["key"]), WORDPRESS_PARTS if is_wordpress else STATIC_PARTS)
        names = traces.splitlines()
        self.assertEqual(names.count(site["key"]), 4 if is_wordpress else 2)  # user, group, database and its user
        for name in names_of(site):
            self.assertEqual(records.get(name), [("A", [world.host().address])])
        status, body = verified_page(site["domain"])
        self.assertEqual(status, 200, body)
        self.assertIn(f"Site {site['domain'].split('.')[0]}", body)

    def judge_failed(self, site, facts, parts, traces, records):
        self.assertEqual((site["state"], site["job"], site["not_undone"]), ("failed", "failed", []))
        self.assertRegex(site["cause"], r"^[A-Z].{20,}")
        self.assertIn(site["error"], site["cause"])
        self.assertEqual(facts, {"domain": site["domain"], "records": 0, "certificates": 0, "databases": 0,
                                 "deployed": 0, "failed": 1})
        self.assertNotIn(site["key"], parts)
        self.assertNotIn(site["key"], traces)
        self.assertEqual([name for name in names_of(site) if name in records], [])

    # ---- the matrix

    def test_1_the_worker_is_killed_after_every_step(self):
        run = Run("worker")
        run.stand_after_every_step("wordpress")
        run.stand_between_steps("static")
        # Two that cannot succeed any more: while no worker runs, the name of one is led elsewhere, the other loses its
        # server, so that not even the undo can be done.
        run.stand("astray", "wordpress", "order", "running")
        run.stand("orphan", "static", "account", "done")
        run.await_all_standing()
        panel = world.panel()
        panel.kill("worker")
        set_record_behind_the_panel(run.domain("astray"), "192.0.2.1")
        panel.sql(f"update hostelry.sites set server_id = gen_random_uuid() where domain = '{run.domain('orphan')}'")
        run.let_go()
        panel.start("worker")
        run.await_ends()
        orphan = self.judge_orphan(run)
        self.judge(run, expect_failed={run.domain("astray")})
        # What was not undone goes with the site, once its server is there again.
        panel.sql(f"update hostelry.sites set server_id = '{world.server()}' where domain = '{orphan}'")
        run.ask_for_deletion()

    def judge_orphan(self, run):
        """It says that it failed, why, and what is left."""
        domain = run.domain("orphan")
        site = next(site for site in run.sites() if site["domain"] == domain)
        self.assertEqual((site["state"], site["job"]), ("failed", "failed"))
        self.assertRegex(site["cause"], "server")
        self.assertEqual([left.partition(":")[0] for left in site["not_undone"]], ["Create the account and its place on the web server"])
        del run.templates[domain]
        return domain

    def test_2_the_agent_is_killed_after_every_step(self):
        run = Run("agent")
        run.stand_after_every_step("static")
        run.await_all_standing()
        run.create("any-1", "wordpress")
        run.create("any-2", "static")
        world.host().out("systemctl kill --signal=KILL hostelry-agent")
        run.let_go()
        run.await_ends()
        self.judge(run)
        run.ask_for_deletion()

    def test_3_postgresql_is_killed_after_every_step(self):
        run = Run("postgres")
        run.stand_after_every_step("static")
        run.await_all_standing()
        run.create("any-1", "static")
        run.create("any-2", "static")
        before = world.panel().postmaster()
        subprocess.run(["kill", "-9", str(before)], check=True)
        world.panel().wait(lambda: world.panel().try_sql("select 1").returncode == 0
                           and world.panel().postmaster() != before, bool, 60)
        run.let_go()
        run.await_ends()
        self.judge(run)
        run.ask_for_deletion()

    def test_4_the_host_is_killed_after_every_step(self):
        run = Run("host")
        run.stand_after_every_step("wordpress")
        run.await_all_standing()
        run.create("any-1", "wordpress")
        run.create("any-2", "static")
        world.bed().run("kill", "web1")
        run.let_go()
        world.bed().run("start", "web1")
        run.await_ends()
        self.await_agent()
        self.judge(run)
        run.ask_for_deletion()

    def test_5_deleted_sites_leave_nothing(self):
        panel = world.panel()
        _, took = panel.wait(lambda: panel.sql("select domain || ': ' || state from hostelry.sites"),
                             lambda left: not left, END_SECONDS)
        keys = panel.sql("select data ->> 'key' from hostelry.events where type = 'site.deleted'")
        report(f"the last of {len(keys)} sites is deleted after {took:.1f} s")
        self.assertEqual(len(keys), len(set(keys)), "deleted once each")
        self.assertEqual(panel.rows("select kind, error from hostelry.jobs where kind = 'site.delete' and state <> 'succeeded'"),
                         [])
        self.assertEqual(parts_on_host(), {})
        traces = traces_on_host()
        self.assertEqual([key for key in keys if key in traces], [])
        self.assertEqual([name for name, sets in records_in_zone().items() if any(kind == "A" for kind, _ in sets)], [])


if __name__ == "__main__":
    unittest.main()
