"""Styles that go round a prompt: offered, chosen, kept, deleted."""

from __future__ import annotations

from collections.abc import Sequence

from fluxtui.controllers.generation.editor import FormEditor
from fluxtui.controllers.generation.form import GenerateForm
from fluxtui.controllers.generation.news import News
from fluxtui.controllers.host import Host
from fluxtui.controllers.questions import Choice, NameQuestion, Selection
from fluxtui.domain.prompts import PLACE
from fluxtui.domain.text import shorten
from fluxtui.services.presets import NAME_LIMIT
from fluxtui.services.prompts import BUILT_IN, Style

NONE, SAVE, PUT, DELETE = "none", "save", "put", "delete"
TITLE_CHARACTERS = 200
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


class StyleCommands:
    """Puts styles round the prompt."""

    def __init__(self, host: Host, editor: FormEditor, news: News) -> None:
        """Args:
        host: is asked, and keeps the styles.
        editor: holds the form.
        news: where it is said what came of it.
        """
        self._host = host
        self._editor = editor
        self._news = news

    async def choose(self) -> None:
        """Offer styles to go round the prompt."""
        form, own = self._editor.form, await self._host.services.prompts.styles.list()
        question = Selection("Styles", style_choices(form, own), chosen_value(form, own))
        chosen = await self._host.ask(question)
        if chosen is None:
            return
        if chosen == SAVE:
            await self._save(form, own)
        elif chosen == PUT:
            self._editor.take_prompt(form.text, style="", style_name="")
        elif chosen == DELETE:
            await self._delete(own)
        else:
            self._use(style_called(chosen, own))

    def _use(self, style: Style | None) -> None:
        if style is None:
            self._editor.amend(style="", style_name="")
            self._news.say("The prompt goes without a style.")
        else:
            self._editor.amend(style=style.text, style_name=style.name)
            self._news.say(shorten(f"Style {style.name}: {style.text}", TITLE_CHARACTERS))

    async def _save(self, form: GenerateForm, own: Sequence[Style]) -> None:
        text = form.prompt if PLACE in form.prompt else form.style
        if not text:
            self._news.say(f"Write a prompt with {PLACE} where others are to go, then save it.", "warning")
            return
        taken = frozenset(style.name for style in own)
        question = NameQuestion("style", shorten(text, TITLE_CHARACTERS), taken, NAME_LIMIT)
        name = await self._host.ask(question)
        if name:
            style = await self._host.services.prompts.styles.save(name, text)
            self._news.say(f"Saved as the style {style.name}; F9 offers it.", "success")

    async def _delete(self, own: Sequence[Style]) -> None:
        question = Selection("Delete which style?", [own_choice(style) for style in own])
        chosen = await self._host.ask(question)
        if chosen:
            name = chosen.removeprefix(OWN)
            await self._host.services.prompts.styles.delete(name)
            self._news.say(f"The style {name} is deleted.", "success")
