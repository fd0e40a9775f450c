"""The program's source, parsed once for all tests of a worker that look at it."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path


@cache
def parsed(path: Path) -> ast.Module:
    """Return what a file of the program says; nobody may change it."""
    return ast.parse(path.read_text(encoding="utf-8"))
