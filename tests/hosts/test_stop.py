"""An orderly stop under load: SIGTERM to `hostelry up` while people change things and a job runs. No request that was
taken is lost, no job, no audit entry; a second SIGTERM ends the process at once. Needs no host.

    tests/hosts/run.py stop
"""

import http.client
import json
import pathlib
import signal
import socket
import sys
import threading
import time
import unittest
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from panel import Panel  # noqa: E402
from world import report  # noqa: E402

CLIENTS = 6
STOP_SECONDS = 15
HOST_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGRlYWRiZWVmZGVhZGJlZWZkZWFkYmVlZmRlYWRiZWVm"


class SilentMachine:
    """Takes SSH connections and never says a word: a job that speaks to it stands in its step."""

    def __init__(self):
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.taken = []
        threading.Thread(target=self._take, daemon=True).start()

    def _take(self):
        while True:
            try:
                self.taken.append(self.listening.accept()[0])
            except OSError:
                return

    def close(self):
        self.listening.close()
        for connection in self.taken:
            connection.close()


class Client(threading.Thread):
    """Makes one tenant after the other until the panel takes no more connections."""

    def __init__(self, panel, number):
        super().__init__(daemon=True)
        address = json.loads((panel.state / "panel.json").read_text())
        self.host = address["url"].removeprefix("http://")
        self.key = address["key"]
        self.number = number
        self.acknowledged, self.unanswered, self.refused = [], [], []

    def run(self):
        for count in range(100000):
            name = f"Tenant {self.number}-{count}"
            connection = http.client.HTTPConnection(self.host, timeout=30)
            try:
                connection.connect()
            except OSError:
                return
            try:
                self._make(connection, name)
            except (OSError, http.client.HTTPException):
                self.unanswered.append(name)
            finally:
                connection.close()

    def _make(self, connection, name):
        connection.request("POST", "/api/v1/tenants", json.dumps({"name": name}), {
            "Authorization": f"Bearer {self.key}", "Content-Type": "application/json",
            "Idempotency-Key": str(uuid.uuid4())})
        answer = connection.getresponse()
        answer.read()
        if answer.status == 201:
            self.acknowledged.append(name)
        else:
            self.refused.append(answer.status)
            time.sleep(0.2)


class HalfSent:
    """A request the panel has taken, but not whole when it is told to stop."""

    def __init__(self, panel, number):
        address = json.loads((panel.state / "panel.json").read_text())
        host, _, port = address["url"].removeprefix("http://").partition(":")
        self.name = f"Tenant half-{number}"
        body = json.dumps({"name": self.name}).encode()
        head = (f"POST /api/v1/tenants HTTP/1.1\r\nHost: {host}:{port}\r\nAuthorization: Bearer {address['key']}\r\n"
                f"Content-Type: application/json\r\nIdempotency-Key: {uuid.uuid4()}\r\n"
                f"Content-Length: {len(body)}\r\n\r\n")
        self.connection = socket.create_connection((host, int(port)), timeout=20)
        self.connection.sendall(head.encode() + body[:5])
        self.rest = body[5:]

    def finish(self):
        """The status line of the answer."""
        with self.connection:
            self.connection.sendall(self.rest)
            return self.connection.makefile("rb").readline().decode().strip()


class Stop(unittest.TestCase):
    def setUp(self):
        self.panel = Panel()
        self.addCleanup(self.panel.destroy)
        self.panel.start("up")
        self.machine = SilentMachine()
        self.addCleanup(self.machine.close)
        self.job = self.panel.ask("server", "add", "--name", "silent", "--address", "127.0.0.1",
                                  "--port", self.machine.port, "--host-key", HOST_KEY)["job"]
        self.panel.wait(lambda: len(self.machine.taken), bool, 60)

    def terminate(self):
        process = self.panel.processes.pop("up")
        self.addCleanup(process.stdout.close)
        process.send_signal(signal.SIGTERM)
        return process

    def test_sigterm_loses_no_request_no_job_and_no_audit_entry(self):
        clients = [Client(self.panel, number) for number in range(CLIENTS)]
        for client in clients:
            client.start()
        self.panel.wait(lambda: sum(len(client.acknowledged) for client in clients), lambda made: made > 50, 60)
        half_sent = [HalfSent(self.panel, number) for number in range(CLIENTS)]
        time.sleep(0.5)  # they are taken now
        began = time.monotonic()
        process = self.terminate()
        time.sleep(0.5)  # and it stops now
        self.assertEqual([half.finish() for half in half_sent], ["HTTP/1.1 201 Created"] * CLIENTS)
        self.assertEqual(process.wait(STOP_SECONDS), 0)
        took = time.monotonic() - began
        for client in clients:
            client.join(30)
        acknowledged = {name for client in clients for name in client.acknowledged} | {half.name for half in half_sent}
        unanswered = {name for client in clients for name in client.unanswered}
        report(f"stopped after {took:.1f} s; {len(acknowledged)} changes answered, {len(unanswered)} connections"
               f" not taken, other answers: {sorted({status for client in clients for status in client.refused})}")

        spoken_to = len(self.machine.taken)
        self.panel.start("up")
        made = set(self.panel.sql("select name from hostelry.tenants where name like 'Tenant %'"))
        self.assertEqual(made & unanswered, set(), "carried out, but nobody was told")
        self.assertEqual(acknowledged - made, set(), "told, but not carried out")
        # The trail is written by a listener: all of it comes, and its chain holds.
        audited = "select count(*) from hostelry.events where type = 'tenant.created' and position is not null"
        self.panel.wait(lambda: int(self.panel.sql(audited)[0]), lambda count: count == len(made), 30)
        checked = self.panel.wait(lambda: self.panel.api("GET", "/api/v1/audit/verification"),
                                  lambda chain: chain["entries"] >= len(made), 30)[0]
        self.assertTrue(checked["intact"], checked)
        # The job is where it was and speaks to its machine again.
        self.panel.wait(lambda: len(self.machine.taken), lambda count: count > spoken_to, 60)
        self.assertIn(self.panel.api("GET", f"/api/v1/jobs/{self.job}")["state"], ("running", "queued", "waiting"))

    def test_a_second_sigterm_ends_at_once(self):
        process = self.terminate()
        time.sleep(1)  # it waits for the job's step now
        self.assertIsNone(process.poll(), "the first signal must leave time to the step in hand")
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(5), 130)
        self.assertLess(time.monotonic() - began, 2)


if __name__ == "__main__":
    unittest.main()
