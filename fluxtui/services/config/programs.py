"""Which files a command from the configuration runs, and whose they are."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from fluxtui.domain.errors import ConfigError
from fluxtui.domain.late_pattern import late_pattern
from fluxtui.domain.text import safe_text
from fluxtui.services.storage.ownership import Finding, Role, Us, findings_at, refuse
from fluxtui.system.dataclass import dataclass


@dataclass(frozen=True)
class _Interpreter:
    """What runs a script, and its options before that.

    Attributes:
        name: of the program.
        text: options after which, or in which, a program follows as text instead, or a module's name.
        value: options that take the next word.
    """

    name: re.Pattern[str]
    text: re.Pattern[str]
    value: re.Pattern[str]


# Sources: the manuals of bash, dash, zsh, fish, python, perl, ruby, lua, osascript, node, php, read 2026-11.
_INTERPRETERS = tuple(
    _Interpreter(*map(late_pattern, patterns))
    for patterns in (
        (
            r"(?:ba|da|z|k|mk|c|tc|a)?sh",
            r"-[A-Za-z]*c",
            r"[-+][A-Za-z]*[oO]|--rcfile|--init-file|--emulate",
        ),
        (
            r"fish",
            r"-[A-Za-z]*c.*|--command(?:=.*)?",
            r"-[CdDof]|--(?:init-command|debug|debug-output|features|profile)",
        ),
        (
            r"(?:python|pypy)[\d.]*",
            r"-[bBdEhiIOPqsSuvVx]*[cm].*",
            r"-[bBdEiIOPqsSuvx]*[WX]|--check-hash-based-pycs",
        ),
        (r"perl", r"-[aclnpsStTuUwWX0-9]*[eE].*", r"-[aclnpsStTuUwWX0-9]*I"),
        (r"ruby", r"-[alnpsSvwW0-9]*e.*", r"-[alnpsSvwW0-9]*[CEIr]"),
        (r"lua[\d.]*", r"-e.*", r"-l"),
        (r"osascript", r"-e", r"-[ls]"),
        (r"node", r"-[ep]+|--(?:eval|print)(?:=.*)?", r"-[rC]|--(?:require|import|loader|conditions)"),
        (r"php[\d.]*", r"-r.*|--run", r"-[cdz]|--(?:php-ini|define|zend-extension)"),
    )
)

_ENV = "env"
_ASSIGNMENT = late_pattern(r"[A-Za-z_][A-Za-z0-9_]*=.*", re.DOTALL)
_PATH = "PATH"
_SPLIT = late_pattern(r"(?:-[iv0]*S|--split-string(?:=|$))(.*)", re.DOTALL)
_ENV_VALUE = late_pattern(r"-[iv0]*[uCaPLU]|--(?:unset|chdir|argv0)")
"""Options of env, of GNU and of BSD, that take the next word."""

_UNRUN = "nothing of it was run"


def trusted_program(words: Sequence[str], environ: Mapping[str, str] | None = None) -> str:
    """Return the absolute path of what a command runs, once it and a script it is given are judged.

    Args:
        words: of the command.
        environ: where PATH is looked up; that of the process if None.

    Raises:
        UntrustedFile: one of them, or a directory on the way, is somebody else's or can be changed by all.
        ConfigError: there is no such program, or it depends on the directory the user happens to be in.
    """
    files = tuple(run_files(words, environ))
    refuse((finding for file in files for finding in findings_at(file, Role.PASSAGE)), _UNRUN)
    return str(files[0])


def command_findings(
    words: Sequence[str], environ: Mapping[str, str] | None = None, us: Us | None = None
) -> tuple[Finding, ...]:
    """Return all that is wrong with what a command runs, for `doctor`. Raises `ConfigError` as that does."""
    found = (finding for file in run_files(words, environ) for finding in findings_at(file, Role.PASSAGE, us))
    return tuple(dict.fromkeys(found))


def run_files(words: Sequence[str], environ: Mapping[str, str] | None = None) -> Iterator[Path]:
    """Yield the program of a command, then the program that it runs, or the script that it interprets.

    Source: POSIX.1-2024, XCU 2.9.1.4 (what is looked for in PATH), env(1) and sh(1), read 2026-11.

    Raises:
        ConfigError: there is no such program, or it depends on the directory the user happens to be in.
    """
    program = _program(words[0], os.environ if environ is None else environ)
    yield program
    name = Path(words[0]).name
    if name == _ENV:
        following, changed = _after_env(words[1:], os.environ if environ is None else environ)
        if following:
            yield from run_files(following, changed)
        return
    for interpreter in _INTERPRETERS:
        script = _script(words[1:], interpreter) if interpreter.name.fullmatch(name) else None
        if script is not None:
            yield _absolute(script)


def _program(word: str, environ: Mapping[str, str]) -> Path:
    if os.sep in word:
        return _absolute(word)
    for part in environ.get("PATH", os.defpath).split(os.pathsep):
        # An empty or relative part stands for the directory we happen to be in.
        place = Path(part, word)
        if os.path.isabs(part) and place.is_file() and os.access(place, os.X_OK):
            return place
    raise ConfigError(
        f"The api_key_command {safe_text(word, limit=60)} is in no directory that PATH names in full.",
        next_step="Name it with its whole path.",
    )


def _absolute(word: str) -> Path:
    if not os.path.isabs(word):
        raise ConfigError(
            f"The api_key_command {safe_text(word, limit=200)} would be another one in another directory, "
            "so it was not run.",
            next_step="Name it with its whole path, from the root on.",
        )
    return Path(word)


def _after_env(words: Sequence[str], environ: Mapping[str, str]) -> tuple[list[str], Mapping[str, str]]:
    """Return the command that env runs, and the variables with what env says of where it is looked for."""
    left = list(words)
    while left and (left[0].startswith("-") or _ASSIGNMENT.fullmatch(left[0])):
        word = left.pop(0)
        split = _SPLIT.fullmatch(word)
        if split is not None:
            text = split[1] or (left.pop(0) if left else "")
            left = [*_split(text), *left]
        elif _ENV_VALUE.fullmatch(word):
            left = left[1:]
        elif word.startswith(f"{_PATH}="):
            environ = {**environ, _PATH: word.removeprefix(f"{_PATH}=")}
    return left, environ


def _split(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError as error:
        raise ConfigError(
            "The api_key_command has a quotation mark without its other one in what env is to split.",
            next_step="Mend it, or name the words one by one.",
        ) from error


def _script(words: Sequence[str], interpreter: _Interpreter) -> str | None:
    """Return the script among an interpreter's words, or None where what it runs is text or its input."""
    left = list(words)
    while left:
        word = left.pop(0)
        if word == "-" or interpreter.text.fullmatch(word):
            return None
        if word == "--":
            return left[0] if left else None
        if interpreter.value.fullmatch(word):
            left = left[1:]
        elif not word.startswith(("-", "+")):
            return word
    return None
