"""What can be filtered by: completions for the line, and choices for those who do not want to type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from fluxtui.controllers.gallery.wording import order_text
from fluxtui.controllers.questions import Choice
from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.gallery import Facet, Facets, GalleryFilter, GalleryOrder
from fluxtui.domain.text import plural, safe_text

PLACEHOLDER = "words, star, rating>=3, finetune:…, tag:…, since:2026-11, seed:42, cost<5, size>=1mp"

SAVED, ADD, KEEP, FORGET, CLEAR = "saved:", "add:", "keep", "forget", "clear"
"""In front of what a choice does, or all of it."""

_CONDITIONS = (
    *("star", "rating>=", "finetune:", "endpoint:", "profile:", "tag:", "since:", "until:", "date:"),
    *("seed:", "size>=", "size<=", "cost>=", "cost<=", "is:trash", "is:star", "sort:"),
)
_RATINGS = (5, 4, 3, 1)


def quoted(value: str) -> str:
    """Return a value as it stands behind a condition's sign."""
    return f'"{value.replace(chr(34), chr(34) * 2)}"' if not value or set(value) & set(' "') else value


def condition(name: str, value: str) -> str:
    """Return `'finetune:luna'`."""
    return f"{name}:{quoted(value)}"


def with_condition(wanted: GalleryFilter, text: str) -> GalleryFilter:
    """Return a filter with one more condition; of two that exclude each other the new one counts."""
    return GalleryFilter.parse(f"{wanted.text()} {text}")


def completed_filter(text: str, facets: Facets) -> str | None:
    """Return a filter with its last condition completed by what there is in the gallery, or None."""
    begun = text.rpartition(" ")[2]
    if not begun:
        return None
    for offered in _offered(begun, facets):
        if offered.casefold().startswith(begun.casefold()) and len(offered) > len(begun):
            return text + offered[len(begun) :]
    return None


def _offered(begun: str, facets: Facets) -> Iterator[str]:
    name, colon, _ = begun.partition(":")
    if not colon:
        yield from _CONDITIONS
        return
    values: dict[str, Sequence[str]] = {
        "finetune": [facet.value for facet in facets.finetunes],
        "endpoint": [facet.value for facet in facets.endpoints],
        "profile": [facet.value for facet in facets.profiles],
        "tag": [facet.value for facet in facets.tags],
        "sort": list(GalleryOrder),
        "is": ["trash", "star"],
    }
    for value in values.get(name.casefold(), ()):
        yield condition(name, value)


def completed_tags(text: str, tags: Sequence[str]) -> str | None:
    """Return tags between commas with the last one completed, or None."""
    begun = text.rpartition(",")[2].lstrip()
    found = (tag for tag in tags if begun and tag.startswith(begun.lower()) and tag != begun)
    completed = next(found, None)
    return None if completed is None else text + completed[len(begun) :]


def order_choices() -> tuple[Choice, ...]:
    """Return how pictures can be sorted."""
    return tuple(Choice(order.value, order_text(order)) for order in GalleryOrder)


def filter_choices(
    facets: Facets, saved: Mapping[str, GalleryFilter], wanted: GalleryFilter
) -> tuple[Choice, ...]:
    """Return everything that can be filtered by, the user's saved filters first.

    Args:
        facets: what there is.
        saved: the saved filters by their names.
        wanted: the present filter.
    """
    choices = [Choice(f"{SAVED}{name}", name, each.text(), "Saved") for name, each in saved.items()]
    if not wanted.is_empty:
        choices.append(Choice(KEEP, "save this filter …", wanted.text(), "This filter"))
        choices.append(Choice(CLEAR, "clear it", "Esc in the gallery does it, too", "This filter"))
    if saved:
        choices.append(Choice(FORGET, "forget a saved filter …", "", "This filter"))
    star = Choice(f"{ADD}star", "with a star", plural(facets.starred, "picture"), "Marks")
    ratings = (Choice(f"{ADD}rating>={each}", _rating(each), "", "Marks") for each in _RATINGS)
    tags = _choices("tag", "Marks", facets.tags, "#")
    trash = Choice(f"{ADD}is:trash", "in the trash", plural(facets.trashed, "picture"), "Marks")
    return (
        *choices,
        *_choices("finetune", "Finetune", facets.finetunes),
        star,
        *ratings,
        *tags,
        trash,
        *_choices("endpoint", "Endpoint", facets.endpoints),
        *(_choices("profile", "Profile", facets.profiles) if len(facets.profiles) > 1 else ()),
    )


def _rating(least: int) -> str:
    return "rated 5" if least == 5 else f"rated {least} or more" if least > 1 else "rated at all"


def _choices(name: str, group: str, facets: Sequence[Facet], sign: str = "") -> tuple[Choice, ...]:
    return tuple(
        Choice(
            f"{ADD}{condition(name, facet.value)}", sign + facet.value, plural(facet.count, "picture"), group
        )
        for facet in facets
    )


def read_tags(text: str) -> tuple[str, ...]:
    """Return the tags between the commas of a line, each once."""
    tags = (" ".join(safe_text(part).lower().split()) for part in text.split(","))
    return tuple(dict.fromkeys(tag for tag in tags if tag))


def problem_of(text: str) -> tuple[GalleryFilter | None, str]:
    """Return what a line means, or None and a sentence on what is wrong with it."""
    try:
        return GalleryFilter.parse(text), ""
    except InvalidInput as error:
        return None, error.sentence()
