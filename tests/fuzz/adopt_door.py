"""The door of old models: `models.json` and `config.json` of another application, taken over as they are."""

from __future__ import annotations

import asyncio
import io
import json
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from random import Random
from typing import Any

from fluxtui.cli.parser import command_line
from fluxtui.domain.finetune import Finetune
from fluxtui.services.journal import Journal
from tests.fuzz import shapes
from tests.fuzz.campaign import Fault, check_shown

KEY = "bfl_MarkedKey0123456789"
_MODEL: Mapping[str, Any] = {
    "finetune_id": "fox-1",
    "model_name": "Fox",
    "trigger_word": "TOK",
    "mode": "character",
    "type": "lora",
    "rank": 16,
    "iterations": 300,
    "learning_rate": 0.0001,
    "priority": "quality",
    "timestamp": "2025-01-02T03:04:05",
}
_NAMED: Mapping[str, bytes] = {
    "a rank of 2^63": json.dumps([dict(_MODEL) | {"rank": 2**63}]).encode(),
    "names of a megabyte": json.dumps([dict(_MODEL) | {"model_name": "a" * 1_000_000}] * 4).encode(),
    "deep at the edge of the stack": b'[{"finetune_id": "a", "x": ' + b"[" * 960 + b"]" * 960 + b"}]",
    "deep": b"[" * 100_000,
    "half a letter": b'[{"finetune_id": "a\\ud800", "model_name": "\\udfff", "x\\ud800": "\\ud800"}]',
    "no list": b'{"models": 7}',
    "eleven thousand entries": json.dumps(
        [{"finetune_id": f"f{number}"} for number in range(11_000)]
    ).encode(),
    "no text": b"\xff\xfe",
    "a key": json.dumps({"api_key": KEY, "models": [{"finetune_id": KEY}]}).encode(),
}


class AdoptDoor:
    """Runs `fluxtui adopt` on files of any kind, into a journal that is read afterwards."""

    name = "adopt"
    named = tuple(_NAMED)
    bound = 15.0
    cost = 40.0
    overhead = 0.0

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="fluxtui-fuzz-")
        self._root = Path(self._folder.name)

    async def open(self) -> None:
        """Make an empty configuration."""
        (self._root / "config.toml").write_bytes(b"")

    async def close(self) -> None:
        """Take everything away."""
        self._folder.cleanup()

    async def attempt(self, case: str, chance: Random) -> str:
        """Take one file over, by the command line."""
        named = "config.json" if case not in _NAMED and chance.random() < 0.15 else "models.json"
        (self._root / named).write_bytes(_NAMED.get(case) or _content(chance, named))
        as_json = chance.random() < 0.3
        words = ["adopt", str(self._root / named), "--config", str(self._root / "config.toml")]
        words += ["--data-dir", str(self._root / "data"), *(["--json"] if as_json else [])]
        options = command_line().parse_args(words)
        said, complained = io.StringIO(), io.StringIO()
        with redirect_stdout(said), redirect_stderr(complained):
            code = await asyncio.to_thread(options.run, options)
        check_shown(complained.getvalue(), "what was complained", newlines=True)
        if as_json and said.getvalue():
            json.loads(said.getvalue())
        elif not as_json:
            check_shown(said.getvalue(), "what was said", newlines=True)
        if code not in (0, 1, 2):
            raise Fault(f"the exit code is {code}")
        if case != "a key" and KEY in said.getvalue() + complained.getvalue():
            raise Fault("the key was told")
        await self._read_back()
        return f"code {code}"

    async def _read_back(self) -> None:
        path = self._root / "data" / "journal.sqlite3"
        if not path.exists():
            return
        async with Journal(path) as journal:
            for finetune in await journal.finetunes.all():
                _check(finetune)
        shutil.rmtree(path.parent)


def _check(finetune: Finetune) -> None:
    check_shown(finetune.id, "an id")
    for text in (finetune.name, finetune.trigger_word, finetune.mode, finetune.finetune_type):
        if text is not None and len(text) > 300:
            raise Fault("a text of a finetune is endless")


def _content(chance: Random, named: str) -> bytes:
    sound: Any = [dict(_MODEL), dict(_MODEL) | {"finetune_id": "fox-2"}]
    if named == "config.json":
        sound = {"api_key": KEY, "region": "eu"}
    elif chance.random() < 0.3:
        sound = {"models": sound}
    return shapes.bytes_of(chance, shapes.bent(chance, sound))
