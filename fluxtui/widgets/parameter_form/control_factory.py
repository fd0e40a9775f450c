"""Which input a parameter gets; what few forms have is imported where one does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from textual.widget import Widget

from fluxtui.domain.endpoint import Control, Field
from fluxtui.widgets.dialogs import Choice
from fluxtui.widgets.parameter_form.controls import (
    ChoiceControl,
    NumberControl,
    SeedControl,
    SideControl,
    TextControl,
)


def make_control(field: Field, value: Any, *, is_side: bool, finetunes: Sequence[Choice]) -> Widget:
    """Return the input for a parameter.

    Args:
        field: the parameter, not a hidden one.
        value: what stands in it at first.
        is_side: whether it is one of the two sides of a picture.
        finetunes: on offer where one is to be chosen.
    """
    if is_side:
        return SideControl(field, value)
    match field.control:
        case Control.INTEGER | Control.NUMBER:
            return NumberControl(field, value)
        case Control.SEED:
            return SeedControl(field, value)
        case Control.TOGGLE | Control.CHOICE:
            return ChoiceControl(field, value)
        case Control.PROMPT:
            from fluxtui.widgets.parameter_form.prompt_control import PromptControl

            return PromptControl(field, value)
        case Control.PICTURE:
            from fluxtui.widgets.parameter_form.path_controls import PictureControl

            return PictureControl(field, value)
        case Control.PICTURES:
            from fluxtui.widgets.parameter_form.path_controls import PicturesControl

            return PicturesControl(field, value)
        case Control.FINETUNE:
            from fluxtui.widgets.parameter_form.finetune_control import FinetuneControl

            return FinetuneControl(field, value, finetunes)
        case Control.LORA_STACK:
            from fluxtui.widgets.parameter_form.lora_stack import LoraStackControl

            return LoraStackControl(field, value, finetunes)
        case _:
            return TextControl(field, value)
