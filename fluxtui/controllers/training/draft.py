"""What is kept of the finetune place from one start of the program to the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from fluxtui.controllers.training.samples import prompts_in_note
from fluxtui.system.dataclass import dataclass


@dataclass(frozen=True)
class TrainingDraft:
    """All that the user has prepared; immutable, a change is a new draft.

    Attributes:
        source: the folder or archive as it is typed.
        trainer: the ref of the trainer that was used last, or `''`.
        by_trainer: what was entered for each trainer, by its ref.
        samples: the prompts of sample pictures.
    """

    source: str = ""
    trainer: str = ""
    by_trainer: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    samples: tuple[str, ...] = ()

    @classmethod
    def from_note(cls, note: Mapping[str, Any]) -> TrainingDraft:
        """Return the draft in a note of the journal; what cannot be part of one is left out."""
        known = note.get("by_trainer")
        values = known.items() if isinstance(known, dict) else ()
        return cls(
            source=str(note.get("source") or ""),
            trainer=str(note.get("trainer") or ""),
            by_trainer={str(ref): given for ref, given in values if isinstance(given, dict)},
            samples=prompts_in_note(note),
        )

    def to_note(self) -> dict[str, Any]:
        """Return the note to keep in the journal."""
        return {
            "source": self.source,
            "trainer": self.trainer,
            "by_trainer": {ref: dict(values) for ref, values in self.by_trainer.items()},
            "samples": list(self.samples),
        }
