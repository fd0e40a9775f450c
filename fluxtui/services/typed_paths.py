"""From what a person typed for a path to the file or folder that is there. Blocking, but only briefly."""

from __future__ import annotations

import os
from pathlib import Path

from fluxtui.domain.text import safe_text
from fluxtui.domain.typed_paths import readings


def meant(text: Path | str) -> Path:
    """Return the path that a text means: the first reading of `typed_paths.readings` that is there.

    Where none is there, such as for a file that is still to be written, it is the one without quotation
    marks, escapes and variables. `~` is the home directory; that of a user who does not exist is left as it
    is written, and `homeless` says so.
    """
    paths = [Path(os.path.expanduser(reading)) for reading in readings(str(text), os.environ)]
    if len(paths) < 2:
        return paths[0] if paths else Path(str(text))
    return next((path for path in paths if _is_there(path)), paths[-1])


def homeless(path: Path) -> str:
    """Return why a path leads nowhere if it begins with the home of a user who does not exist, else `''`.

    It is a clause that fits after the path: `is in the home of “nobody7”, whom this machine does not know`.
    """
    first = path.parts[0] if path.parts else ""
    if not first.startswith("~") or os.path.lexists(first):
        return ""
    return f"is in the home of “{safe_text(first[1:], limit=60)}”, whom this machine does not know"


def _is_there(path: Path) -> bool:
    try:
        return os.path.lexists(path)
    except ValueError:
        return False
