"""One JSON line per event on standard output, for a program that shows a play live.

    {"event": "play", "name": ...}
    {"event": "role", "role": ..., "state": "start"}
    {"event": "task", "role": ..., "task": ..., "state": "start"}
    {"event": "task", "role": ..., "task": ..., "state": "ok|changed|failed|skipped|unreachable",
     "host": ..., "seconds": ..., "message": ...}
    {"event": "role", "role": ..., "state": "ok|changed|failed", "seconds": ...}
    {"event": "end", "state": "ok|failed", "seconds": ..., "hosts": {host: {ok, changed, failures, ...}}}

Values of tasks marked no_log never appear. Choose it with ANSIBLE_STDOUT_CALLBACK=hostelry_events.
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
        self._failed = False

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
                self._say(event="role", role=role, state="start")
        self._task_began = time.monotonic()
        self._say(event="task", role=self._role, task=task.name or task.action, state="start")

    def _end_role(self):
        if self._role:
            self._say(event="role", role=self._role, state=self._role_state,
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
        self._say(event="task", role=self._role, task=self._name_of(result), state="waiting",
                  host=result._host.get_name(), message=f"Try {attempts}")

    def _end_task(self, result, state):
        if state in ("failed", "unreachable"):
            self._failed = True
            self._role_state = "failed"
        elif state == "changed" and self._role_state == "ok":
            self._role_state = "changed"
        self._say(event="task", role=self._role, task=self._name_of(result), state=state,
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
        hosts = {host: stats.summarize(host) for host in sorted(stats.processed)}
        self._say(event="end", state="failed" if self._failed else "ok",
                  seconds=self._since(self._began), hosts=hosts)

    @staticmethod
    def _since(began):
        return round(time.monotonic() - began, 3)

    @staticmethod
    def _say(**event):
        sys.stdout.write(json.dumps(event, ensure_ascii=False) + "\n")
        sys.stdout.flush()
