"""Trying a door of the program with inputs that are out of shape: what is counted, and what a fault is."""

from __future__ import annotations

import re
import time
import traceback
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Protocol

from fluxtui.domain.errors import FluxError
from fluxtui.domain.text import safe_text
from tests.fuzz.shapes import SIGNATURE

SCRIPT = "benchmarks/fuzz_answers.py"
_MOST_TOLD = 20


class Fault(AssertionError):
    """The program did what it must never do."""


class Door(Protocol):
    """A place where something comes in from outside.

    Attributes:
        name: on the command line.
        named: cases that are always tried, each for a kind of input that was once found to do harm.
        bound: seconds that one case may take at most, on a machine with other work.
        cost: how many cases of the quickest door take as long as one of this.
    """

    name: str
    named: tuple[str, ...]
    bound: float
    cost: float

    @property
    def overhead(self) -> float:
        """Seconds that the door itself has spent on making inputs, in all."""
        ...

    async def open(self) -> None:
        """Prepare what all cases share."""
        ...

    async def close(self) -> None:
        """Give it back."""
        ...

    async def attempt(self, case: str, chance: Random) -> str:
        """Try one case and return what kind of outcome it had; `case` is one of `named`, or a number.

        Raises:
            Exception: anything at all is a fault of the program.
        """
        ...


@dataclass
class Record:
    """What came of a door: how many inputs, kinds of outcomes, the worst time in seconds, the faults."""

    door: str
    seed: int
    tried: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    worst: float = 0.0
    worst_case: str = ""
    faults: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """Return it for people."""
        kinds = ", ".join(f"{kind} {count:,}" for kind, count in self.kinds.most_common(14))
        told = [
            f"{self.door}: {self.tried:,} tried, {len(self.kinds)} kinds of outcome, "
            f"{len(self.faults)} faults, worst {self.worst:.3f} s (case {self.worst_case})",
            f"    {kinds}",
        ]
        return told + [f"    FAULT {fault}" for fault in self.faults[:_MOST_TOLD]]


def replay(door: str, seed: int, case: str) -> str:
    """Return the command that tries one case again."""
    return f"python {SCRIPT} {door} --seed {seed} --only '{case}'"


async def run(
    door: Door, *, seed: int, count: int, seconds: float = float("inf"), only: str | None = None
) -> Record:
    """Try a door with its named cases and `count` drawn ones, for `seconds` at most."""
    record = Record(door.name, seed)
    end = time.monotonic() + seconds
    await door.open()
    try:
        for case in [only] if only is not None else _cases(door, count):
            if time.monotonic() > end:
                break
            await _try(door, case, record)
    finally:
        await door.close()
    return record


def _cases(door: Door, count: int) -> Iterator[str]:
    yield from door.named
    yield from map(str, range(count))


async def _try(door: Door, case: str, record: Record) -> None:
    # A hash of our own: that of the interpreter differs from run to run.
    chance = Random(zlib.crc32(f"{door.name}/{record.seed}/{case}".encode()))
    started, overhead = time.monotonic(), door.overhead
    try:
        kind = await door.attempt(case, chance)
    except Exception as error:
        kind = f"FAULT {type(error).__name__}"
        record.faults.append(f"{_words(error)}\n      {replay(door.name, record.seed, case)}")
    taken = time.monotonic() - started - (door.overhead - overhead)
    if taken > record.worst:
        record.worst, record.worst_case = taken, case
    if taken > door.bound:
        record.faults.append(f"took {taken:.1f} s\n      {replay(door.name, record.seed, case)}")
    record.tried += 1
    record.kinds[kind] += 1


def _words(error: Exception) -> str:
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "fluxtui" in frame.filename]
    places = " < ".join(f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in frames[-4:][::-1])
    return f"{type(error).__name__}: {safe_text(error, limit=300)} at {places}"


def check_shown(text: object, where: str, *secrets: str, newlines: bool = False) -> None:
    """Check that a text may be shown: nothing in it drives a terminal, and none of `secrets` is in it.

    Raises:
        Fault: with the place, not with the text.
    """
    told = str(text)
    if safe_text(told, newlines=newlines) != told:
        raise Fault(f"{where} holds what is not for the eye: {told[:200]!a}")
    for secret in secrets:
        if secret in told:
            raise Fault(f"{where} holds a secret")


_SENTENCE = re.compile(r"\S[^.]*\S[.:!?]")


def check_error(error: FluxError, *secrets: str, most: int = 6_000) -> None:
    """Check that an error of ours is told as one: a title, a sentence, nothing secret, not endless.

    Raises:
        Fault: it is not.
    """
    sentence = error.sentence()
    check_shown(sentence, "an error", *secrets, SIGNATURE)
    check_shown(error.title, "a title", *secrets)
    if not _SENTENCE.search(sentence) or not error.title:
        raise Fault(f"an error says no sentence: {sentence[-200:]!a}")
    if len(sentence) > most:
        raise Fault(f"an error says {len(sentence)} characters")
    cause: BaseException | None = error
    while cause is not None:
        for secret in (*secrets, SIGNATURE):
            if secret in str(cause):
                raise Fault(f"the cause of an error holds a secret: {type(cause).__name__}")
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
