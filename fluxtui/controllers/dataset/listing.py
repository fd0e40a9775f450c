"""Which pictures of a dataset are listed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from fluxtui.controllers.dataset.rows import PictureRow
from fluxtui.domain.text import safe_text
from fluxtui.services.datasets.caption_edits import has_tag


class RowFilter(StrEnum):
    """Which pictures are listed; the values are the words for people, in the order of the key."""

    ALL = "all pictures"
    PROBLEMS = "only those with problems"
    UNCAPTIONED = "only those without a caption"
    EXCLUDED = "only those left out"


@dataclass(frozen=True)
class Listing:
    """A filter, and a tag that the captions of all that is listed have, `''` for any."""

    filter: RowFilter = RowFilter.ALL
    tag: str = ""

    @property
    def words(self) -> str:
        """Which pictures are listed in words, `''` where all are."""
        if self.tag:
            return f"only those with the tag “{safe_text(self.tag, limit=40)}”"
        return "" if self.filter is RowFilter.ALL else self.filter.value

    def next(self) -> Listing:
        """Return the filter after this one; a tag gives way to all pictures."""
        every = list(RowFilter)
        return Listing() if self.tag else Listing(every[(every.index(self.filter) + 1) % len(every)])

    def of(self, rows: tuple[PictureRow, ...]) -> tuple[PictureRow, ...]:
        """Return the pictures that are listed."""
        if self.tag:
            rows = tuple(row for row in rows if row.state != "out" and has_tag(row.caption, self.tag))
        match self.filter:
            case RowFilter.ALL:
                return rows
            case RowFilter.PROBLEMS:
                return tuple(row for row in rows if row.matters and row.state != "out")
            case RowFilter.UNCAPTIONED:
                return tuple(row for row in rows if not row.caption and row.state not in {"out", "fault"})
            case RowFilter.EXCLUDED:
                return tuple(row for row in rows if row.state == "out")
