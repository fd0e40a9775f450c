from __future__ import annotations

import random
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fluxtui.domain.finetune import Finetune, FinetuneState
from fluxtui.services.journal import Journal, unreadable
from fluxtui.services.journal.rows import from_row

ANNA = Finetune(
    profile="bfl",
    id="f1",
    name="Anna",
    trigger_word="TOK",
    captioning=True,
    learning_rate=1e-5,
    created_at=datetime(2026, 1, 2, tzinfo=UTC),
    job_id="job",
    dataset={"pictures": 12},
    favourite=True,
    raw={"finetune_comment": "Anna"},
)


async def test_what_a_service_does_not_tell_is_kept(journal: Journal) -> None:
    await journal.finetunes.put(ANNA)
    told = Finetune(profile="bfl", id="f1", name="f1", captioning=False, iterations=300)
    merged = await journal.finetunes.put(told)
    assert merged == ANNA.model_copy(update={"captioning": False, "iterations": 300})
    assert await journal.finetunes.get("bfl", "f1") == merged


async def test_what_a_service_tells_is_taken(journal: Journal) -> None:
    await journal.finetunes.put(ANNA)
    told = Finetune(profile="bfl", id="f1", name="Berta", state=FinetuneState.MISSING, raw={"a": 1})
    merged = await journal.finetunes.put(told)
    assert (merged.name, merged.state, merged.raw) == ("Berta", FinetuneState.MISSING, {"a": 1})


async def test_favourites(journal: Journal) -> None:
    await journal.finetunes.put(ANNA)
    changed = await journal.finetunes.set_favourite("bfl", "f1", False)
    assert changed is not None
    assert not changed.favourite
    assert await journal.finetunes.set_favourite("bfl", "nothing", True) is None


async def test_profiles_are_kept_apart(journal: Journal) -> None:
    other = ANNA.model_copy(update={"profile": "eu", "name": "anna"})
    await journal.finetunes.put_many([ANNA, other])
    assert await journal.finetunes.all("eu") == (other,)
    assert await journal.finetunes.all() == (ANNA, other)
    await journal.finetunes.remove("eu", "f1")
    assert await journal.finetunes.all() == (ANNA,)


async def test_only_ready_finetunes_go_missing(journal: Journal) -> None:
    states = {
        "gone": FinetuneState.READY,
        "seen": FinetuneState.READY,
        "new": FinetuneState.TRAINING,
        "old": FinetuneState.DELETED,
    }
    await journal.finetunes.put_many(
        [Finetune(profile="bfl", id=name, name=name, state=state) for name, state in states.items()]
    )
    await journal.finetunes.put(Finetune(profile="eu", id="gone", name="gone"))
    missing = await journal.finetunes.mark_missing("bfl", {"seen"})
    assert [finetune.id for finetune in missing] == ["gone"]
    found = {finetune.id: finetune.state for finetune in await journal.finetunes.all("bfl")}
    assert found == states | {"gone": FinetuneState.MISSING}
    elsewhere = await journal.finetunes.get("eu", "gone")
    assert elsewhere is not None
    assert elsewhere.is_usable


async def test_all_are_what_a_fresh_look_finds(path: Path, journal: Journal) -> None:
    """Whoever writes: what was kept from the last look is never older than what is there."""
    chance = random.Random(7)
    other, fresh = Journal(path), Journal(path)
    await other.open()
    try:
        for step in range(60):
            who = chance.choice((journal, journal, other))
            key = str(chance.randrange(6))
            match chance.randrange(4):
                case 0:
                    name = chance.choice(("amber", "Zebra", "ähre", "Éclair", "[x]"))
                    await who.finetunes.put(Finetune(profile="bfl", id=key, name=name))
                case 1:
                    await who.finetunes.set_favourite("bfl", key, chance.random() < 0.5)
                case 2:
                    await who.finetunes.remove("bfl", key)
                case _:
                    await who.finetunes.mark_missing("bfl", {key})
            if chance.random() < 0.7:
                await fresh.open()
                assert await journal.finetunes.all() == await fresh.finetunes.all(), step
                await fresh.close()
    finally:
        await other.close()
        await fresh.close()


async def test_a_star_has_one_row_read(path: Path, journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    await journal.finetunes.put_many(
        [Finetune(profile="bfl", id=str(number), name=f"fox {number}") for number in range(50)]
    )
    before = await journal.finetunes.all()
    read: list[str] = []

    def counted(model: type[Any], row: sqlite3.Row) -> Any:
        read.append(row["id"])
        return from_row(model, row)

    monkeypatch.setattr(unreadable, "from_row", counted)
    assert await journal.finetunes.all() is before
    await journal.finetunes.set_favourite("bfl", "7", True)
    after = await journal.finetunes.all()
    assert [one.id for one, other in zip(before, after, strict=True) if one is not other] == ["7"]
    await journal.finetunes.remove("bfl", "8")
    assert len(await journal.finetunes.all()) == 49
    async with Journal(path) as other:
        await other.finetunes.set_favourite("bfl", "9", True)
    assert [item.id for item in await journal.finetunes.all() if item.favourite] == ["7", "9"]
    assert read == ["7", "9"]
