"""Filters, orders, words and facets, on a real journal."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fluxtui.domain.gallery import Facet, GalleryFilter
from fluxtui.services.gallery import GalleryService
from fluxtui.services.journal import Journal, search
from fluxtui.services.journal.gallery_query import matching_names
from fluxtui.services.storage import StorageService
from tests.services.gallery.conftest import AddPicture, Find

PROMPTS = {
    "fox": "A red fox, 16:9, 35mm film",
    "house": "the red house (no people)",
    "chinese": "雪地里的狐狸",
    "german": "Eine Füchsin auf der Straße",
    "russian": "Рыжая лиса",
    "quote": 'the sign says "AND OR NOT NEAR(*)" 🦊',
}


@pytest.fixture(params=[True, False], ids=["FTS5", "without FTS5"])
def by_words(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether this SQLite has FTS5, which is all that the program asks it."""
    if not request.param:
        monkeypatch.setattr(search, "has_fts5", lambda: False)
    return bool(request.param)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("red", ["house", "fox"]),
        ("RED fox", ["fox"]),
        ("hou", ["house"]),
        ('"red hou"', ["house"]),
        ('"house red"', []),
        ("red -house", ["fox"]),
        ('red -"red house"', ["fox"]),
        ("16:9", ["fox"]),
        ("狐狸", ["chinese"]),
        ("雪 狐", ["chinese"]),
        ("-狐狸 red", ["house", "fox"]),
        ("Füchsin", ["german"]),
        ("🦊", ["quote"]),
        ('"NEAR("', ["quote"]),
        ("лис", ["russian"]),
        ("nothing like this", []),
    ],
)
async def test_words_are_found(
    by_words: bool, add: AddPicture, find: Find, line: str, found: list[str]
) -> None:
    for name, prompt in PROMPTS.items():
        await add(name, prompt)
    assert await find(line) == found


@pytest.mark.parametrize(
    ("line", "found"), [("fuchsin", ["german"]), ("РЫЖАЯ", ["russian"]), ("ouse", []), ("or", ["quote"])]
)
async def test_accents_and_case_do_not_count_and_words_are_found_by_their_beginnings(
    add: AddPicture, find: Find, line: str, found: list[str]
) -> None:
    for name, prompt in PROMPTS.items():
        await add(name, prompt)
    assert await find(line) == found


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(words=st.text("\"*^:(){}+-ANDORNEAT '%_\\狐é🦊\u0e01", max_size=20) | st.text(max_size=20))
async def test_no_text_is_taken_for_syntax(gallery: GalleryService, words: str) -> None:
    assert list(await gallery.numbers(GalleryFilter(words=words))) == []


async def test_a_whole_prompt_can_be_looked_for(add: AddPicture, find: Find) -> None:
    prompt = " ".join(f"word{number}" for number in range(600))
    await add("long", prompt)
    assert await find(prompt) == ["long"]


async def test_words_follow_the_prompts(journal: Journal, add: AddPicture, find: Find) -> None:
    await add("a", "a fox")
    await add("b", "a cat")
    with closing(sqlite3.connect(journal.path)) as connection, connection:
        connection.execute("UPDATE pictures SET prompt = 'a dog' WHERE id = 'a'")
        connection.execute("DELETE FROM pictures WHERE id = 'b'")
        assert search.has_sound_index(connection)
    assert await find("fox") == []
    assert await find("dog") == ["a"]
    assert await find("cat") == []


async def test_an_index_that_was_not_kept_is_made_anew(
    storage: StorageService, add: AddPicture, monkeypatch: pytest.MonkeyPatch
) -> None:
    await add("before")
    with monkeypatch.context() as without:
        without.setattr(search, "has_fts5", lambda: False)
        async with Journal(storage.journal_path) as old:
            await GalleryService(old, storage).star([1], True)
            with closing(sqlite3.connect(storage.journal_path)) as connection, connection:
                connection.execute("UPDATE pictures SET prompt = 'a walrus'")
            assert list(await GalleryService(old, storage).numbers(GalleryFilter(words="walr"))) == [1]
    async with Journal(storage.journal_path) as new:
        assert list(await GalleryService(new, storage).numbers(GalleryFilter(words="walr"))) == [1]
        assert list(await GalleryService(new, storage).numbers(GalleryFilter(words="fox"))) == []


