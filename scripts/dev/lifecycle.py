"""./dev up, ./dev down, ./dev clean, and the command line of what runs."""

import os
import pathlib
import signal
import socket
import sys

import build
import configuration
import demo
import frontend
import packages
import panel
import paths
import state as states
from bed.processes import start_time
from bed.waiting import wait_until
from stages import Progress, StageFailed

PANEL_ADVICE = "'./dev down' ends what a killed run left; './dev up --port N' takes another port"


class _Stop(Exception):
    """Ctrl-C or SIGTERM."""


def _stop_on_signals():
    def stop(number, frame):
        signal.signal(number, signal.SIG_IGN)
        raise _Stop
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)


def up(options):
    """Build, start everything, print the address, and stay until stopped."""
    _stop_on_signals()
    progress = Progress("up")
    running = None
    state = None
    try:
        packages.ensure(progress, packages.BUILD + (() if options.bare else packages.DEMO))
        state = _claim_state(options)
        with_hosts = _can_have_hosts(options, state)
        frontend.ensure(progress)
        build.ensure(progress, options.preset, "Panel and agent")
        facts = _start_hosts(options, progress, state) if with_hosts else None
        running = _start_panel(options, progress, state, facts)
        if facts is not None:
            demo.introduce(progress, state, _program(options), facts)
        _announce(running.facts, facts)
        code = running.wait()
        raise StageFailed("The panel", f"ended by itself with {code}", paths.LOGS / "up-panel.log", PANEL_ADVICE)
    except _Stop:
        print("\nStopping …", flush=True)
        return 0
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        if running is not None:
            running.stop()
        if state is not None and state.running.pid() == os.getpid():
            panel.stop_left_over(state)
            demo.stop_hosts(state)
            state.running.record.unlink(missing_ok=True)


def _claim_state(options):
    """The state folder, ours until we end; what an earlier run left running there is ended first."""
    state, moved = states.locate(options.state)
    if moved:
        print(moved, flush=True)
    if state.running.pid() is not None:
        raise StageFailed("Start", f"./dev up runs already with {state.folder}", None, "stop it with './dev down'")
    state.make()
    state.running.record.write_text(f"{os.getpid()} {start_time(os.getpid())}\n")
    if panel.stop_left_over(state):
        print("Ended a panel that an earlier run had left.", flush=True)
    _require_free_ports(options)
    return state


def _can_have_hosts(options, state):
    if options.bare:
        return False
    reason = demo.unsupported_reason(state.folder)
    if reason:
        print(f"{reason} Continuing without the demo hosts (--bare).", flush=True)
    return reason is None


def _start_hosts(options, progress, state):
    facts = demo.start_hosts(progress, state, options.subnet)
    package = demo.agent_package(options.preset)
    if package is not None:
        demo.offer_package(progress, state, package)
    return facts


def _start_panel(options, progress, state, facts):
    configuration.write(state, options, demo.agent_package(options.preset), facts)
    with progress.stage("panel", "Panel and its database", advice=PANEL_ADVICE) as stage:
        running = panel.Panel(state, _program(options), configuration.address(options.listen, options.port), stage.log)
        try:
            running.await_ready(stage.tick)
        except panel.PanelEnded as ended:
            running.stop()
            raise StageFailed("Panel", f"hostelry up {ended}", stage.log, PANEL_ADVICE) from ended
        except BaseException:
            running.stop()
            raise
    return running


def _require_free_ports(options):
    _require_free_port(options.listen, options.port)
    _require_free_port(options.listen, options.port + configuration.AGENT_PORT_STEP)
    for port in configuration.side_ports(options).values():
        _require_free_port(configuration.LOOPBACK, port)


def _require_free_port(host, port):
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as problem:
            raise StageFailed("Panel", f"cannot listen on {configuration.address(host, port)} ({problem.strerror})", None,
                              "choose another with --port N or --listen ADDRESS") from problem


def _announce(facts, demo_facts):
    """The one line that matters, on standard output."""
    line = f"\nHostelry is at {facts['address']}"
    if facts.get("setup_url"):
        line += f"  —  first sign-in, once: {facts['setup_url']}"
    if facts.get("fingerprint"):
        line += f"  —  certificate SHA-256 {facts['fingerprint']}"
    print(line, flush=True)
    if demo_facts is not None:
        print(f"The demo's sites have certificates of a test CA; its root: {demo_facts['acme']['root_file']}", file=sys.stderr)
    print("Ctrl-C stops it; the data stays.", file=sys.stderr, flush=True)


def _program(options):
    return build.folder(options.preset) / "bin" / "hostelry"


def command(words):
    """The program's command line on the panel of ./dev up; never returns."""
    built = [program for program in (build.folder(preset) / "bin" / "hostelry" for preset in ("up", "release", "test"))
             if program.exists()]
    if not built:
        raise StageFailed("hostelry", "is not built", None, "run './dev up' first")
    program = max(built, key=lambda file: file.stat().st_mtime)
    words, wanted = _without_state(words)
    folder = states.locate(wanted)[0].panel
    if wanted is not None and not folder.exists():
        folder = pathlib.Path(wanted)  # Of a panel that ./dev up did not make.
    configured = []
    if "--config" not in words and (folder / "hostelry.yaml").exists():
        configured = ["--config", folder / "hostelry.yaml"]  # What `doctor` and `migrate` look at.
    os.execv(program, [str(word) for word in (program, *words, "--state", folder, *configured)])


def _without_state(words):
    """The words besides --state, and the folder it names as to ./dev up, or None."""
    kept, wanted = [], None
    rest = iter(words)
    for word in rest:
        if word == "--state":
            wanted = next(rest, None)
            kept += [] if wanted else [word]  # The program says what is missing.
        elif word.startswith("--state="):
            wanted = word.removeprefix("--state=")
        else:
            kept.append(word)
    return kept, wanted


def down(options):
    """Stop a ./dev up, or what a killed one left."""
    state, _ = states.locate(options.state)
    return _down(state)


def _down(state):
    pid = state.running.pid()
    if pid is not None:
        os.kill(pid, signal.SIGTERM)
        if not wait_until(lambda: state.running.pid() is None, 90):
            print(f"./dev up (process {pid}) does not end.", file=sys.stderr)
            return 1
        return 0
    panel.stop_left_over(state)
    demo.stop_hosts(state)
    state.running.record.unlink(missing_ok=True)
    return 0


def clean(options):
    """Stop, then remove all data of the panel and of the demo hosts."""
    state, _ = states.locate(options.state)
    code = _down(state)
    if code == 0 and state.exists():
        demo.remove_hosts(state)
        state.remove()
        print(f"Removed {state.folder}.")
    return code
