"""The door for pictures: everything that decodes one, whatever it is called."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random

from fluxtui.domain.dataset import Crop
from fluxtui.domain.endpoint import PictureLimits
from fluxtui.domain.errors import FluxError
from fluxtui.domain.masks import MaskDrawing
from fluxtui.imaging.opening import open_picture
from fluxtui.imaging.pictures import Preparation, examine, looked_at, prepared, prepared_mask, stored_size
from fluxtui.services.contact_sheets import SheetCell, contact_sheet
from fluxtui.services.masks import MaskService
from fluxtui.services.picture_inputs import has_holes, has_white, look_at, prepare_picture, read_picture
from fluxtui.services.storage import StorageService
from fluxtui.services.thumbnails import ThumbnailCache
from fluxtui.terminal.scaling import load_bitmap, read_facts
from tests.fuzz.corpus_pictures import FOREIGN, GOOD, HARMFUL, TOKENS, good_files, with_sums
from tests.fuzz.mutation import Material, mutated
from tests.fuzz.running import Room
from tests.fuzz.samples import Sample, one_file

_AT_ONCE = 3
"""Ways through which one input by chance goes."""


class PictureDoor:
    """Training pictures, input pictures, masks, contact sheets, thumbnails and the terminal's view."""

    name = "pictures"
    # A picture of 225 megapixels is decoded, measured and scaled down several times by a case.
    seconds = 40.0
    secret = True
    heavy = frozenset(
        {
            "text bomb",
            "profile bomb",
            "pixel bomb",
            "large and empty",
            "many texts",
            "many scans",
            "many frames",
            "many canvases",
            "long run of a bitmap",
            "tall jpeg",
        }
    )

    def __init__(self) -> None:
        self.cases = {name: partial(_case, make) for name, make in {**FOREIGN, **HARMFUL, **GOOD}.items()}
        # What is loaded for a kind is loaded before anything is watched.
        for _, content in good_files():
            open_picture(content).close()

    def sample(self, chance: Random) -> Sample:
        """Return a spoilt picture under a name of any kind."""
        files = good_files()
        name, content = chance.choice(files)
        others = [other for kind, other in files if kind.rpartition(".")[2] == name.rpartition(".")[2]]
        spoilt = mutated(content, chance, Material(TOKENS, others))
        if name.endswith(".png") and chance.random() < 0.7:
            spoilt = with_sums(spoilt)
        return one_file("a.png", spoilt)

    def visit(self, room: Room, chance: Random) -> str:
        """Take the picture through some of the ways, all of them where it is a case."""
        path = room.given / "a.png"
        content = path.read_bytes()
        ways = _ways(path, content, room, chance)
        chosen = ways if room.is_case else chance.sample(ways, _AT_ONCE)
        outcomes = set()
        for way in chosen:
            try:
                way()
                outcomes.add("taken")
            except FluxError as error:
                room.show_sentence(error.sentence())
                outcomes.add("refused")
        return _told(outcomes)

    def close(self) -> None:
        """Nothing is held."""


def _case(make: Callable[[], bytes]) -> Sample:
    return one_file("a.png", make())


def _told(outcomes: set[str]) -> str:
    return "taken" if outcomes == {"taken"} else "taken in part" if "taken" in outcomes else "refused"


def _ways(path: Path, content: bytes, room: Room, chance: Random) -> list[Callable[[], object]]:
    storage = StorageService(room.own / "data")
    if not storage.root.exists():
        storage.prepare()
    masks = MaskService(storage)
    side = chance.random() * 0.5
    crop = Crop(left=side, top=side / 2, right=1 - side / 2, bottom=1 - side)
    how = Preparation(
        chance.choice((400, 3_000, 1_000_000)), chance.randrange(4), chance.choice((None, crop))
    )
    limits = PictureLimits(least_side=8, max_bytes=3_000)
    most = chance.choice((None, 500, 90_000))

    def sheet() -> None:
        target = room.own / f"sheet{chance.choice(('.png', '.jpg', '.webp'))}"
        contact_sheet([SheetCell(path, "a"), SheetCell(None, words="none")], target, columns=2, title="t")
        os.unlink(target)

    def looked() -> None:
        room.show(look_at(path, most, limits).words())

    def facts() -> None:
        room.show(repr(examine(content)))

    def mask() -> None:
        prepared_mask(content, how.turns, how.crop, stored_size(content))

    def thumbnail() -> None:
        ThumbnailCache(room.own / "thumbnails").get(
            chance.randbytes(16).hex(), lambda: load_bitmap(path, side=256).image
        )

    return [
        lambda: room.show(repr(looked_at(content))),
        *(facts, looked, mask, sheet, thumbnail),
        lambda: prepared(content, how),
        lambda: prepare_picture(path, most),
        lambda: (has_white(path), has_holes(path)),
        lambda: masks.from_transparency(path),
        lambda: masks.inverted(path),
        lambda: masks.scaled(path, path),
        lambda: masks.draw(MaskDrawing(), path),
        lambda: (read_facts(path), load_bitmap(path, side=64)),
        lambda: read_picture(path),
    ]
