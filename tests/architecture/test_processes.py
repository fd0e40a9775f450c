"""A process that we start gets an environment that somebody has thought about."""

from __future__ import annotations

import ast
from pathlib import Path

import fluxtui
from tests.architecture.source import parsed

ROOT = Path(fluxtui.__file__).parent
STARTERS = {"Popen", "run", "check_output", "check_call", "call"}
BY_NAME = {"create_subprocess_exec", "create_subprocess_shell"}
OF_OS = {"posix_spawn", "posix_spawnp", "execv", "execve", "execvp", "execvpe", "system", "popen", "fork"}

MAKERS = {"module_environ", "bare_environ", "environ_without_keys"}
HANDED_ON = {"system/programs.py"}
"""Here the environment is asked of the caller."""


def starts(node: ast.Call) -> bool:
    if not isinstance(node.func, ast.Attribute):
        return False
    owner = node.func.value.id if isinstance(node.func.value, ast.Name) else ""
    name = node.func.attr
    return name in BY_NAME or name in {"os": OF_OS, "subprocess": STARTERS}.get(owner, set())


def maker(node: ast.Call) -> str | None:
    given = next((word.value for word in node.keywords if word.arg == "env"), None)
    return given.func.id if isinstance(given, ast.Call) and isinstance(given.func, ast.Name) else None


def test_every_process_gets_an_environment_made_for_it() -> None:
    found = {
        (str(path.relative_to(ROOT)), node.lineno): maker(node)
        for path in sorted(ROOT.rglob("*.py"))
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and starts(node)
    }
    assert len(found) >= 5
    assert {path for (path, _), name in found.items() if name not in MAKERS} == HANDED_ON
