"""What is worth knowing before a training is paid, and how long to train so many pictures."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from fluxtui.domain.text import plural
from fluxtui.system.dataclass import dataclass


class Purpose(StrEnum):
    """What a training is for."""

    TRIAL = "quick test"
    CHARACTER = "character"
    PRODUCT = "product"
    STYLE = "style"


@dataclass(frozen=True)
class Advice:
    """A sentence about one parameter of a training, or about all of it.

    Attributes:
        field: name of the parameter, or `''`.
        text: the sentence.
        value: what is suggested for the parameter, or None.
    """

    field: str
    text: str
    value: Any = None


@dataclass(frozen=True)
class StepsRule:
    """How long a trainer needs, as a rule of thumb; all in its own steps.

    Attributes:
        trial: enough to see whether the pictures are any good.
        usual: what is right for most subjects.
        per_picture: what each picture needs where there are so many that `usual` is too little.
        most: more than this is not advised, however many pictures there are.
        unit: the trainer's word for steps.
    """

    trial: int
    usual: int
    per_picture: int
    most: int
    unit: str = "steps"

    def suggested(self, pictures: int) -> int:
        """Return the steps for a number of pictures; 0 pictures are pictures that are not known yet."""
        return max(self.usual, min(self.per_picture * pictures, self.most))

    def sentence(self, pictures: int, counted: str = "picture") -> str:
        """Return what is suggested for a number of pictures, or of what else is `counted`, and why."""
        trial = f"{self.trial} to try out"
        if not pictures:
            return f"{self.usual} {self.unit} for most subjects, {trial}."
        steps, enough = self.suggested(pictures), self.usual // self.per_picture
        if steps == self.usual:
            reason = f"the usual number is enough up to {enough}"
        elif steps == self.most:
            reason = "more is not advised"
        else:
            reason = f"{self.per_picture} for each"
        return f"{plural(pictures, counted)}: {steps} {self.unit} ({reason}); {trial}."


WANTED: Mapping[str, str] = {
    "character": "One person in all pictures, alone in each, seen from several sides.",
    "subject": "One person or one thing in all pictures, alone in each, seen from several sides.",
    "product": "One thing in all pictures, alone in each, seen from several sides.",
    "style": "Pictures of one style, with as many different subjects as can be.",
}
"""What pictures are wanted for what is learned: they have in common what is to be learned, and nothing else.

Source for the character: BFL finetuning guide, read 2026-10 (one person in a picture); all else follows.
"""


def wanted(field: str, kind: object) -> tuple[Advice, ...]:
    """Return what pictures are wanted for the kind that a parameter holds, or nothing for an unknown one."""
    text = WANTED.get(str(kind or ""))
    return (Advice(field, text),) if text else ()
