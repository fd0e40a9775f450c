"""Which columns fit, and what details say of a finetune."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fluxtui.controllers.models.facts import facts_of, refreshed_text, state_sentence
from fluxtui.controllers.models.removal import removal_question, removal_sentences
from fluxtui.controllers.questions import Confirmation, DeletionQuestion
from fluxtui.domain.errors import NetworkDown, Problem
from fluxtui.domain.finetune import OWN_FILES, Finetune
from fluxtui.domain.uses import Offer, uses_of
from fluxtui.domain.weights import Base, Weights
from fluxtui.providers.bfl.catalogue import GENERATION
from fluxtui.screens.models.columns import COLUMNS, ModelRows, fitting
from fluxtui.services.models.answers import ProfileAnswer, RefreshResult
from fluxtui.services.models.removal import Removal
from fluxtui.services.models.uses import FileState, Uses
from fluxtui.widgets.table.rows import Sorting

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
LAMP = Finetune(
    profile="demo",
    id="abc",
    name="Lamp",
    trigger_word="LMP",
    lora_rank=16,
    learning_rate=1e-5,
    dataset={"source": "lamps", "pictures": 12, "sha256": "00ff", "names": ["a.jpg", "b.jpg"]},
    raw={"finetune_comment": "Lamp", "cluster": "eu2"},
    refreshed_at=NOW - timedelta(minutes=5),
)


@pytest.mark.parametrize("width", range(1, 220, 7))
def test_columns_fit_and_keep_their_order(width: int) -> None:
    columns = fitting(width)
    assert columns
    assert list(columns) == [column for column in COLUMNS if column in columns]
    if len(columns) > 1:
        assert sum((column.width or 16) + 2 for column in columns) <= width


def test_a_wide_terminal_shows_all_and_a_narrow_one_what_matters() -> None:
    assert fitting(200) == COLUMNS
    one = ["name", "state", "base", "trigger", "size"]
    assert [column.key for column in fitting(79, several=False)][:5] == one
    assert [column.key for column in fitting(79)] == ["name", "profile", "state", "base", "trigger", "size"]


def test_rows_have_favourites_first_then_the_newest() -> None:
    older = LAMP.model_copy(update={"id": "old", "created_at": NOW - timedelta(days=2), "favourite": True})
    newer = LAMP.model_copy(update={"id": "new", "created_at": NOW})
    undated = LAMP.model_copy(update={"id": "undated"})
    rows = ModelRows().of([undated, newer, older])
    assert [row.key for row in Sorting().apply(rows)] == ["demo/old", "demo/new", "demo/undated"]
    for sorting in (Sorting("date"), Sorting("date", descending=True), Sorting("name"), Sorting("", True)):
        assert sorting.apply(rows)[0].key == "demo/old"
    by_date = [row.key for row in Sorting("date").apply(ModelRows().of([undated, newer, older]))]
    assert by_date == ["demo/old", "demo/new", "demo/undated"]


def test_facts_tell_everything_and_each_thing_once() -> None:
    facts = {fact.title: fact.text for fact in facts_of(LAMP, None, NOW)}
    assert facts["Trigger word"] == "LMP"
    assert facts["Rank"] == "16"
    assert facts["cluster"] == "eu2"
    assert "finetune comment" not in facts
    assert "5 m ago" in facts["Local copy"]
    assert facts["Pictures"] == "12 pictures"
    assert facts["Dataset hash"] == "00ff"
    assert facts["Files"] == "a.jpg, b.jpg"
    assert "Cost" not in facts


def test_what_came_of_a_refresh_is_one_sentence() -> None:
    gone = LAMP.model_copy(update={"id": "gone", "name": "Gone"})
    failures = (Problem("abc", "The service has a problem."),)
    answer = ProfileAnswer("demo", RefreshResult((LAMP, gone), failures, (gone,)))
    text = refreshed_text([answer])
    assert text.startswith("The service told of 1 finetune;")
    assert "no longer listed: Gone" in text
    assert "details of 1 finetune could not be had (abc: The service has a problem.)" in text
    both = refreshed_text([answer, ProfileAnswer("second", RefreshResult((LAMP,)))])
    assert both.startswith("2 services told of 2 finetunes;")
    failed = ProfileAnswer("third", error=NetworkDown("There is no connection."))
    assert refreshed_text([ProfileAnswer("second", RefreshResult((LAMP,))), failed]) == (
        "second told of 1 finetune."
    )


WEIGHTS = Weights(
    path="loras/lamp-00ff.safetensors",
    size=84_200_000,
    sha256="00ff" * 16,
    tensors=304,
    dtype="BF16",
    rank=32,
    base=Base.FLUX2_DEV,
    layout="comfy",
    metadata={"ss_output_name": "lamp"},
    source="studio",
)


def test_the_file_and_the_base_model_are_in_the_row() -> None:
    lamp = LAMP.model_copy(update={"weights": WEIGHTS, "base": Base.FLUX2_DEV, "profile": OWN_FILES})
    (row,) = ModelRows().of([lamp])
    assert (row.cells["base"], row.cells["size"], row.cells["profile"]) == (
        "FLUX.2 dev",
        "84.2 MB",
        "own file",
    )
    assert row.cells["rank"] == "32"
    assert row.matches("lamp-00ff [dev]")


def test_facts_of_a_file_tell_what_it_is_and_how() -> None:
    lamp = LAMP.model_copy(update={"weights": WEIGHTS, "base": Base.FLUX2_DEV})
    uses = Uses(lamp, FileState.MISSING, ())
    facts = {fact.title: fact for fact in facts_of(lamp, None, NOW, uses)}
    assert facts["File is"].text.startswith("✗ missing")
    assert facts["Path"].text == WEIGHTS.path
    assert facts["SHA-256"].text == WEIGHTS.sha256
    assert facts["Numbers"].text == "BF16"
    assert facts["ss_output_name"].section == "Written into the file"


def test_where_it_can_be_used_is_told_by_profile_and_reason() -> None:
    lamp = LAMP.model_copy(update={"base": Base.KLEIN_9B})
    offers = [Offer(profile, "bfl", endpoint) for profile in ("demo", "second") for endpoint in GENERATION]
    uses = Uses(lamp, None, uses_of(lamp, offers))
    facts = facts_of(lamp, None, NOW, uses)
    (used,) = (fact for fact in facts if fact.section == "Where it can be used")
    assert used.title == "demo"
    assert "9B" in used.text
    assert "4B" not in used.text
    cannot = [fact for fact in facts if fact.section == "Where it cannot be used"]
    assert not any("ended" in fact.text for fact in cannot)
    others = {(fact.title, fact.text.partition(": it ")[2]) for fact in cannot}
    assert ("✗ demo", "was trained on FLUX.2 [klein] 9B, not on FLUX.1 [pro]") in others
    assert ("✗ second", "belongs to demo; only what second has itself is known there") in others
    assert state_sentence(lamp, uses) == "Ready: Enter generates with it."
    empty = lamp.model_copy(update={"weights": WEIGHTS.model_copy(update={"fault": "all is zero"})})
    assert state_sentence(empty, uses) == "Ready: Enter generates with it. Beware: all is zero."


def test_what_fits_nowhere_says_why() -> None:
    lamp = LAMP.model_copy(update={"base": Base.KREA_2})
    uses = Uses(lamp, None, uses_of(lamp, [Offer("demo", "bfl", endpoint) for endpoint in GENERATION]))
    sentence = state_sentence(lamp, uses)
    assert sentence.startswith("Nothing generates with it: it was trained on Krea 2, not on")
    own = LAMP.model_copy(update={"base": Base.KLEIN_9B, "weights": WEIGHTS, "profile": OWN_FILES})
    uses = Uses(own, FileState.KEPT, uses_of(own, [Offer("demo", "bfl", item) for item in GENERATION]))
    assert state_sentence(own, uses) == (
        "Nothing generates with it: it is a file of yours; only what demo has itself is known there. "
        "p leads it into BFL's dashboard."
    )
    lost = lamp.model_copy(update={"weights": WEIGHTS})
    assert "its file is missing" in state_sentence(lost, Uses(lost, FileState.MISSING, ()))


def removal(**changes: Any) -> Removal:
    values: dict[str, Any] = {"finetune": LAMP, "at_service": False, **changes}
    return Removal(**values)


@pytest.mark.parametrize(
    ("removed", "said"),
    [
        (removal(at_service=True, weights=WEIGHTS), ("for good", "goes too: loras/lamp-00ff", "84.2 MB")),
        (removal(at_service=True), ("for good", "no LoRA file of it here")),
        (
            removal(why_not="It deletes none.", comes_back=True, shared_with=("Otter",)),
            ("It deletes none.", "the next refresh brings it back", "stays, since Otter uses it"),
        ),
        (
            removal(finetune=LAMP.model_copy(update={"profile": OWN_FILES}), weights=WEIGHTS),
            ("Your own file, which it was copied from, stays", "goes too"),
        ),
    ],
)
def test_what_goes_is_said_before(removed: Removal, said: tuple[str, ...]) -> None:
    sentences = " ".join(removal_sentences(removed))
    assert all(part in sentences for part in said)
    assert "pictures made with it stay" in sentences


def test_a_key_forgets_and_a_word_deletes_what_may_be_nowhere_else() -> None:
    own = LAMP.model_copy(update={"profile": OWN_FILES})
    for harmless in (removal(), removal(finetune=own, weights=WEIGHTS)):
        assert isinstance(removal_question(harmless), Confirmation)
    for final in (removal(at_service=True), removal(weights=WEIGHTS)):
        assert isinstance(removal_question(final), DeletionQuestion)
