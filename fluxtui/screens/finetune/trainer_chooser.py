"""The chooser of trainers."""

from __future__ import annotations

from typing import ClassVar

from fluxtui.widgets.chooser import Chooser


class TrainerChooser(Chooser):
    """Chooses what to train with, one at a time: there are many, and their names are long."""

    HELP = (
        "What trains the finetune, at whichever of your services. Left and right go through the trainers, "
        "Enter lists them all with their prices. The pictures are judged anew by the rules of the one chosen."
    )
    SIDE_BY_SIDE: ClassVar[bool] = False

    def __init__(self) -> None:
        super().__init__((), title="Trainer", none_text="none without a key", id="trainer")
