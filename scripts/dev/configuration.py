"""hostelry.yaml for the panel that ./dev up starts: where the demo's services are."""

import json


def write(state, agent_package, facts):
    """Written anew at each start. JSON is valid YAML, and needs no library to write."""
    settings = {}
    if facts is not None:
        settings["agent"] = {"listen": f"{facts['gateway']}:7443"}
        settings["acme"] = {"directory": facts["acme"]["directory"], "ca_file": facts["acme"]["ca_file"]}
        settings["outbound"] = {"allow_private": [f"{facts['subnet']}.0/24"], "extra_ca": [facts["acme"]["ca_file"]]}
    if agent_package is not None:
        settings.setdefault("agent", {})["package"] = str(agent_package)
    lines = [f"{section}: {json.dumps(values)}\n" for section, values in settings.items()]
    (state.panel / "hostelry.yaml").write_text("# Written by ./dev up at each start.\n" + "".join(lines))
