"""Prompts used before: those of jobs and pictures, and what was typed and is not in them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, ValidationError

from fluxtui.services.journal import Journal
from fluxtui.system.clock import utc_now

_NOTE = "prompts.typed"
KEPT = 200
"""Templates and replaced prompts that are kept; the oldest are forgotten."""
SHOWN = 200
CHARACTERS_KEPT = 20_000


class PromptOrigin(StrEnum):
    """Where a prompt of the history comes from."""

    DRAFT = "draft"
    """It was typed and then replaced by another one."""
    TYPED = "as typed"
    """It was sent as a template or in a style, so no picture has it as it was typed."""
    SENT = "sent"


class PastPrompt(BaseModel):
    """A prompt that was used or typed, and when for the last time."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    prompt: str
    at: datetime
    origin: PromptOrigin = PromptOrigin.SENT


class PromptHistory:
    """Every method raises `StorageError` if the journal cannot be used.

    Args:
        journal: open.
        clock: tells the time, as an aware UTC datetime.
    """

    def __init__(self, journal: Journal, clock: Callable[[], datetime] = utc_now) -> None:
        self._journal = journal
        self._clock = clock
        self._writing = asyncio.Lock()

    async def search(self, words: str = "", limit: int = SHOWN) -> tuple[PastPrompt, ...]:
        """Return the prompts in which all of some words stand, each once: drafts first, then newest first."""
        wanted = words.casefold().split()
        typed = [
            item for item in await self._typed() if all(word in item.prompt.casefold() for word in wanted)
        ]
        used = await self._journal.prompts.search(words, limit)
        sent = [PastPrompt(prompt=item.prompt, at=item.at) for item in used]
        others = sorted(
            [*(item for item in typed if item.origin is not PromptOrigin.DRAFT), *sent],
            key=lambda item: item.at,
            reverse=True,
        )
        found: dict[str, PastPrompt] = {}
        for item in (*(item for item in typed if item.origin is PromptOrigin.DRAFT), *others):
            found.setdefault(item.prompt, item)
        return tuple(found.values())[:limit]

    async def keep(self, prompt: str, origin: PromptOrigin) -> None:
        """Remember what was typed; an empty prompt is nothing to remember."""
        text = prompt.strip()[:CHARACTERS_KEPT]
        if not text:
            return
        # Reading and writing belong together.
        async with self._writing:
            others = [item for item in await self._typed() if item.prompt != text]
            newest = PastPrompt(prompt=text, at=self._clock(), origin=origin)
            kept = [item.model_dump(mode="json") for item in (newest, *others)[:KEPT]]
            await self._journal.notes.set(_NOTE, kept)

    async def _typed(self) -> tuple[PastPrompt, ...]:
        """Return what was typed, newest first; what cannot be understood is left out."""
        noted = await self._journal.notes.get(_NOTE, [])
        found = []
        for value in noted if isinstance(noted, list) else ():
            try:
                found.append(PastPrompt.model_validate(value))
            except ValidationError:
                continue
        return tuple(found)
