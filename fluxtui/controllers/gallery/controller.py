"""The gallery without a screen: what is shown, and all that is done to pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

from fluxtui.controllers.gallery.browser import PictureBrowser
from fluxtui.controllers.gallery.exporting import Exporting
from fluxtui.controllers.gallery.filtering import problem_of
from fluxtui.controllers.gallery.filters import Filters
from fluxtui.controllers.gallery.marking import Marking
from fluxtui.controllers.gallery.trash import TrashCommands
from fluxtui.controllers.host import Host
from fluxtui.controllers.navigation import GenerateAgain
from fluxtui.domain.gallery import GalleryEntry, GalleryFilter
from fluxtui.system.dataclass import dataclass


@dataclass(frozen=True)
class GalleryDraft:
    """How the gallery was left.

    Attributes:
        wanted: the filter.
        picture: the number of the picture under the cursor, or None.
        size: the step of the size of the small pictures, from 0.
    """

    wanted: GalleryFilter
    picture: int | None
    size: int

    @classmethod
    def from_note(cls, kept: Mapping[str, Any]) -> Self:
        """Return a draft as it was kept; what cannot be understood of it is as at the first start."""
        wanted, _ = problem_of(str(kept.get("filter") or ""))
        picture, size = kept.get("picture"), kept.get("size")
        return cls(
            wanted or GalleryFilter(),
            picture if isinstance(picture, int) else None,
            size if isinstance(size, int) and size >= 0 else 0,
        )

    def to_note(self) -> dict[str, Any]:
        """Return it as values that JSON can hold."""
        return {"filter": self.wanted.text(), "picture": self.picture, "size": self.size}


class GalleryController:
    """Owns what is shown, and has the commands in groups.

    Args:
        host: asks and tells the user.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        self.shown = PictureBrowser(host)
        self.marking = Marking(host, self.shown)
        self.trash = TrashCommands(host, self.shown)
        self.filters = Filters(host, self.shown)
        self.exporting = Exporting(host, self.shown)

    def path_of(self, entry: GalleryEntry) -> Path:
        """Return the file of a picture. Raises `StorageError`."""
        return self._host.services.gallery.path_of(entry)

    def copyable(self, what: str) -> str | None:
        """Return the `path` or the `prompt` of the picture under the cursor, None where there is none."""
        entry = self.shown.entry
        if entry is None:
            return None
        return str(self.path_of(entry)) if what == "path" else entry.picture.prompt

    async def use_again(self, number: int) -> None:
        """Lead to Generate with the parameters of a picture. Raises `StorageError`."""
        again = await self.again(number)
        if again is not None:
            await self._host.go(again)

    async def again(self, number: int) -> GenerateAgain | None:
        """Return the request for the same picture, None where it is gone. Raises `StorageError`."""
        async with self.shown.turn:
            found = await self._host.services.gallery.entries((number,))
            if not found:
                return None
            picture, profile = found[0].picture, found[0].profile
            job = await self._host.services.jobs.get(picture.job_id)
            own = GenerateAgain(profile, picture.endpoint, picture.parameters)
            return own if job is None else replace(GenerateAgain.from_job(job), profile=profile)
