"""One thing that is known of a finetune, and what heads it among the details."""

from __future__ import annotations

from dataclasses import dataclass

USES = "Where it can be used"
FILE = "LoRA file"
METADATA = "Written into the file"
TRAINING = "Training"
TRAINED_ON = "Trained on"
TOLD = "Told by the service"
NO_USES = "Where it cannot be used"


@dataclass(frozen=True)
class Fact:
    """One thing that is known; `is_long` ones want a line of their own, `section` is what heads them."""

    title: str
    text: str
    is_long: bool = False
    section: str = ""
