"""What can be done with prompts before they are sent; of use from a script as well."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.prompts import (
    COMMENT,
    MOST_COMBINATIONS,
    Templates,
    can_be_named,
    is_template,
    may_mean_wildcards,
    underlined_in,
)
from fluxtui.domain.text import safe_text
from fluxtui.services.journal import Journal
from fluxtui.services.prompts.history import PromptHistory
from fluxtui.services.prompts.styles import StyleService
from fluxtui.services.prompts.wildcards import RENAMING, WildcardLibrary
from fluxtui.system.dataclass import dataclass

_NOTE = "template."


class UsedTemplate(BaseModel):
    """The template that the prompts of a batch were made of, and the seed: enough to make them again."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    template: str
    seed: int
    templates: Templates = Templates.RANDOM


@dataclass(frozen=True)
class WildcardDoubt:
    """What is sent literally although a wildcard may be meant: the text, and the wildcard's name."""

    text: str
    name: str

    def words(self) -> str:
        """Return what is doubtful, in a few words."""
        return f"“{safe_text(self.text, limit=40)}” may be meant as the wildcard “{self._shown}”"

    def way_out(self) -> str:
        """Return what to do for the wildcard, as a sentence."""
        if can_be_named(self.name):
            return f"For the wildcard, write __{self._shown}__, apart from the word before it."
        return f"The wildcard “{self._shown}” cannot be named in a prompt. {RENAMING}"

    @property
    def _shown(self) -> str:
        return safe_text(self.name, limit=80)


class PromptService:
    """Works templates out, and keeps styles and the history of prompts.

    Args:
        journal: open.
        wildcards: the directory of the user's wildcards; it may be missing.
    """

    def __init__(self, journal: Journal, wildcards: Path) -> None:
        self._notes = journal.notes
        self._library = WildcardLibrary(wildcards)
        # One template at a time: what one has read of the directory, the next need not read again.
        self._working = threading.Lock()
        self.styles = StyleService(journal)
        self.history = PromptHistory(journal)

    @property
    def directory(self) -> Path:
        """Where wildcards are looked for."""
        return self._library.directory

    async def wildcards(self) -> tuple[str, ...]:
        """Return the names of all wildcards, sorted."""

        def work() -> tuple[str, ...]:
            with self._working:
                self._library.refresh()
                return self._library.names()

        return await asyncio.to_thread(work)

    async def expand(self, template: str, count: int, *, seed: int, combine: bool) -> tuple[str, ...]:
        """Return the prompts that a template makes; a text without syntax is its only prompt.

        Args:
            template: as typed.
            count: how many prompts, or how often each combination.
            seed: decides what is drawn; the same seed gives the same prompts.
            combine: make every combination instead of drawing.

        Raises:
            InvalidInput: it cannot be worked out, or makes more combinations than `MOST_COMBINATIONS`
                prompts; a sentence says where or how many. Nothing was sent.
        """
        if not is_template(template):
            return (template,) * count
        return await asyncio.to_thread(self._expand, template, count, seed, combine)

    async def number_of_combinations(self, template: str) -> int:
        """Return how many combinations a template has; those that come out alike count each.

        Raises:
            InvalidInput: it cannot be worked out; a sentence says where.
        """
        if not is_template(template):
            return 1
        return await asyncio.to_thread(self._count, template)

    async def doubt_about(self, text: str, prompts: Sequence[str]) -> WildcardDoubt | None:
        """Return what is sent literally although a wildcard may be meant, None where nothing is.

        Args:
            text: as typed.
            prompts: what it was worked out as.
        """
        if not any(map(may_mean_wildcards, (text, *prompts))):
            return None
        return await asyncio.to_thread(self._doubt_about, text, tuple(dict.fromkeys(prompts)))

    def _doubt_about(self, text: str, prompts: tuple[str, ...]) -> WildcardDoubt | None:
        typed = COMMENT.sub("", text) if is_template(text) else text
        made = (part for prompt in prompts for part in underlined_in(prompt, is_made=True))
        with self._working:
            self._library.refresh()
            for part in chain(underlined_in(typed), made):
                name = self._library.meant_by(part.names)
                if name is not None:
                    return WildcardDoubt(part.text, name)
        return None

    def _expand(self, template: str, count: int, seed: int, combine: bool) -> tuple[str, ...]:
        from fluxtui.services.prompts.sampling import Sampler

        with self._working:
            self._library.refresh()
            try:
                sampler = Sampler(self._library, seed)
                command = sampler.read(template)
                if not combine:
                    return tuple(_tidy(prompt) for prompt in sampler.draw(command, count))
                # One more shows whether there are too many.
                made = sampler.combinations(command, MOST_COMBINATIONS + 1)
            except RecursionError:
                raise InvalidInput(_TOO_DEEP) from None
        prompts = tuple(dict.fromkeys(_tidy(prompt) for prompt in made))
        if len(prompts) * count > MOST_COMBINATIONS:
            raise InvalidInput(self._too_many(template, len(prompts), count))
        return tuple(prompt for prompt in prompts for _ in range(count))

    def _too_many(self, template: str, found: int, count: int) -> str:
        combinations = f"{found:,}"
        if found > MOST_COMBINATIONS:
            try:
                combinations = f"{self._count(template):,}"
            except InvalidInput:
                combinations = f"more than {MOST_COMBINATIONS:,}"
        times = f", {count} times each" if count > 1 else ""
        return (
            f"The template has {combinations} combinations{times}; at most {MOST_COMBINATIONS} pictures are "
            "made of one. Draw at random instead, or leave choices out."
        )

    def _count(self, template: str) -> int:
        from fluxtui.services.prompts.sampling import Sampler

        with self._working:
            self._library.refresh()
            try:
                sampler = Sampler(self._library, 0)
                return sampler.count(sampler.read(template))
            except RecursionError:
                raise InvalidInput(_TOO_DEEP) from None

    async def note_template(self, batch: str, used: UsedTemplate) -> None:
        """Remember what the prompts of a batch were made of. Raises `StorageError` if that cannot be kept."""
        await self._notes.set(_NOTE + batch, used.model_dump(mode="json"))

    async def template_of(self, batch: str) -> UsedTemplate | None:
        """Return what the prompts of a batch were made of, None where that is not known."""
        value: Any = await self._notes.get(_NOTE + batch)
        try:
            return UsedTemplate.model_validate(value)
        except ValidationError:
            return None


_TOO_DEEP = "The template is nested too deep to be worked out."


def _tidy(prompt: str) -> str:
    """Return a prompt without the blanks that leaving out and indenting have left in it."""
    lines = (" ".join(line.split()) for line in prompt.splitlines())
    return "\n".join(line for line in lines if line)
