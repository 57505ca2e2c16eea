"""hostelry.yaml for the panel that ./dev up starts: our build's folders, and where the demo's services are."""

import json
import pathlib

import build
import paths

LOOPBACK = "127.0.0.1"
AGENT_PORT = 7443        # On the demo hosts' own bridge.
PREVIEW_PORT_STEP = 1    # Beside the panel's port: preview of sites, metrics, agents where there are no demo hosts.
TELEMETRY_PORT_STEP = 2
AGENT_PORT_STEP = 3


def address(host, port):
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def side_ports(options):
    """The further ports the panel listens on, on loopback, besides its own."""
    return {"preview": options.port + PREVIEW_PORT_STEP, "telemetry": options.port + TELEMETRY_PORT_STEP}


def write(state, options, agent_package, facts):
    """Written anew at each start."""
    ports = side_ports(options)
    built = build.folder(options.preset)
    settings = {
        "web": {"assets": paths.ROOT / "web" / "dist"},
        "migrations": {"directory": paths.ROOT / "migrations"},
        "automation": {"directory": paths.ROOT / "automation"},
        "plugins": {"directory": built / "plugins", "settings": state.folder / "plugins"},
        "log": {"format": "human"},
        # Browsers find <site>.preview.localhost on their own machine, so a tunnel is needed from any other.
        "preview": {"listen": address(LOOPBACK, ports["preview"])},
        "telemetry": {"listen": address(LOOPBACK, ports["telemetry"])},
        "agent": _agent(options, agent_package, facts),
        "acme": {"helper": paths.ROOT / "core" / "features" / "certificates" / "acme_helper.py"},
    }
    if facts is not None:
        settings["acme"]["directory"] = facts["acme"]["directory"]
        settings["outbound"] = {"allow_private": facts["subnet"] + ".0/24", "extra_ca": _authorities(state, facts)}
    (state.panel / "hostelry.yaml").write_text("# Written by ./dev up at each start.\n" + _yaml(settings))


def _authorities(state, facts):
    """One file with the CA of the directory and the root that issues for sites; the root is new at each start."""
    bundle = state.panel / "authorities.pem"
    parts = [pathlib.Path(facts["acme"][name]).read_text() for name in ("ca_file", "root_file")]
    bundle.write_text("\n".join(parts))
    return bundle


def _agent(options, package, facts):
    """Agents of demo hosts dial in on the bridge; without hosts, only a panel open to others is open to agents."""
    if facts is not None:
        settings = {"listen": f"{facts['gateway']}:{AGENT_PORT}", "advertise": f"{facts['gateway']}:{AGENT_PORT}"}
    else:
        settings = {"listen": address(options.listen, options.port + AGENT_PORT_STEP)}
    if package is not None:
        settings["package"] = package
    return settings


def _yaml(settings):
    """Two levels are all there is; a JSON scalar is a YAML scalar."""
    lines = []
    for section, values in settings.items():
        lines.append(f"{section}:")
        lines += [f"  {key}: {json.dumps(value if isinstance(value, bool) else str(value))}"
                  for key, value in values.items()]
    return "\n".join(lines) + "\n"
