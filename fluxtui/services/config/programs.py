"""Which files a command from the configuration runs, and whose they are."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from fluxtui.domain.errors import ConfigError
from fluxtui.domain.text import safe_text
from fluxtui.services.storage.ownership import Finding, Role, Us, findings_at, refuse

_INTERPRETERS = {
    re.compile(r"(?:ba|da|z|k|mk|fi|c|tc|a)?sh"): re.compile(r"-[A-Za-z]*c"),
    re.compile(r"(?:python|pypy)[\d.]*"): re.compile(r"-[A-Za-z]*[cm]"),
    re.compile(r"perl|ruby|lua|osascript"): re.compile(r"-[A-Za-z]*[eE]"),
    re.compile(r"node|php"): re.compile(r"-[epr]|--eval|--print|--run"),
}
"""What runs a script, and after which option a program follows as text instead, or a module's name."""

_WITH_VALUE = frozenset({"-W", "-X", "-o", "+o", "-O", "--rcfile", "--init-file", "-u", "-C", "--chdir"})
"""Options of interpreters and of env that take the next word."""

_ENV = "env"
_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=.*", re.DOTALL)
_SPLIT = frozenset({"-S", "--split-string"})

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
        following = _after_env(words[1:])
        if following:
            yield from run_files(following, environ)
        return
    for interpreter, text_follows in _INTERPRETERS.items():
        script = _script(words[1:], text_follows) if interpreter.fullmatch(name) else None
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


def _after_env(words: Sequence[str]) -> list[str]:
    """Return the command that env runs."""
    left = list(words)
    while left and (left[0].startswith("-") or _ASSIGNMENT.fullmatch(left[0])):
        word = left.pop(0)
        if word in _SPLIT and left:
            left = [*shlex.split(left[0]), *left[1:]]
        elif word in _WITH_VALUE:
            left = left[1:]
    return left


def _script(words: Sequence[str], text_follows: re.Pattern[str]) -> str | None:
    """Return the script among an interpreter's words, or None where what it runs is text or its input."""
    left = list(words)
    while left:
        word = left.pop(0)
        if word == "-" or text_follows.fullmatch(word):
            return None
        if word in _WITH_VALUE:
            left = left[1:]
        elif not word.startswith("-"):
            return word
    return None
