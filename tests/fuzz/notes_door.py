"""The door of what the program has kept for itself: presets, styles, filters, prices, drafts, in any form."""

from __future__ import annotations

import tempfile
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from random import Random
from typing import Any

from fluxtui.services.batch_records import BatchRecords
from fluxtui.services.finetune_defaults import FinetuneDefaults
from fluxtui.services.gallery.service import SavedFilters
from fluxtui.services.jobs.pauses import Pauses
from fluxtui.services.journal import Journal
from fluxtui.services.presets import PresetService
from fluxtui.services.prices import PriceService
from fluxtui.services.prompts.history import PromptHistory, PromptOrigin
from fluxtui.services.prompts.service import PromptService
from fluxtui.services.prompts.styles import StyleService
from tests.fuzz import shapes
from tests.fuzz.jobs_door import QuietGateway

_WHEN = "2026-11-30T12:00:00+00:00"
_SOUND: Mapping[str, Any] = {
    "preset.fal/fal-ai/flux-lora-fast-training/Mine": {
        "name": "Mine",
        "provider": "fal",
        "endpoint": "fal-ai/flux-lora-fast-training",
        "values": {"steps": 500, "trigger_word": "TOK"},
    },
    "style.Noir": {"name": "Noir", "text": "{prompt}, black and white"},
    "gallery-filter:best": "fox star rating>=3 finetune:luna cost<5 sort:rating",
    "prices: fal": {"at": _WHEN, "prices": {"x": {"usd": 0.1, "unit": "images", "read_on": "2026-11-30"}}},
    "prompts.typed": [
        {"prompt": "a fox", "at": _WHEN, "origin": "draft"},
        {"prompt": "an owl", "at": _WHEN, "origin": "typed"},
    ],
    "finetune_defaults.bfl/f": {"steps": 20},
    "template.b1": {"text": "a {red|blue} fox", "seed": 7},
    "batch.b1": {"columns": 2, "rows": 3, "name": "Foxes"},
    "batch_sheets.b1": {"paths": ["a.png"], "at": _WHEN},
    "queue paused: bfl": {"reason": "paused by you", "since": _WHEN},
}
_NAMED: Mapping[str, Mapping[str, Any]] = {
    "times without a zone": {
        "prompts.typed": [
            {"prompt": "a", "at": "2026-11-30T12:00:00", "origin": "draft"},
            {"prompt": "b", "at": _WHEN, "origin": "draft"},
        ]
    },
    "prices without end": {
        "prices: fal": {"at": _WHEN, "prices": {"x": {"usd": 1e308, "unit": "a" * 9_000}}}
    },
    "a filter that is a list": {"gallery-filter:best": [1]},
    "a name with an escape": {
        "gallery-filter:\x1b[2J": "fox",
        "style.\x1b[2J": {"name": "\x1b[2J", "text": "x"},
    },
    "a preset that is deep": {
        "preset.a": {"name": "a", "provider": "b", "endpoint": "c", "values": {"a": [[[[]]]]}}
    },
}


class NotesDoor:
    """Writes notes in any form into a journal, and lets everything read them that keeps something there."""

    name = "notes"
    named = tuple(_NAMED)
    bound = 15.0
    cost = 15.0
    overhead = 0.0

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="fluxtui-fuzz-")
        self._journal = Journal(Path(self._folder.name) / "journal.sqlite3")

    async def open(self) -> None:
        """Open an empty journal."""
        await self._journal.open()

    async def close(self) -> None:
        """Close it."""
        await self._journal.close()
        self._folder.cleanup()

    async def attempt(self, case: str, chance: Random) -> str:
        """Write some notes, and read them as the program does."""
        notes = _NAMED.get(case) or _bent(chance)
        for key in await self._journal.notes.beginning(""):
            await self._journal.notes.remove(key)
        for key, value in notes.items():
            await self._journal.notes.set(key.encode("utf-8", "replace").decode(), value)
        found = {name: await read(self._journal) for name, read in _READERS.items()}
        await PromptHistory(self._journal).keep("another", PromptOrigin.DRAFT)
        if not found["prompts"] and "prompts.typed" in notes and case not in _NAMED:
            return "no prompt is understood"
        return f"{sum(map(bool, found.values()))} of {len(found)} read"


def _bent(chance: Random) -> dict[str, Any]:
    found = {}
    for key, value in _SOUND.items():
        if chance.random() < 0.7:
            new = f"{key}{chance.choice(shapes.TEXTS)[:50]}" if chance.random() < 0.1 else key
            found[new.replace("\x00", "")] = shapes.bent(chance, value)
    return found


Read = Callable[[Journal], Awaitable[Any]]
_READERS: Mapping[str, Read] = {
    "presets": lambda journal: PresetService(journal).list(),
    "styles": lambda journal: StyleService(journal).list(),
    "filters": lambda journal: SavedFilters(journal).all(),
    "prices": lambda journal: PriceService(journal, QuietGateway()).known(),
    "fresh prices": lambda journal: PriceService(journal, QuietGateway()).refresh("fal"),
    "prompts": lambda journal: PromptHistory(journal).search("", 20),
    "defaults": lambda journal: FinetuneDefaults(journal).get("bfl/f"),
    "template": lambda journal: PromptService(journal, Path("none")).template_of("b1"),
    "batches": lambda journal: BatchRecords(journal).all(),
    "sheets": lambda journal: BatchRecords(journal).sheets("b1"),
    "pauses": lambda journal: Pauses(journal).all(),
    "everything": lambda journal: journal.notes.beginning(""),
}
