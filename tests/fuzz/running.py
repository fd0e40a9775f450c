"""Takes a door through inputs of its own, and is strict about what may come of each.

A result, or one of our errors with a sentence that can be shown; nothing else is raised, started, connected
to, written elsewhere, left open, or waited for.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Protocol

from fluxtui.domain.errors import FluxError
from fluxtui.domain.text import safe_text
from fluxtui.services.threads import Stopped
from tests.fuzz.samples import Cases, Sample, written
from tests.fuzz.watching import Watch

LONGEST_SENTENCE = 6_000
"""Characters of a sentence; more is the content of a file in place of a reason."""

SECRET = b"nobody else's business"
"""Stands in a file beside the folder of an input."""

_TAKEN = "taken"
_CHANGING = re.compile(r"“.*?”|\(.*?\)|[\w./-]*\d[\w.,/-]*|\S*\.(?:png|zip|tar|txt|safetensors|yaml|json)\S*")


class Room:
    """A place on the disk for one input, and what is shown of it.

    Attributes:
        given: the folder with the files of the input.
        own: the folder that the program may write into.
        temporary: where the system's temporary files would go; empty afterwards.
        secret: a file that nothing has to open.
        is_case: the input has a name, and is to be tried in every way.
    """

    def __init__(self, root: Path) -> None:
        self.root, self.given, self.own = root, root / "given", root / "own"
        self.temporary = root / "tmp"
        self.secret = root / "secret.txt"
        self.is_case = False
        self.faults: list[str] = []
        for folder in (self.given, self.own, self.temporary):
            folder.mkdir(mode=0o700)
        self.secret.write_bytes(SECRET)

    def furnish(self, sample: Sample, *, is_case: bool) -> None:
        """Write the files of an input, in place of those of the one before."""
        self.faults, self.is_case = [], is_case
        shutil.rmtree(self.given)
        self.given.mkdir(mode=0o700)
        written(sample, self.given)

    def show(self, text: str, *, newlines: bool = False) -> None:
        """Take a text that people would see; what could harm a terminal is a fault."""
        if text != safe_text(text, newlines=newlines):
            self.faults.append(f"a text that cannot be shown: {text[:300]!r}")

    def show_sentence(self, text: str) -> None:
        """Take a sentence, which is of one line and of a length that can be read."""
        self.show(text)
        if not text.strip() or len(text) > LONGEST_SENTENCE:
            self.faults.append(f"a sentence of {len(text)} characters: {text[:300]!r}")

    def need(self, condition: bool, words: str) -> None:
        """Note a fault where something that must hold does not."""
        if not condition:
            self.faults.append(words)


class Door(Protocol):
    """One way in for files.

    Attributes:
        name: for the command line.
        seconds: computing time that one input may take at most.
        secret: whether nothing may even open what lies beside the input; links are looked at before they are
            refused.
        cases: inputs with a name, each a kind of harm that is known.
        heavy: those of them that take a second or more.
    """

    name: str
    seconds: float
    secret: bool
    cases: Cases
    heavy: frozenset[str]

    def sample(self, chance: Random) -> Sample:
        """Return an input by chance."""
        ...

    def visit(self, room: Room, chance: Random) -> str:
        """Do with the files of a room what the program does with such; return what came of it.

        Raises `FluxError` where they are refused.
        """
        ...

    def close(self) -> None:
        """Give back what is held."""
        ...


@dataclass(frozen=True)
class Input:
    """One input of a door: a seed, or a case by its name."""

    seed: int = 0
    case: str = ""

    @property
    def option(self) -> str:
        """What names it on the command line."""
        return f"--case '{self.case}'" if self.case else f"--replay {self.seed}"


@dataclass(frozen=True)
class Failure:
    """An input that came out otherwise than allowed."""

    tried: Input
    reasons: tuple[str, ...]
    sample: Sample = ()


@dataclass
class Totals:
    """What came of all inputs of a door."""

    tried: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    worst_seconds: float = 0.0
    worst_input: Input = field(default_factory=Input)
    failures: list[Failure] = field(default_factory=list)


def seeds(first: int) -> Iterator[Input]:
    """Yield inputs by chance without an end, from a seed on."""
    while True:
        yield Input(first)
        first += 1


def named_inputs(door: Door, *, light: bool) -> Iterator[Input]:
    """Yield the cases of a door, without the heavy ones where `light`."""
    yield from (Input(case=name) for name in door.cases if not (light and name in door.heavy))


def sample_of(door: Door, tried: Input) -> tuple[Sample, Random]:
    """Return the files of an input, and the chance that goes on with it."""
    chance = Random(f"{door.name} {tried.seed} {tried.case}")
    return (door.cases[tried.case]() if tried.case else door.sample(chance)), chance


def try_input(door: Door, room: Room, watch: Watch, tried: Input, totals: Totals) -> Failure | None:
    """Put one input through a door and count what came of it; return how it failed, if it did."""
    sample, chance = sample_of(door, tried)
    room.furnish(sample, is_case=bool(tried.case))
    before, open_before, noise_before = _tree(room.root, but=room.own), _open_files(), _noise()
    began = time.process_time()
    with watch.watching():
        outcome, reasons = _visited(door, room, chance)
    seconds = time.process_time() - began
    reasons += [*watch.faults, *room.faults]
    if _open_files() != open_before:
        reasons.append(f"files are left open: {sorted(_open_files() - open_before)}")
    if noise := _noise() - noise_before:
        reasons.append(f"{noise} bytes were written to the terminal past the program")
    if seconds > door.seconds:
        reasons.append(f"it took {seconds:.1f} s of computing, {door.seconds:g} are allowed")
    if (now := _tree(room.root, but=room.own)) != before:
        reasons.append(f"changed outside of its place: {sorted(now ^ before)[:3]}")
    reasons += _public(room.own)
    totals.tried += 1
    totals.kinds[outcome] += 1
    if seconds > totals.worst_seconds:
        totals.worst_seconds, totals.worst_input = seconds, tried
    if not reasons:
        return None
    failure = Failure(tried, tuple(reasons), sample)
    totals.failures.append(failure)
    return failure


def _visited(door: Door, room: Room, chance: Random) -> tuple[str, list[str]]:
    try:
        return door.visit(room, chance) or _TAKEN, []
    except FluxError as error:
        room.show_sentence(error.sentence())
        return f"{type(error).__name__}: {_kind(error.message)}", []
    except Stopped:
        return "stopped", []
    except Exception as error:
        lines = traceback.format_exception(error)
        return f"! {type(error).__name__}", ["".join(lines)[-3000:]]


def _kind(message: str) -> str:
    """Return a message without what is another one for each input."""
    return " ".join(_CHANGING.sub("…", message).split())[:70]


def _open_files() -> set[str]:
    """Return the descriptors that are open, each with what it is."""
    found = set()
    for name in os.listdir("/dev/fd"):
        # The listing's own is closed by now.
        with suppress(OSError):
            about = os.fstat(int(name))
            found.add(f"{name}: {about.st_mode:o} {about.st_dev}/{about.st_ino}")
    return found


def _noise() -> int:
    """Return how much is in the file that stands for the terminal, where there is one."""
    sizes = [os.fstat(descriptor).st_size for descriptor in (1, 2)]
    return sum(sizes)


def _tree(root: Path, but: Path) -> set[tuple[str, int, int, int]]:
    found = set()
    waiting = [os.fspath(root)]
    while waiting:
        folder = waiting.pop()
        with os.scandir(folder) as items:
            for item in items:
                if item.path == os.fspath(but):
                    continue
                status = item.stat(follow_symlinks=False)
                is_folder = stat.S_ISDIR(status.st_mode)
                found.add((item.path, status.st_mode, status.st_size * (not is_folder), status.st_mtime_ns))
                if is_folder:
                    waiting.append(item.path)
    return found


def _public(root: Path) -> list[str]:
    """Return what others may look into of what was made."""
    found = []
    for folder, folders, files in os.walk(root):
        for name in (*folders, *files):
            path = os.path.join(folder, name)
            status = os.lstat(path)
            if not stat.S_ISLNK(status.st_mode) and status.st_mode & 0o077:
                found.append(f"not private: {path} {status.st_mode:o}")
    return found[:3]
