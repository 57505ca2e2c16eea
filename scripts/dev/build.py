"""CMake presets and Ninja. A preset's folder is build/<preset>."""

import paths

ADVICE = "read the first error in the log; after a change of packages 'rm -rf build/{preset}' helps"


def folder(preset):
    return paths.BUILD / preset


def ensure(progress, preset, title, *, targets=(), limit=2400):
    """Configure when needed and build; Ninja knows what is current."""
    with progress.stage(f"build-{preset}", title, advice=ADVICE.format(preset=preset)) as stage:
        if not _is_configured(preset):
            stage.run(["cmake", "--preset", preset], cwd=paths.ROOT, limit=300)
        stage.run(["ninja", "-C", folder(preset), *targets], limit=limit, yields=True)


def _is_configured(preset):
    """With the presets as they are now."""
    made = folder(preset) / "build.ninja"
    return made.exists() and made.stat().st_mtime > (paths.ROOT / "CMakePresets.json").stat().st_mtime
