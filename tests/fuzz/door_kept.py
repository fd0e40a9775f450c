"""The doors for what the program keeps, which others may have changed, and for the tables that it writes."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from fluxtui.domain.errors import FluxError
from fluxtui.domain.gallery import GalleryEntry, Marks
from fluxtui.domain.picture import Picture
from fluxtui.domain.text import no_formula, safe_text
from fluxtui.domain.workspace import History, Step, Workspace
from fluxtui.services.datasets import caption_files
from fluxtui.services.datasets.scan_memory import ScanMemory
from fluxtui.services.datasets.workspaces import WorkspaceService
from fluxtui.services.gallery.tables import TABLES
from fluxtui.services.journal import Journal
from fluxtui.services.masks import MaskService
from fluxtui.services.presets import PresetService
from fluxtui.services.prompts.service import PromptService
from fluxtui.services.storage import StorageService
from fluxtui.services.storage.names import export_name, picture_stem
from tests.fakes.pictures import png_chunk, png_with
from tests.fuzz.corpus_pictures import GOOD
from tests.fuzz.mutation import MEAN_TEXTS, NUMBERS, Material, mutated
from tests.fuzz.running import Room
from tests.fuzz.samples import Item, Sample, one_file

_FORMULAS = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "＝1",
    "'=1",
    " =1",
    "\n=1",
    "a",
    "",
    "\x1b[2J",
    "\ud800",
    "\0",
)
_TABLE = json.dumps(
    {"prompt": "a fox", "path": "pictures/a.png", "note": "n", "tags": ["a", "b"], "seed": 42}
).encode()


class TableDoor:
    """Pictures written into CSV, JSON Lines and file names; no cell may become a formula."""

    name = "tables"
    seconds = 3.0
    secret = True
    heavy: frozenset[str] = frozenset()

    def __init__(self) -> None:
        self.cases: dict[str, Callable[[], Sample]] = {
            f"cell {number}": partial(_cell_case, text) for number, text in enumerate(_FORMULAS)
        }

    def sample(self, chance: Random) -> Sample:
        """Return texts of any kind for every column."""
        texts = [_any_text(chance) for _ in range(6)]
        return one_file("a.json", json.dumps(texts).encode())

    def visit(self, room: Room, chance: Random) -> str:
        """Write them, and read what was written as a spreadsheet would."""
        texts: list[str] = json.loads((room.given / "a.json").read_bytes())
        entry = _entry(texts, chance)
        for kind, make in TABLES.items():
            target = io.BytesIO()
            table = make(target)
            table.write(entry)
            table.write(entry)
            text = target.getvalue().decode("utf-8")
            if kind == ".csv":
                _check_csv(text, entry, room)
            else:
                lines = text.removesuffix("\n").split("\n")
                room.need(
                    [json.loads(line)["seed"] for line in lines] == [entry.picture.seed] * 2, "a line is two"
                )
        for name in (
            export_name(texts[1]),
            picture_stem(finetune=texts[0], endpoint=texts[2], prompt=texts[3], seed=1),
        ):
            room.show(name)
            room.need(
                "/" not in name and not name.startswith(".") and len(name.encode()) < 250, f"a name: {name!r}"
            )
        return "written"

    def close(self) -> None:
        """Nothing is held."""


def _cell_case(text: str) -> Sample:
    return one_file("a.json", json.dumps([text] * 6).encode())


def _any_text(chance: Random) -> str:
    if chance.random() < 0.4:
        return chance.choice(_FORMULAS) + chance.choice(_FORMULAS)
    raw = mutated(chance.choice((b"=1+1", b"pictures/a.png", b'a,b;c"d\ne', *MEAN_TEXTS)), chance)[:3_000]
    return raw.decode("utf-8", chance.choice(("replace", "surrogateescape")))


def _entry(texts: list[str], chance: Random) -> GalleryEntry:
    whole = [text.encode("utf-8", "replace").decode() for text in texts]
    picture = Picture(
        id="a",
        job_id="b",
        path=whole[1],
        format="PNG",
        width=8,
        height=8,
        size=9,
        sha256="0",
        prompt=whole[3],
        seed=chance.choice((None, 1, 10**18)),
        endpoint=whole[2],
        finetune_name=whole[0],
        parameters={whole[4]: whole[5], "n": [whole[0]]},
        created_at=datetime(2026, 11, 1, tzinfo=UTC) + timedelta(days=chance.randrange(9)),
    )
    return GalleryEntry(1, picture, Marks(tags=(whole[4], whole[5]), note=whole[5]), whole[0], whole[2], 1.5)


def _check_csv(text: str, entry: GalleryEntry, room: Room) -> None:
    rows = list(csv.reader(io.StringIO(text, newline="")))
    room.need(len(rows) == 3 and len({len(row) for row in rows}) == 1, f"{len(rows)} rows")
    for row in rows[1:]:
        for cell in row:
            room.need(
                not cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")),
                f"a formula: {cell[:60]!r}",
            )
    if len(rows) == 3:
        told = dict(zip(rows[0], rows[1], strict=False))
        room.need(told["prompt"] == no_formula(entry.picture.prompt), "the prompt was changed")


_WORKSPACE = History(
    present=Workspace(source="/a").edited("a.png", caption="a fox", turns=1),
    past=(Step(workspace=Workspace(source="/a"), done="caption of a.png"),),
)
_DRAWING = {
    "boxes": [{"left": 0.1, "top": 0.1, "right": 0.5, "bottom": 0.5}],
    "inverted": False,
    "feather": 3,
}
_LOOKS = {"version": 3, "pictures": [{"name": "a.png", "size": 9, "stamp": "x", "fault": "is damaged"}]}
_STYLE = {"name": "Ink", "text": "{prompt} in ink"}
_PRESET = {
    "name": "mine",
    "provider": "fal",
    "endpoint": "fal-ai/flux-lora-fast-training",
    "values": {"steps": 1000},
}
_TYPED = [{"prompt": "a fox", "at": "2026-11-01T12:00:00Z", "origin": "draft"}]
_TEMPLATE = {"template": "a {b|c}", "seed": 5, "templates": "random"}
_DOCUMENTS: Mapping[bytes, bytes] = {
    b"workspace.json": _WORKSPACE.model_dump_json().encode(),
    b"drawing.json": json.dumps(_DRAWING).encode(),
    b"looks.json": json.dumps(_LOOKS).encode(),
    b"style.json": json.dumps(_STYLE).encode(),
    b"preset.json": json.dumps(_PRESET).encode(),
    b"typed.json": json.dumps(_TYPED).encode(),
    b"template.json": json.dumps(_TEMPLATE).encode(),
}
_TOKENS = (
    *(
        b"null",
        b"true",
        b"[]",
        b"{}",
        b'""',
        b"1e999",
        b"NaN",
        b"-1",
        b"9" * 400,
        b'"\\ud800"',
        b'"\\u0000"',
        b"[" * 90_000,
    ),
    *(
        b'"crop":',
        b'"turns":',
        b'"made_on":',
        b'"feather":',
        b'"name":',
        b'"values":',
        b'{"a":' * 900,
        b"0.0000001",
        b'"2026"',
    ),
)
_HARM: Mapping[str, bytes] = {
    "nothing": b"",
    "deep": b"[" * 400_000,
    "deep objects": b'{"a":' * 200_000,
    "list": b"[1, null]",
    "number": NUMBERS[3],
    "text": b'"\\ud800"',
    "no JSON": b"\xff\xfe\0",
    "halves": b'{"name": "\\ud800", "text": "{prompt} \\udfff", "present": {"source": "\\ud800"}, '
    b'"version": 3, "pictures": [{"name": "\\ud800"}]}',
    "huge numbers": b'{"version": 3, "pictures": [{"name": "a", "size": 1e999}], "seed": '
    + b"9" * 5_000
    + b"}",
    "drawing of a megabyte": b'{"boxes": [' + b",".join([b'{"left": 0.1}'] * 90_000) + b"]}",
}


class KeptDoor:
    """Edits of pictures, drawings of masks, looks, styles, presets and prompts, in files and notes."""

    name = "kept"
    seconds = 8.0
    secret = True
    heavy: frozenset[str] = frozenset()

    def __init__(self) -> None:
        self.cases: dict[str, Callable[[], Sample]] = {
            f"{case}: {name.decode()}": partial(_one_document, name, content)
            for case, content in _HARM.items()
            for name in _DOCUMENTS
        }
        self._runner = asyncio.Runner()
        self._runner.get_loop()
        self._place: Path | None = None

    def sample(self, chance: Random) -> Sample:
        """Return one document, spoilt in its bytes or in a value."""
        name = chance.choice(list(_DOCUMENTS))
        if chance.random() < 0.6:
            return _one_document(name, json.dumps(_changed(json.loads(_DOCUMENTS[name]), chance)).encode())
        spoilt = mutated(_DOCUMENTS[name], chance, Material(_TOKENS, list(_DOCUMENTS.values())))
        return _one_document(name, spoilt)

    def visit(self, room: Room, chance: Random) -> str:
        """Put it where it is kept, and use it."""
        path = next(room.given.iterdir())
        content = path.read_bytes()
        storage = StorageService(room.own)
        if self._place is None:
            storage.prepare()
            self._runner.run(_make_journal(storage.journal_path))
            self._place = storage.journal_path
        kind = path.stem
        if kind == "workspace":
            return self._workspace(storage, room, content)
        if kind == "drawing":
            picture = png_with(GOOD["grey-alpha.png"](), png_chunk(b"tEXt", b"FluxTUI mask\0" + content))
            mask = storage.keep_input(picture, "png")
            service = MaskService(storage)
            drawing = service.drawing_of(mask)
            service.inverted(mask).unlink()
            mask.unlink(missing_ok=True)
            return "drawn" if drawing is not None else "no drawing"
        if kind == "looks":
            memory = ScanMemory(room.own / "looks")
            memory.remember(room.given, ())
            next((room.own / "looks").iterdir()).write_bytes(content)
            return f"{min(len(memory.recall(room.given)), 1)} looks"
        return self._runner.run(_notes(self._place, kind, content, room))

    def _workspace(self, storage: StorageService, room: Room, content: bytes) -> str:
        service, source = WorkspaceService(storage), room.given

        async def both() -> str:
            place = storage.workspace_path(str(source))
            storage.write_atomic(place, content)
            try:
                history = await service.load(source)
                await service.save(history)
                caption_files.as_jsonl(
                    {name: edit.caption or "" for name, edit in history.present.edits.items()}
                )
            finally:
                room.need(place.exists(), "edits were deleted")
                place.unlink()
            return "edits"

        return self._runner.run(both())

    def close(self) -> None:
        """Close the event loop."""
        self._runner.close()


_ODD: tuple[Any, ...] = (
    *(
        None,
        True,
        False,
        0,
        -1,
        1.5,
        1e308,
        10**18,
        10**400,
        "",
        "x" * 9_000,
        "\ud800",
        "\0",
        "\x1b[2J",
        "../../a",
    ),
    *([], {}, [None], {"": None}, {"a": {"b": []}}, "2026-13-45T99:99:99Z", "NaN", "=1", ["a"] * 3_000),
)


def _changed(value: Any, chance: Random) -> Any:
    """Return a value of JSON with one of its parts, or itself, in another kind."""
    if isinstance(value, dict) and value and chance.random() < 0.85:
        key = chance.choice(list(value))
        other = _changed(value[key], chance)
        return {
            (chance.choice(("", "\ud800", "x")) if name == key and chance.random() < 0.05 else name): (
                other if name == key else one
            )
            for name, one in value.items()
        }
    if isinstance(value, list) and value and chance.random() < 0.8:
        place = chance.randrange(len(value))
        return [*value[:place], _changed(value[place], chance), *value[place + 1 :]]
    return chance.choice(_ODD)


def _one_document(name: bytes, content: bytes) -> Sample:
    return (Item(name, content),)


async def _make_journal(path: Path) -> None:
    async with Journal(path):
        pass


_KEYS = {
    "style": "style.Ink",
    "preset": "preset.a/b/mine",
    "typed": "prompts.typed",
    "template": "template.b",
}


async def _notes(path: Path, kind: str, content: bytes, room: Room) -> str:
    """Write a note past the program, and read all of its kind. What is no JSON is another door's matter."""
    try:
        json.loads(content)
    except (ValueError, RecursionError):
        return "no JSON"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM notes")
        values = (_KEYS[kind], content.decode("utf-8", "replace"), "2026-11-01T12:00:00Z")
        connection.execute("REPLACE INTO notes (key, value, updated_at) VALUES (?, ?, ?)", values)
    async with Journal(path) as journal:
        prompts = PromptService(journal, room.given)
        found: dict[str, Any] = {
            "style": prompts.styles.list,
            "preset": PresetService(journal).list,
            "typed": prompts.history.search,
            "template": partial(prompts.template_of, "b"),
        }
        try:
            read = await found[kind]()
        except FluxError as error:
            room.show_sentence(error.sentence())
            return f"refused {kind}"
        safe_text(repr(read))
    return f"{kind} read" if read else f"no {kind}"
