"""How a job will end: as its words or a fault decide."""

from __future__ import annotations

from dataclasses import dataclass

from fluxtui.simulator.core.faults import ABORTED as ABORTED_FAULT
from fluxtui.simulator.core.faults import CONTENT_MODERATED, MODERATED, OUTCOME_KINDS
from fluxtui.simulator.core.faults import FAILED as FAILED_FAULT
from fluxtui.simulator.replicate.jobs import ABORTED, FAILED, SUCCEEDED
from fluxtui.simulator.replicate.logs import ALL_UNSAFE

OUTCOME_WORDS = {
    "contentmoderated": CONTENT_MODERATED,
    "moderateme": MODERATED,
    "abortme": ABORTED_FAULT,
    "failme": FAILED_FAULT,
}
"""Words in a prompt, or in a training's trigger word or destination, that act like a fault of that kind."""
BROKEN = "CUDA out of memory. Tried to allocate 20.00 MiB."


@dataclass(frozen=True, slots=True)
class Outcome:
    """A job's last status and error, whether it ends right after its start, which pictures are dropped."""

    status: str = SUCCEEDED
    error: str | None = None
    early: bool = False
    dropped: tuple[int, ...] = ()


OUTCOME_FAULTS = (*OUTCOME_KINDS, ABORTED_FAULT)


def kind_of(words: str, fault: str | None) -> str | None:
    """Return the kind of ending that a fault, or else the `words` ask for."""
    lowered = words.casefold()
    return fault or next((kind for word, kind in OUTCOME_WORDS.items() if word in lowered), None)


def failed_early(error: str) -> Outcome:
    """Return the end of a job whose input turns out useless."""
    return Outcome(FAILED, error, early=True)


def outcome_of(kind: str | None, pictures: int, *, checked: bool = True) -> Outcome:
    """Return how a job ends for a kind of ending.

    `moderated` means that all its pictures fail the safety check, `content-moderated` that the first of
    several does; neither happens where the check is off. A training, with no pictures, then just fails.
    """
    if kind == ABORTED_FAULT:
        return Outcome(ABORTED)
    if kind == FAILED_FAULT:
        return Outcome(FAILED, BROKEN)
    if kind is None or not checked:
        return Outcome()
    if not pictures:
        return Outcome(FAILED, BROKEN)
    if kind == CONTENT_MODERATED and pictures > 1:
        return Outcome(dropped=(0,))
    return Outcome(FAILED, ALL_UNSAFE, dropped=tuple(range(pictures)))
