"""The door for recipes: what programs write into the files of pictures of how they were made."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from random import Random

from fluxtui.domain.errors import FluxError
from fluxtui.providers.bfl.catalogue import GENERATION as BFL
from fluxtui.services.recipes import Recipe, embed, read_recipe
from fluxtui.services.recipes.recall import fit, recall
from fluxtui.services.recipes.recall.summary import rows
from tests.fuzz.corpus_pictures import GOOD, with_sums
from tests.fuzz.corpus_recall import TEXTS, TOKENS, containers, in_jpeg, in_png
from tests.fuzz.mutation import Material, mutated
from tests.fuzz.running import Room
from tests.fuzz.samples import Sample, one_file


@cache
def _recipe() -> Recipe:
    return Recipe(
        job_id="a",
        provider="bfl",
        endpoint="flux-2-pro",
        parameters={"prompt": "a fox, 狐", "seed": 42, "width": 96, "height": 64, "input_image": "a.png"},
        finetune_id="b",
        finetune_name="luna",
        seed=42,
        created_at=datetime(2026, 11, 23, tzinfo=UTC),
    )


class RecallDoor:
    """Reading how a picture was made, fitting it to every endpoint, and writing our own beside it."""

    name = "recall"
    seconds = 10.0
    secret = True
    heavy = frozenset(
        {"colons", "never closed LoRAs", "prompt of a megabyte", "many chunks", "many segments", "text bomb"}
    )

    def __init__(self) -> None:
        texts: dict[str, Callable[[], bytes]] = {
            name: partial(in_png, keyword, text) for name, (keyword, text) in TEXTS.items()
        }
        self.cases: dict[str, Callable[[], Sample]] = {
            name: partial(_case, make) for name, make in {**texts, **containers()}.items()
        }
        wanted = [name for name, (_, text) in TEXTS.items() if len(text) < 4_000]
        whole = (
            "JPEG",
            "JPEG of SwarmUI",
            "WebP",
            "AVIF",
            "text of a PNG",
            "packed international text",
            "entities",
        )
        self._texts = [TEXTS[name] for name in wanted]
        self._files = [containers()[name]() for name in whole]
        self._files += [self._ours(kind) for kind in ("rgb.png", "grey.jpg", "lossy.webp")]

    def _ours(self, kind: str) -> bytes:
        """Return a picture with our own recipe in it."""
        with tempfile.TemporaryDirectory() as name:
            source, target = Path(name, "source"), Path(name, "target")
            source.write_bytes(GOOD[kind]())
            embed(source, target, _recipe())
            return target.read_bytes()

    def sample(self, chance: Random) -> Sample:
        """Return a sound file with a spoilt text, or a spoilt file."""
        if chance.random() < 0.55:
            keyword, text = chance.choice(self._texts)
            others = [other.encode() for _, other in self._texts]
            spoilt = mutated(text.encode(), chance, Material(TOKENS, others)).decode("utf-8", "replace")
            make: Callable[[str], bytes] = in_jpeg if chance.random() < 0.4 else partial(in_png, keyword)
            return one_file("a.png", make(spoilt))
        content = mutated(chance.choice(self._files), chance, Material(TOKENS, self._files))
        if content.startswith(b"\x89PNG") and chance.random() < 0.8:
            content = with_sums(content)
        return one_file("a.png", content)

    def visit(self, room: Room, chance: Random) -> str:
        """Read it, show it, fit it, write into it and read that again."""
        path, target = room.given / "a.png", room.own / "target"
        outcomes = set()
        try:
            recalled = recall(path)
            for text in (
                recalled.source,
                recalled.endpoint,
                recalled.provider,
                str(recalled.finetune_id),
                str(recalled.finetune_name),
            ):
                room.show(text)
            for note in recalled.notes:
                room.show_sentence(note)
            for row in rows(recalled):
                for text in row:
                    room.show(text, newlines=True)
            for endpoint in BFL:
                fitted = fit(recalled, endpoint)
                for note in fitted.notes:
                    room.show_sentence(note)
                for value in fitted.values.values():
                    if isinstance(value, str):
                        room.show(value, newlines=True)
                        value.encode()
            outcomes.add("recalled")
        except FluxError as error:
            room.show_sentence(error.sentence())
            outcomes.add("not recalled")
        try:
            embed(path, target, _recipe())
            room.need(read_recipe(target) == _recipe(), "our own recipe was not read again")
            outcomes.add("written into")
        except FluxError as error:
            room.show_sentence(error.sentence())
        finally:
            target.unlink(missing_ok=True)
        return ", ".join(sorted(outcomes))

    def close(self) -> None:
        """Nothing is held."""


def _case(make: Callable[[], bytes]) -> Sample:
    return one_file("a.png", make())
