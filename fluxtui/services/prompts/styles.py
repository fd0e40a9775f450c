"""Styles: texts that go round a prompt, some of our own and those that the user keeps under a name."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.prompts import PLACE, TEMPLATE_LIMIT
from fluxtui.domain.text import safe_text
from fluxtui.services.journal import Journal
from fluxtui.services.presets import NAME_LIMIT

_NOTE = "style."


class Style(BaseModel):
    """A text under a name, with `{prompt}` where the prompt goes."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    name: str = Field(min_length=1)
    text: str = Field(min_length=1)


BUILT_IN: tuple[Style, ...] = (
    Style(
        name="Photograph",
        text="A photograph of {prompt}, 50 mm lens, natural light, shallow depth of field, fine detail",
    ),
    Style(
        name="Film still",
        text="A still from a film: {prompt}, widescreen, dramatic light from one side, muted colours, grain",
    ),
    Style(
        name="Studio product",
        text="{prompt} on a plain light background, studio light from two sides, soft shadow, sharp edges",
    ),
    Style(
        name="Watercolour",
        text="A watercolour of {prompt} on rough paper, loose washes, soft edges, white left free",
    ),
    Style(
        name="Ink drawing",
        text="A drawing of {prompt} in black ink, confident lines, hatching for shadows, white paper",
    ),
    Style(
        name="Any time of day",
        text="{prompt}, {at dawn in mist|at noon in hard light|at dusk, long shadows|at night by lamplight}",
    ),
)
"""What is offered before the user has kept any; the last one is a template."""


class StyleService:
    """Keeps styles in the journal's notes. Every method raises `StorageError` if it cannot be used."""

    def __init__(self, journal: Journal) -> None:
        self._notes = journal.notes

    async def list(self) -> tuple[Style, ...]:
        """Return the user's styles by their names; what cannot be understood is left out."""
        found = []
        for value in (await self._notes.beginning(_NOTE)).values():
            try:
                found.append(Style.model_validate(value))
            except ValidationError:
                continue
        return tuple(sorted(found, key=lambda style: style.name.casefold()))

    async def save(self, name: str, text: str) -> Style:
        """Keep a text under a name, in place of the one of that name, and return it.

        Raises:
            InvalidInput: the name is empty, or the text has no place for the prompt or is too long.
        """
        kept = safe_text(name, limit=NAME_LIMIT).strip()
        clean = safe_text(text, newlines=True).strip()
        if not kept:
            raise InvalidInput("A style needs a name.")
        if PLACE not in clean:
            raise InvalidInput(f"The style has no place for the prompt: write {PLACE} where it is to go.")
        if len(clean) > TEMPLATE_LIMIT:
            raise InvalidInput(f"The style is longer than {TEMPLATE_LIMIT:,} characters.")
        style = Style(name=kept, text=clean)
        await self._notes.set(_NOTE + kept, style.model_dump())
        return style

    async def delete(self, name: str) -> bool:
        """Forget a style by its name; return whether there was one."""
        return await self._notes.remove(_NOTE + name)
