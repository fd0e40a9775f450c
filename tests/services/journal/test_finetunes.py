from __future__ import annotations

from datetime import UTC, datetime

from fluxtui.domain.finetune import Finetune, FinetuneState
from fluxtui.services.journal import Journal

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
