"""One JSON line per event on standard output, for a program that shows a play live.

    {"event": "play", "name": ...}
    {"event": "role", "role": ..., "status": "running|ok|changed|failed", "seconds": ...}
    {"event": "task", "role": ..., "task": ...}                                   a task begins
    {"event": "result", "role": ..., "task": ..., "host": ..., "seconds": ..., "message": ...,
     "status": "ok|changed|failed|skipped|unreachable|waiting"}
    {"event": "stats", "ok": n, "changed": n, "failed": n, "unreachable": n, "seconds": ...}

Values of tasks marked no_log never appear. ansible.cfg chooses it; ANSIBLE_STDOUT_CALLBACK=default gives
Ansible's own output back.
"""

import json
import sys
import time

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
    name: hostelry_events
    type: stdout
    short_description: One JSON line per play, role and task
    description: For a program that shows the progress of a play live.
"""

MESSAGE_MAX = 2000


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "hostelry_events"

    def __init__(self):
        super().__init__()
        self._began = time.monotonic()
        self._task_began = self._began
        self._role = None
        self._role_began = self._began
        self._role_state = "ok"

    # Plays, roles and tasks begin.

    def v2_playbook_on_play_start(self, play):
        self._say(event="play", name=play.get_name().strip())

    def v2_playbook_on_task_start(self, task, is_conditional):
        self._begin_task(task)

    def v2_playbook_on_handler_task_start(self, task):
        self._begin_task(task)

    def _begin_task(self, task):
        role = task._role.get_name() if task._role else None
        if role != self._role:
            self._end_role()
            self._role, self._role_began, self._role_state = role, time.monotonic(), "ok"
            if role:
                self._say(event="role", role=role, status="running", seconds=0.0)
        self._task_began = time.monotonic()
        self._say(event="task", role=self._role, task=task.name or task.action)

    def _end_role(self):
        if self._role:
            self._say(event="role", role=self._role, status=self._role_state,
                      seconds=self._since(self._role_began))
        self._role = None

    # Tasks end.

    def v2_runner_on_ok(self, result):
        self._end_task(result, "changed" if result._result.get("changed") else "ok")

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self._end_task(result, "ok" if ignore_errors else "failed")

    def v2_runner_on_skipped(self, result):
        self._end_task(result, "skipped")

    def v2_runner_on_unreachable(self, result):
        self._end_task(result, "unreachable")

    def v2_runner_retry(self, result):
        attempts = result._result.get("attempts", 0)
        self._say(event="result", role=self._role, task=self._name_of(result), status="waiting",
                  host=result._host.get_name(), seconds=self._since(self._task_began),
                  message=f"Try {attempts}")

    def _end_task(self, result, state):
        if state in ("failed", "unreachable"):
            self._role_state = "failed"
        elif state == "changed" and self._role_state == "ok":
            self._role_state = "changed"
        self._say(event="result", role=self._role, task=self._name_of(result), status=state,
                  host=result._host.get_name(), seconds=self._since(self._task_began),
                  message=self._message(result, state))

    @staticmethod
    def _name_of(result):
        return result._task.name or result._task.action

    @staticmethod
    def _message(result, state):
        values = result._result
        if values.get("_ansible_no_log") or result._task.no_log:
            return "(not shown)" if state == "failed" else ""
        if state not in ("failed", "unreachable"):
            return ""
        parts = [str(values.get("msg", "")), str(values.get("stderr", "")), str(values.get("stdout", ""))]
        for item in values.get("results", []):
            if item.get("failed"):
                parts += [str(item.get("msg", "")), str(item.get("stderr", ""))]
        return "\n".join(dict.fromkeys(part.strip() for part in parts if part.strip()))[:MESSAGE_MAX]

    # The end.

    def v2_playbook_on_stats(self, stats):
        self._end_role()
        sums = {"ok": 0, "changed": 0, "failures": 0, "unreachable": 0}
        for host in stats.processed:
            for name, count in stats.summarize(host).items():
                if name in sums:
                    sums[name] += count
        self._say(event="stats", ok=sums["ok"], changed=sums["changed"], failed=sums["failures"],
                  unreachable=sums["unreachable"], seconds=self._since(self._began))

    @staticmethod
    def _since(began):
        return round(time.monotonic() - began, 3)

    @staticmethod
    def _say(**event):
        sys.stdout.write(json.dumps(event, ensure_ascii=False) + "\n")
        sys.stdout.flush()
