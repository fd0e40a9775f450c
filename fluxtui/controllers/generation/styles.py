"""Which styles can go round a prompt, as choices. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence

from fluxtui.controllers.generation.form import GenerateForm
from fluxtui.domain.prompts import PLACE
from fluxtui.services.prompts import BUILT_IN, Style
from fluxtui.widgets.dialogs import Choice

NONE, SAVE, PUT, DELETE = "none", "save", "put", "delete"
MADE, OWN = "made:", "own:"
"""In front of a style's name, in the value of its choice."""


def style_choices(form: GenerateForm, own: Sequence[Style]) -> tuple[Choice, ...]:
    """Return what can be done about styles: none, those there are, and keeping them."""
    choices = [Choice(NONE, "no style", "the prompt alone")]
    choices += [Choice(MADE + style.name, style.name, style.text, "Ready made") for style in BUILT_IN]
    choices += [own_choice(style) for style in own]
    if PLACE in form.prompt:
        choices.append(Choice(SAVE, "save this prompt as a style …", f"it has {PLACE}", "Keep"))
    elif form.style:
        choices.append(Choice(SAVE, "save the present style …", form.style, "Keep"))
    else:
        note = f"first write a prompt with {PLACE} where others are to go"
        choices.append(Choice(SAVE, "save a style …", note, "Keep"))
    if form.style:
        choices.append(Choice(PUT, "write the style into the prompt", "to change its words", "Keep"))
    if own:
        choices.append(Choice(DELETE, "delete one of yours …", "", "Keep"))
    return tuple(choices)


def own_choice(style: Style) -> Choice:
    """Return one of the user's styles."""
    return Choice(OWN + style.name, style.name, style.text, "Yours")


def style_called(value: str, own: Sequence[Style]) -> Style | None:
    """Return the style of a choice's value, None where it is none."""
    prefix, styles = (MADE, BUILT_IN) if value.startswith(MADE) else (OWN, tuple(own))
    return next((style for style in styles if prefix + style.name == value), None)


def chosen_value(form: GenerateForm, own: Sequence[Style]) -> str:
    """Return the value of the choice that a form has made already."""
    if not form.style:
        return NONE
    return OWN + form.style_name if form.style_name in {item.name for item in own} else MADE + form.style_name
