"""What is asked about a dataset alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fluxtui.controllers.questions import Question
from fluxtui.services.datasets.caption_edits import BulkEdit, EditKind


@dataclass(frozen=True)
class BulkEditQuestion(Question[BulkEdit]):
    """What is done to many captions at once.

    Attributes:
        captions: of the pictures that are meant, by their names, `''` for none.
        trigger_word: offered where one is to be inserted or removed.
        whose: which pictures are meant, in words that fit after "Change the captions", `''` for all.
        kind: what to begin with.
    """

    captions: Mapping[str, str] = field(hash=False)
    trigger_word: str = ""
    whose: str = ""
    kind: EditKind = EditKind.PREFIX
