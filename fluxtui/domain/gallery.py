"""What the gallery shows: pictures with the user's marks, and the filter that chooses among them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, field_validator

from fluxtui.domain import gallery_text
from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.gallery_text import GalleryOrder
from fluxtui.domain.picture import Picture
from fluxtui.domain.text import safe_text
from fluxtui.system.dataclass import dataclass

__all__ = ["Facet", "Facets", "GalleryEntry", "GalleryFilter", "GalleryOrder", "Marks", "Term", "clean_tag"]

BEST_RATING = 5
"""The highest rating; 0 is none."""
MOST_TAG_CHARACTERS = 40
"""How long a tag may be."""


@dataclass(frozen=True)
class Marks:
    """What the user noted about a picture; `rating` is 1 to 5, or 0 for none; `tags` are in order."""

    starred: bool = False
    rating: int = 0
    tags: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class GalleryEntry:
    """A picture in the gallery.

    Attributes:
        number: names it in the gallery for good; a newer picture has a greater one.
        picture: the file and what it was made with.
        marks: what the user noted about it.
        profile: the profile that paid for it.
        provider: the service that made it.
        credits: what its job cost, the estimate where the cost is not known, or None without a job.
        trashed_at: when it was moved to the trash, or None.
        missing: whether its file was not there when the entry was read.
    """

    number: int
    picture: Picture
    marks: Marks
    profile: str
    provider: str
    credits: float | None
    trashed_at: datetime | None = None
    missing: bool = False


@dataclass(frozen=True)
class Facet:
    """A value that a filter can ask for, and how many pictures have it (those in the trash not counted)."""

    value: str
    count: int


@dataclass(frozen=True)
class Facets:
    """The values that there are, those with the most pictures first, and how many pictures there are.

    `pictures` and `starred` do not count what is in the trash, `trashed` only that.
    """

    finetunes: tuple[Facet, ...] = ()
    endpoints: tuple[Facet, ...] = ()
    profiles: tuple[Facet, ...] = ()
    tags: tuple[Facet, ...] = ()
    pictures: int = 0
    starred: int = 0
    trashed: int = 0


@dataclass(frozen=True)
class Term:
    """One thing to look for in prompts: words in their order; `absent` asks for prompts without it."""

    text: str
    absent: bool = False


class GalleryFilter(BaseModel):
    """Which pictures to show, and in what order. All conditions hold together.

    `words` are looked for in prompts: each is the beginning of a word, "in quotes" several in their order,
    with `-` in front what must not be there. `finetune` and `endpoint` are names, whatever their case: the
    pictures with exactly this name, else those whose name contains it; `*` stands for anything. `profile`
    is a whole name. `since` and `until` are local days, both included. Sizes are in pixels, money is in
    credits; bounds are included. `trashed` shows the trash instead of the gallery.
    """

    model_config = ConfigDict(frozen=True, defer_build=True, extra="forbid")

    words: str = ""
    finetune: str | None = None
    endpoint: str | None = None
    profile: str | None = None
    since: date | None = None
    until: date | None = None
    starred: bool | None = None
    least_rating: int = Field(0, ge=0, le=BEST_RATING)
    tags: tuple[str, ...] = ()
    least_pixels: int | None = Field(None, ge=0, le=gallery_text.MOST_PIXELS)
    most_pixels: int | None = Field(None, ge=0, le=gallery_text.MOST_PIXELS)
    seed: int | None = Field(None, ge=-gallery_text.SEED_BOUND, lt=gallery_text.SEED_BOUND)
    least_credits: float | None = Field(None, ge=0, allow_inf_nan=False)
    most_credits: float | None = Field(None, ge=0, allow_inf_nan=False)
    trashed: bool = False
    order: GalleryOrder = GalleryOrder.NEWEST

    @field_validator("words")
    @classmethod
    def _tidy_words(cls, words: str) -> str:
        return gallery_text.tidy_words(safe_text(words))

    @field_validator("finetune", "endpoint", "profile")
    @classmethod
    def _tidy_name(cls, name: str | None) -> str | None:
        safe = safe_text(name or "")
        return safe if safe.strip() else None

    @field_validator("tags")
    @classmethod
    def _tidy_tags(cls, tags: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(clean_tag(tag) for tag in tags))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a filter as people write it: `fox star rating>=3 finetune:luna cost<5 sort:rating`.

        Raises:
            InvalidInput: with a sentence that names what was not understood.
        """
        return cls(**gallery_text.read(safe_text(text)))

    def text(self) -> str:
        """Return the filter as `parse` reads it back."""
        return gallery_text.write(dict(self))

    def terms(self) -> Iterator[Term]:
        """Yield what is looked for in prompts."""
        for text, absent in gallery_text.terms(self.words):
            yield Term(text, absent)

    @property
    def is_empty(self) -> bool:
        """Whether it shows every picture that is not in the trash, whatever the order."""
        return self.model_copy(update={"order": GalleryOrder.NEWEST}) == GalleryFilter()


def clean_tag(text: str) -> str:
    """Return a tag as it is kept: lowercase, with single spaces. Raises `InvalidInput` if nothing is left."""
    tag = " ".join(safe_text(text).lower().split())
    if not tag:
        raise InvalidInput("A tag needs at least one letter.")
    if len(tag) > MOST_TAG_CHARACTERS:
        raise InvalidInput(f"A tag has at most {MOST_TAG_CHARACTERS} characters.")
    return tag
