"""What the simulator needs that the rest of the program does not: the packages of the extra `demo`."""

from __future__ import annotations

from importlib.util import find_spec

EXTRA = "demo"
PACKAGES = ("starlette", "uvicorn")
"""By the names they are imported by, which are those they are installed by."""
NEXT_STEP = f"Install FluxTUI with its extra “{EXTRA}”: pip install '.[{EXTRA}]' in its source."


def missing_packages() -> str:
    """Return a sentence that names the packages which are not installed, empty where all are."""
    missing = [name for name in PACKAGES if find_spec(name) is None]
    if not missing:
        return ""
    return f"The simulator needs {' and '.join(missing)}, which {_are(len(missing))} not installed here."


def _are(count: int) -> str:
    return "is" if count == 1 else "are"