async def test_every_filter_filters(gallery: GalleryService, add: AddPicture, find: Find) -> None:
    await add("a", finetune_name="Luna", endpoint="flux-dev", width=512, height=512)
    await add("b", finetune_name="Luna 2", endpoint="flux-2-pro", profile="second", cost=9.0)
    await add("c", endpoint="flux-2-max", cost=None, seed=None)
    await add("d", created_at=datetime(2026, 12, 24, 12, tzinfo=UTC), seed=2**40)
    await gallery.star([1, 2], True)
    await gallery.rate([2], 3)
    await gallery.rate([3], 5)
    await gallery.tag([1, 3], " Best ")
    await gallery.tag([3], "cover")
    expected = {
        "": "dcba",
        "star": "ba",
        "-star": "dc",
        "rating>=3": "cb",
        "tag:best": "ca",
        "tag:best tag:cover": "c",
        "finetune:luna": "a",
        "finetune:lun": "ba",
        "finetune:l*2": "b",
        "endpoint:flux-2": "cb",
        "endpoint:flux-2-pro": "b",
        "profile:SECOND": "b",
        "profile:nobody": "",
        "since:2026-12-01": "d",
        "until:2026-11": "cba",
        "date:2026-12-24": "d",
        "since:0001-01-01 until:9999-12-31": "dcba",
        "since:9999-12-31": "",
        "seed:1": "a",
        "seed:1099511627776": "d",
        "size<1mp": "a",
        "size>=1024x1024": "dcb",
        "cost<6": "da",
        "cost:6": "c",
        "cost>=$0.06": "cb",
        "is:trash": "",
    }
    assert {line: "".join(await find(line)) for line in expected} == expected


async def test_every_order_orders(gallery: GalleryService, add: AddPicture, find: Find) -> None:
    await add("a", "zebra", width=2048, seed=9, cost=1.0)
    await add("b", "Ant", width=512, seed=None, cost=None)
    await add("c", "bee", width=1024, seed=-3, cost=7.0)
    await gallery.rate([1], 2)
    await gallery.rate([3], 4)
    expected = {
        "newest": "cba",
        "oldest": "abc",
        "rating": "cab",
        "cost": "cba",
        "size": "acb",
        "seed": "cab",
        "prompt": "bca",
    }
    assert {order: "".join(await find(f"sort:{order}")) for order in expected} == expected


async def test_facets_count_what_is_not_in_the_trash(gallery: GalleryService, add: AddPicture) -> None:
    await add("a", finetune_name="Luna")
    await add("b", finetune_name="Luna", profile="second")
    await add("c", endpoint="flux-2-pro", finetune_name="Anna")
    await add("d", finetune_name="Luna")
    await gallery.star([1, 4], True)
    await gallery.tag([1, 2, 4], "best")
    await gallery.trash([4])
    facets = await gallery.facets()
    assert facets.finetunes == (Facet("Luna", 2), Facet("Anna", 1))
    assert facets.endpoints == (Facet("flux-dev", 2), Facet("flux-2-pro", 1))
    assert facets.profiles == (Facet("bfl", 2), Facet("second", 1))
    assert facets.tags == (Facet("best", 2),)
    assert (facets.pictures, facets.starred, facets.trashed) == (3, 1, 1)


async def test_finding_does_not_read_the_rows(journal: Journal, gallery: GalleryService) -> None:
    """Each question is answered by an index that covers it, so it stays quick with many pictures."""
    asked: list[str] = []

    def plans(connection: sqlite3.Connection) -> list[str]:
        return [row[3] for sql in asked for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}")]

    def listen(connection: sqlite3.Connection) -> None:
        connection.set_trace_callback(lambda sql: asked.append(sql) if "pictures AS p" in sql else None)

    database = journal.gallery._database
    await database.read(listen)
    for line in (
        "star rating>2 finetune:luna endpoint:flux seed:4 size>1mp since:2026-01 sort:rating",
        "sort:size",
    ):
        await gallery.numbers(GalleryFilter.parse(line))
    await database.read(lambda connection: connection.set_trace_callback(None))
    scans = [plan for plan in await database.read(plans) if " p " in plan or plan.endswith(" p")]
    assert len(scans) >= 4
    assert all("COVERING INDEX pictures_in_gallery" in scan for scan in scans), scans


def test_names_are_matched_without_syntax() -> None:
    names = ["Luna", "luna", "Luna 2", "a.b", "ab", "[x]"]
    assert matching_names("LUNA", names) == ["Luna", "luna"]
    assert matching_names("una", names) == ["Luna", "luna", "Luna 2"]
    assert matching_names("l*l*na", names) == []
    assert matching_names("*n*2", names) == ["Luna 2"]
    assert matching_names("a*b", names) == ["a.b", "ab"]
    assert matching_names("a*ab", names) == []
    assert matching_names("a.*", names) == ["a.b"]
    assert matching_names("**", names) == names
    assert matching_names("[x", names) == ["[x]"]
    begun = time.perf_counter()
    assert matching_names("*a" * 5_000 + "b", ["a" * 10_000]) == []
    assert time.perf_counter() - begun < 1
