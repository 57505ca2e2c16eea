"""The agent and bring-up on real hosts: a bare Debian becomes a managed server, plans are carried out
over SSH, repeated, undone, killed in the middle and taken up again.

    tests/hosts/run.py agent
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import agent_plans as plans  # noqa: E402
import world  # noqa: E402
from hosts import Host  # noqa: E402
from world import report  # noqa: E402


def statuses(result):
    return {action["id"]: action["status"] for action in result["results"]}


def failure(result):
    return next((f"{a['id']}: {a['message']}" for a in result["results"] if a["status"] == "failed"), None)


class BringUp(unittest.TestCase):
    """The playbook run once more on a host that is brought up, and what stands there."""

    @classmethod
    def setUpClass(cls):
        cls.host = world.brought_up_host()
        began = time.monotonic()
        cls.done, cls.events = cls.host.bring_up()
        report(f"bring-up of a host that is brought up: {time.monotonic() - began:.0f} s")

    def test_every_role_and_task_is_told(self):
        self.assertEqual(self.done.returncode, 0, self.done.stdout[-3000:] + self.done.stderr)
        begun = [e["role"] for e in self.events if e["event"] == "role" and e["status"] == "running"]
        self.assertEqual(begun, ["base", "firewall", "database", "web", "agent"])
        tasks = [e["task"] for e in self.events if e["event"] == "task"]
        results = {e["task"] for e in self.events if e["event"] == "result"}
        self.assertLessEqual(set(tasks) - {"Apply the new settings", "Let the agent take its new identity"}, results)
        self.assertEqual(self.events[-1]["failed"], 0)

    def test_it_changes_nothing(self):
        self.assertEqual([e for e in self.events if e.get("status") == "changed"], [])
        self.assertEqual(self.events[-1]["changed"], 0)

    def test_services_run_and_the_agent_waits_for_its_panel(self):
        facts = json.loads(self.host.out("hostelry-agent facts"))
        states = {service["name"]: service["state"] for service in facts["services"]}
        self.assertEqual(states["nginx"], "active")
        self.assertEqual(states["mariadb"], "active")
        self.assertEqual(states["php8.2-fpm"], "active")
        self.assertEqual(states["hostelry-agent"], "inactive")
        self.assertEqual(facts["os"]["id"], "debian")
        self.assertEqual(facts["php_versions"], ["8.2"])

    def test_the_firewall_drops_what_nobody_asked_for(self):
        self.assertIn("policy drop", self.host.out("nft list chain inet hostelry input"))
        self.host.out("systemd-run --unit=listener --collect python3 -m http.server 9999")
        self.addCleanup(self.host.ssh, "systemctl stop listener")
        self.host.out("for i in $(seq 100); do ss -ltn | grep -q :9999 && exit 0; sleep 0.1; done; exit 1")
        asked = subprocess.run(["curl", "-s", "--max-time", "2", f"http://{self.host.address}:9999/"])
        self.assertEqual(asked.returncode, 28)

    def test_unknown_names_get_no_answer(self):
        status, _ = self.host.get("unknown.example.test")
        self.assertEqual(status, 0)
        status, _ = self.host.get("unknown.example.test", "https://unknown.example.test/", "--insecure")
        self.assertEqual(status, 0)

    def test_an_unreachable_host_is_told_as_such(self):
        nobody = Host(world.bed(), {"name": "nobody", "address": f"{world.bed().subnet}.250"})
        done, events = nobody.bring_up()
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("unreachable", [e.get("status") for e in events])


class Sites(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.host = world.brought_up_host()

    def tearDown(self):
        for site in self.sites():
            self.host.apply(plans.plan([{"do": "site.remove", "site": site}]))

    def sites(self):
        listed = self.host.apply(plans.plan([{"do": "site.list"}]))
        return {site["site"]: set(site["parts"]) for site in listed["results"][0]["output"]["sites"]}

    def ok(self, actions, **more):
        result = self.host.apply(plans.plan(actions, **more))
        self.assertTrue(result["ok"], failure(result))
        return result

    def unchanged(self, actions):
        result = self.ok(actions)
        self.assertEqual(set(statuses(result).values()), {"unchanged"}, statuses(result))

    def leaves_nothing(self, site):
        self.assertEqual(self.sites(), {})
        self.assertEqual(self.host.ssh(f"getent passwd {site}").returncode, 2)
        self.assertEqual(self.host.ssh(f"getent group {site}").returncode, 2)
        traces = self.host.out(
            f"find /srv/sites /etc/nginx /etc/php /etc/cron.d /run/php /var/lib/hostelry-agent"
            f" -path '*/plans/*' -prune -o -name '*{site}*' -print")
        self.assertEqual(traces, "")
        self.assertEqual(self.host.out(f"mariadb -Ne \"select user from mysql.user where user like '{site}%'\""), "")

    def test_a_static_site_is_made_repeated_and_undone(self):
        actions = plans.static_actions("sstatic1")
        made = self.ok(actions)
        self.assertEqual(set(list(statuses(made).values())[:4]), {"changed"})
        self.assertEqual(self.host.get("sstatic1.example.test")[0], 200)
        self.unchanged(actions)
        self.ok(actions, undo=True)
        self.leaves_nothing("sstatic1")

    def test_wordpress_is_made_repeated_and_undone(self):
        actions = plans.wordpress_actions("swordp1", title="My first site")
        self.ok(plans.wordpress_actions("swarmup1"))  # the files of the distribution are in memory now
        began = time.monotonic()
        made = self.ok(actions)
        seconds = time.monotonic() - began
        inside = sum(action["ms"] for action in made["results"])
        report(f"WordPress plan: {inside} ms of actions, {seconds:.1f} s over SSH (goal 1500 ms on a quiet machine)")
        report(", ".join(f"{a['do']} {r['ms']}" for a, r in zip(actions, made["results"])))
        status, body = self.host.get("swordp1.example.test")
        self.assertEqual(status, 200)
        self.assertIn("My first site", body)
        status, body = self.host.get("swordp1.example.test", "/wp-login.php", "--data",
                                     f"log=admin&pwd={plans.PASSWORD}", "--cookie", "wordpress_test_cookie=WP Cookie check")
        self.assertEqual(status, 302, body[:300])
        status, body = self.host.get("swordp1.preview.localhost", "/wp-includes/js/jquery/jquery.min.js")
        self.assertEqual(status, 200)
        for hidden in ("/wp-config.php", "/.htaccess", "/readme.html", "/wp-includes/version.php"):
            self.assertEqual(self.host.get("swordp1.example.test", hidden)[0], 404, hidden)
        self.unchanged(actions)
        self.ok(actions, undo=True)
        self.assertEqual(set(self.sites()), {"swarmup1"})
        self.ok([{"do": "site.remove", "site": "swarmup1"}])
        self.ok([{"do": "site.remove", "site": "swarmup1"}])
        self.leaves_nothing("swordp1")
        self.leaves_nothing("swarmup1")

    def test_a_dry_run_changes_nothing_and_shows_what_would(self):
        actions = [a for a in plans.wordpress_actions("sdryrun1") if a["do"] != "http.check"]
        result = self.ok(actions, dry_run=True)
        self.assertEqual(set(statuses(result).values()), {"changed"})
        self.assertIn("+     server_name sdryrun1.example.test;", json.dumps(result))
        self.leaves_nothing("sdryrun1")

    def test_undo_of_a_change_puts_the_former_state_back(self):
        self.ok(plans.static_actions("sundoof1", text="Old"))
        change = plans.plan([
            {"do": "account.ensure", "site": "sundoof1"},
            {"do": "file.write", "site": "sundoof1", "path": "htdocs/index.html", "content": "New"},
            {"do": "file.write", "site": "sundoof1", "path": "htdocs/extra.html", "content": "Extra"},
        ])
        self.assertTrue(self.host.apply(change)["ok"])
        self.assertEqual(self.host.get("sundoof1.example.test")[1], "New")
        undo = {**change, "plan": plans.plan([])["plan"], "undo": True, "undo_of": change["plan"]}
        self.assertTrue(self.host.apply(undo)["ok"])
        self.assertIn("Old", self.host.get("sundoof1.example.test")[1])
        self.assertEqual(self.host.get("sundoof1.example.test", "/extra.html")[0], 404)

    def test_undo_takes_away_nothing_that_was_there_before(self):
        site, home = "sundoof2", "/srv/sites/sundoof2"
        self.ok([{"do": "account.ensure", "site": site}, {"do": "directory.ensure", "site": site, "path": "htdocs"},
                 {"do": "file.write", "site": site, "path": "htdocs/own", "content": "mine", "mode": "0600"}])
        change = plans.plan([
            {"do": "directory.ensure", "site": site, "path": "htdocs", "mode": "0755"},
            {"do": "directory.ensure", "site": site, "path": "made"},
            {"do": "tree.copy", "site": site, "from": "/usr/share/wordpress", "to": "htdocs"},
            {"do": "tree.copy", "site": site, "from": "/usr/share/wordpress", "to": "copied"},
            {"do": "file.write", "site": site, "path": "htdocs/own", "content": "ours", "mode": "0644"},
        ])
        self.assertTrue(self.host.apply(change)["ok"])
        undo = {**change, "plan": plans.plan([])["plan"], "undo": True, "undo_of": change["plan"]}
        self.assertTrue(self.host.apply(undo)["ok"])
        self.assertEqual(self.host.out(f"stat -c %a {home}/htdocs {home}/htdocs/own; cat {home}/htdocs/own"), "750\n600\nmine")
        self.assertEqual(self.host.out(f"ls {home}"), "htdocs\nlogs\ntmp")

    def test_sites_cannot_read_each_other(self):
        secret = "the neighbour's secret"
        self.ok(plans.static_actions("sowner01") + [
            {"do": "file.write", "site": "sowner01", "path": "htdocs/secret.txt", "content": secret, "mode": "0644"}])
        snoop = """<?php
            foreach (['htdocs/secret.txt', 'logs/access.log', 'htdocs'] as $path) {
                echo @file_get_contents("/srv/sites/sowner01/$path") ?: 'no', "\\n";
            }
            foreach (['/var/lib/hostelry-agent', '/etc/shadow', '/srv/sites'] as $path) {
                echo @scandir($path) || @file_get_contents($path) ? 'open' : 'no', "\\n";
            }
            symlink('/srv/sites/sowner01/htdocs/secret.txt', '/srv/sites/ssnoop01/htdocs/link.txt');
            echo @link('/srv/sites/sowner01/htdocs/secret.txt', '/srv/sites/ssnoop01/htdocs/hard.txt') ? 'open' : 'no', "\\n";
            echo @symlink('/etc', '/srv/sites/ssnoop01/logs2') ? 'open' : 'no', "\\n";
            echo @rename('/srv/sites/ssnoop01/logs', '/srv/sites/ssnoop01/x') ? 'open' : 'no', "\\n";
            echo posix_geteuid() === 0 ? 'open' : 'no', "\\n";
        """
        result = self.ok(plans.static_actions("ssnoop01") + [
            {"do": "program.run", "site": "ssnoop01", "argv": ["php"], "stdin": snoop}])
        said = result["results"][-1]["output"]["stdout"].split()
        self.assertEqual(set(said), {"no"}, said)
        # The web server may read both sites; it must not be led from one to the other.
        status, body = self.host.get("ssnoop01.example.test", "/link.txt")
        self.assertIn(status, (403, 404))
        self.assertNotIn(secret, body)
        # The same link to a file of its own is fine.
        self.host.out("cd /srv/sites/ssnoop01/htdocs && ln -sf index.html own.html && chown -h ssnoop01: own.html")
        self.assertEqual(self.host.get("ssnoop01.example.test", "/own.html")[0], 200)

    def test_a_tenants_links_lead_no_action_elsewhere(self):
        self.ok(plans.static_actions("slinks01"))
        self.host.out("touch /root/canary; cd /srv/sites/slinks01/htdocs && ln -s /root out && ln -s /etc/passwd pw"
                      " && chown -h slinks01: out pw")
        for action in ({"do": "file.write", "path": "htdocs/out/canary", "content": "x"},
                       {"do": "file.write", "path": "htdocs/pw", "content": "x"},
                       {"do": "directory.ensure", "path": "htdocs/out/new"},
                       {"do": "tree.copy", "from": "/usr/share/wordpress", "to": "htdocs/out"}):
            result = self.host.apply(plans.plan([{**action, "site": "slinks01"}]))
            self.assertEqual(result["results"][0]["code"], "forbidden", action)
        self.assertEqual(self.host.out("cat /root/canary; ls /root/new 2>/dev/null || true"), "")
        self.ok([{"do": "site.remove", "site": "slinks01"}])
        self.assertEqual(self.host.out("ls /root/canary"), "/root/canary")

    def test_an_agent_killed_anywhere_converges_when_the_plan_is_repeated(self):
        for number, delay in enumerate((0.05, 0.15, 0.3, 0.5, 0.8, 1.2)):
            site = f"skilled{number}"
            plan = plans.plan(plans.wordpress_actions(site))
            running = self.host.start_ssh("exec -a doomed hostelry-agent apply", json.dumps(plan))
            time.sleep(delay)  # the point of the test: anywhere
            self.host.ssh("for p in /proc/[0-9]*; do case $(tr '\\0' ' ' <$p/cmdline 2>/dev/null) in"
                          " 'doomed apply '*) kill -9 ${p#/proc/};; esac; done")
            running.communicate(timeout=60)
            result = self.host.apply(plan)
            self.assertTrue(result["ok"], f"killed after {delay} s: {failure(result)}")
            self.unchanged(plans.wordpress_actions(site))
            self.ok(plans.wordpress_actions(site), undo=True)
            self.leaves_nothing(site)

    def test_a_host_that_loses_power_converges_when_the_plan_is_repeated(self):
        plan = plans.plan(plans.wordpress_actions("spower01"))
        running = self.host.start_ssh("hostelry-agent apply", json.dumps(plan))
        time.sleep(0.6)  # somewhere in the middle
        world.bed().run("kill", self.host.name)
        running.kill()
        running.communicate(timeout=60)
        world.bed().run("start", self.host.name)
        self.host.out("for i in $(seq 300); do systemctl is-active -q mariadb nginx php8.2-fpm && exit 0; sleep 0.1; done; exit 1")
        result = self.host.apply(plan)
        self.assertTrue(result["ok"], failure(result))
        self.unchanged(plans.wordpress_actions("spower01"))

    def test_every_action_works_inside_the_sandbox_of_the_service(self):
        site = "ssandbox"
        plan = plans.plan(plans.wordpress_actions(site) + [
            {"do": "certificate.request", "site": site, "names": [f"{site}.example.test"]},
            {"do": "site.remove", "site": site}, {"do": "site.list"}, {"do": "facts"}])
        # The unit as it is installed, with one plan in place of the connection.
        self.host.out(
            "cat > /var/lib/hostelry-agent/plan.json; sed"
            " -e 's|^ExecStart=.*|ExecStart=/bin/sh -c \"hostelry-agent apply <plan.json >result.json\"|'"
            " -e 's|^Type=.*|Type=oneshot\\nWorkingDirectory=/var/lib/hostelry-agent|'"
            " -e '/^Restart/d' -e '/^Condition/d'"
            " /lib/systemd/system/hostelry-agent.service > /run/systemd/system/agent-sandbox.service;"
            " systemctl daemon-reload", text_in=json.dumps(plan))
        started = self.host.ssh("systemctl start agent-sandbox")
        result = json.loads(self.host.out("cat /var/lib/hostelry-agent/result.json"))
        self.assertTrue(result["ok"], failure(result))
        self.assertEqual(started.returncode, 0, started.stderr)

    def test_several_sites_are_made_side_by_side(self):
        results = {}

        def make(site):
            results[site] = self.host.apply(plans.plan(plans.static_actions(site)))

        names = [f"sbeside{n}" for n in range(4)]
        threads = [threading.Thread(target=make, args=(site,)) for site in names]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for site in names:
            self.assertTrue(results[site]["ok"], failure(results[site]))

    def test_a_certificate_is_requested_installed_used_and_replaced(self):
        site, name = "scerts01", "scerts01.example.test"
        vhost = plans.static_actions(site)[3]
        self.ok(plans.static_actions(site))
        asked = self.ok([{"do": "certificate.request", "site": site, "names": [name]}])
        self.unchanged([{"do": "certificate.request", "site": site, "names": [name]}])
        authority = Authority()
        chain = authority.sign(asked["results"][0]["output"]["csr_pem"])
        secure = {**vhost, "certificate": "current"}
        refused = self.host.apply(plans.plan([secure]))
        self.assertEqual(refused["results"][0]["code"], "conflict")
        check = {"do": "http.check", "url": f"https://{name}/", "expect_text": "It works", "ca_pem": authority.pem}
        install = {"do": "certificate.install", "site": site, "chain_pem": chain}
        installed = self.ok([install, secure, check])
        self.assertEqual(installed["results"][0]["output"]["names"], [name])
        self.unchanged([install, secure, check])
        self.assertEqual(self.host.get(name)[0], 301)
        status, body = self.host.get(name, f"http://{name}/.well-known/acme-challenge/tok_EN-1")
        self.assertEqual((status, body), (200, "tok_EN-1.abc_DEF-123"))
        protocol = subprocess.run(
            ["curl", "-s", "--cacert", str(authority.file), "--resolve", f"{name}:443:{self.host.address}", "-o",
             "/dev/null", "-w", "%{http_version} %{http_code}", f"https://{name}/"], capture_output=True, text=True)
        self.assertEqual(protocol.stdout, "2 200")
        # The key is the site's own: no other site and no program of the site reads it.
        mode = self.host.out(f"stat -c '%U %a' /var/lib/hostelry-agent/certificates/{site}/current/key.pem")
        self.assertEqual(mode, "root 600")
        # Another authority's chain for another key is refused and the old one goes on.
        foreign = Authority().self_made(name)
        wrong = self.host.apply(plans.plan([{"do": "certificate.install", "site": site, "chain_pem": foreign[0]}]))
        self.assertEqual(wrong["results"][0]["code"], "invalid")
        uploaded = self.ok([{"do": "certificate.upload", "site": site, "chain_pem": foreign[0], "key_pem": foreign[1]}])
        self.assertEqual(statuses(uploaded)["a0"], "changed")
        self.ok([{**check, "ca_pem": foreign[0]}])
        # What its owner has uploaded needs no authority that the server knows; an unexpected one does.
        expected = {**check, "ca_pem": "", "fingerprint": uploaded["results"][0]["output"]["fingerprint"], "timeout_s": 1}
        self.ok([expected])
        for wrong in ({"fingerprint": "sha256:" + "0" * 64}, {"fingerprint": ""}):
            refused = self.host.apply(plans.plan([{**expected, **wrong}]))
            self.assertIn("certificate is not accepted", failure(refused), wrong)
        busy = self.host.apply(plans.plan([{"do": "certificate.remove", "site": site}]))
        self.assertEqual(busy["results"][0]["code"], "conflict")

    def test_a_suspended_site_says_so_and_comes_back(self):
        vhost = plans.static_actions("ssuspend")[3]
        self.ok(plans.static_actions("ssuspend"))
        self.ok([{**vhost, "suspended": True}])
        status, body = self.host.get("ssuspend.example.test")
        self.assertEqual(status, 503)
        self.assertIn("suspended", body)
        self.assertEqual(self.host.get("ssuspend.example.test", "/.well-known/acme-challenge/x")[0], 200)
        self.ok([vhost])
        self.assertEqual(self.host.get("ssuspend.example.test")[0], 200)

    def test_a_configuration_nginx_refuses_leaves_the_old_one_and_the_neighbours(self):
        self.ok(plans.static_actions("sgood001"))
        self.ok(plans.static_actions("sbroken1"))
        name = "sbroken1.example.test"
        made = Authority().self_made(name)
        self.ok([{"do": "certificate.upload", "site": "sbroken1", "chain_pem": made[0], "key_pem": made[1]}])
        self.host.out("echo rubbish > /var/lib/hostelry-agent/certificates/sbroken1/current/chain.pem")
        vhost = {**plans.static_actions("sbroken1")[3], "certificate": "current"}
        result = self.host.apply(plans.plan([vhost]))
        self.assertEqual(result["results"][0]["code"], "invalid")
        self.host.out("nginx -t")
        self.assertEqual(self.host.get(name)[0], 200)
        self.assertEqual(self.host.get("sgood001.example.test")[0], 200)

    def test_cron_runs_the_program_as_the_sites_user_and_without_a_shell(self):
        site = "scronjob"
        code = "<?php file_put_contents('/srv/sites/scronjob/tmp/out', posix_getpwuid(posix_geteuid())['name'] . ' ' . $argv[1]);"
        self.ok([
            {"do": "account.ensure", "site": site},
            {"do": "file.write", "site": site, "path": "job.php", "content": code, "mode": "0640"},
            {"do": "cron.ensure", "site": site, "name": "job", "schedule": "0 4 * * *",
             "argv": ["php", "/srv/sites/scronjob/job.php", "$(id) % ; `id` 'x'"]},
        ])
        line = self.host.out("cat /etc/cron.d/hostelry-scronjob-job")
        self.assertEqual(line.splitlines()[1],
                         "0 4 * * * root /usr/bin/hostelry-agent cron-run scronjob job >/dev/null 2>&1")
        self.host.out("hostelry-agent cron-run scronjob job")
        self.assertEqual(self.host.out("cat /srv/sites/scronjob/tmp/out"), "scronjob $(id) % ; `id` 'x'")

        pause = {"do": "cron.pause", "site": site, "paused": True}
        self.ok([pause])
        self.unchanged([pause])
        self.host.out("rm /srv/sites/scronjob/tmp/out; hostelry-agent cron-run scronjob job")
        self.assertEqual(self.host.out("ls /srv/sites/scronjob/tmp"), "")
        self.ok([dict(pause, paused=False)])
        self.host.out("hostelry-agent cron-run scronjob job")
        self.assertEqual(self.host.out("ls /srv/sites/scronjob/tmp"), "out")

    def test_a_site_that_rests_runs_nothing(self):
        site = "sresting"
        pool = {"do": "pool.ensure", "site": site, "php_version": "8.2"}
        rest = [{"do": "cron.pause", "site": site, "paused": True}, {"do": "pool.remove", "site": site},
                {"do": "processes.end", "site": site}]
        self.ok([{"do": "account.ensure", "site": site}, pool])
        crontab = f"/var/spool/cron/crontabs/{site}"
        self.host.out(f"echo '* * * * * true' > {crontab} && chown {site} {crontab}")
        self.host.out(f"setpriv --reuid {site} --regid {site} --clear-groups setsid sleep 1000 >/dev/null 2>&1 </dev/null &")
        self.host.out(f"until pgrep -u {site}; do :; done")
        self.ok(rest)
        self.assertEqual(self.host.out(f"pgrep -u {site}; ls {crontab} /run/php/hostelry-{site}.sock 2>/dev/null; true"), "")
        self.unchanged(rest)
        self.ok([pool, {"do": "cron.pause", "site": site, "paused": False}])
        self.host.out(f"test -S /run/php/hostelry-{site}.sock")
        refused = self.host.ssh(f"setpriv --reuid {site} --regid {site} --clear-groups crontab -", text_in="* * * * * true\n")
        self.assertNotEqual(refused.returncode, 0)

    def test_a_file_that_shall_be_kept_is_written_once_only(self):
        site = "skeepit1"
        page = {"do": "file.write", "site": site, "path": "htdocs/index.html", "content": "ours", "mode": "0640", "keep": True}
        self.ok([{"do": "account.ensure", "site": site}, {"do": "directory.ensure", "site": site, "path": "htdocs"}, page])
        self.assertEqual(self.host.out("cat /srv/sites/skeepit1/htdocs/index.html"), "ours")
        self.host.out("echo -n theirs > /srv/sites/skeepit1/htdocs/index.html")
        self.unchanged([dict(page, content="ours, newer")])
        self.assertEqual(self.host.out("cat /srv/sites/skeepit1/htdocs/index.html"), "theirs")

    def test_databases_are_measured_and_their_passwords_changed(self):
        site = "sdbases1"
        ensure = {"do": "database.ensure", "site": site, "name": site, "user": site, "password": "it's \\ a \"long\" one"}
        self.ok([{"do": "account.ensure", "site": site}, ensure])
        self.unchanged([ensure])
        limit = f"mariadb -Ne \"select max_user_connections from mysql.user where user = '{site}'\""
        self.assertEqual(self.host.out(limit), "30")
        self.ok([dict(ensure, connections=5)])
        self.assertEqual(self.host.out(limit), "5")
        self.ok([ensure])
        works = f"mariadb --user={site} --password=\"$(cat)\" -Ne 'create table if not exists t (a int); show grants' {site}"
        self.host.out(works, text_in=ensure["password"])
        size = self.ok([{"do": "database.size", "name": site}])
        self.assertEqual(size["results"][0]["output"]["tables"], 1)
        self.ok([{"do": "database.password", "site": site, "user": site, "password": "another long one"}])
        self.assertNotEqual(self.host.ssh(works, text_in=ensure["password"]).returncode, 0)
        self.host.out(works, text_in="another long one")
        self.assertNotEqual(self.host.ssh(works.replace("create table", "select * from mysql.user; create table"),
                                          text_in="another long one").returncode, 0)

    def test_an_archive_of_the_operators_is_unpacked_when_its_checksum_is_right(self):
        self.ok([{"do": "account.ensure", "site": "sarchive"}])
        digest = self.host.out(
            "cd $(mktemp -d) && mkdir app && echo hello > app/index.html && tar czf"
            " /var/lib/hostelry-agent/archives/app.tar.gz app && sha256sum /var/lib/hostelry-agent/archives/app.tar.gz"
        ).split()[0]
        action = {"do": "archive.extract", "site": "sarchive", "archive": "app.tar.gz", "sha256": digest, "to": "htdocs"}
        self.ok([action])
        self.unchanged([action])
        self.assertEqual(self.host.out("stat -c '%U %a' /srv/sites/sarchive/htdocs/index.html"), "sarchive 640")
        wrong = self.host.apply(plans.plan([{**action, "sha256": "0" * 64}]))
        self.assertEqual(wrong["results"][0]["code"], "invalid")


class Authority:
    """A small certificate authority made by openssl."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="hostelry-ca-"))
        self.file = self.folder / "ca.pem"
        self._run("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                  "-subj", "/CN=Test authority", "-keyout", "ca.key", "-out", "ca.pem")
        self.pem = self.file.read_text()

    def _run(self, *words):
        subprocess.run(["openssl", *words], cwd=self.folder, check=True, capture_output=True)

    def sign(self, csr_pem):
        (self.folder / "csr.pem").write_text(csr_pem)
        self._run("x509", "-req", "-in", "csr.pem", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "1",
                  "-copy_extensions", "copy", "-out", "leaf.pem")
        return (self.folder / "leaf.pem").read_text() + self.pem

    def self_made(self, name):
        self._run("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                  "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}", "-keyout", "own.key", "-out", "own.pem")
        return (self.folder / "own.pem").read_text(), (self.folder / "own.key").read_text()


if __name__ == "__main__":
    unittest.main()
