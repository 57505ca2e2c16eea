"""The front end: npm packages by lockfile, then the build of web/ into web/dist/."""

import os
import subprocess

import paths
import stamps

WEB = paths.ROOT / "web"
E2E = paths.ROOT / "tests" / "e2e"


def ensure(progress):
    if not (WEB / "package-lock.json").exists():
        return
    with progress.stage("frontend", "Front end",
                        advice="read the log; 'npm ci' needs the npm registry or its cache") as stage:
        installed = ensure_npm_packages(stage, WEB)
        digest = stamps.digest_of(*_sources())
        if not installed and stamps.is_current("web", digest) and (WEB / "dist").is_dir():
            stage.note = "unchanged"
            return
        stage.run(["npm", "run", "build"], cwd=WEB, env=_environment(), limit=300)
        stamps.write("web", digest)


def ensure_npm_packages(stage, folder):
    """`npm ci` when the lockfile or Node.js changed; True when it ran."""
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
    digest = stamps.digest_of(folder / "package-lock.json", extra=(version,))
    name = f"npm-{folder.name}"
    if stamps.is_current(name, digest) and (folder / "node_modules").is_dir():
        return False
    stage.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=folder, env=_environment(), limit=600)
    stamps.write(name, digest)
    return True


def _sources():
    """web/ itself and the C++ sources, in which its build looks for the class and icon names in use."""
    own = [path for path in WEB.rglob("*") if path.is_file()
           and not {"node_modules", "dist"} & set(path.relative_to(WEB).parts)]
    return own + [path for ending in ("h", "cpp") for path in (paths.ROOT / "core").rglob(f"*.{ending}")]


def _environment():
    return dict(os.environ, npm_config_update_notifier="false")
