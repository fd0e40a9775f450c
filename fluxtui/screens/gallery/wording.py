"""What the gallery says of pictures: labels, lines and details; pure functions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from textual.content import Content

from fluxtui.domain.durations import exact_time, relative_time
from fluxtui.domain.gallery import GalleryEntry, GalleryFilter, GalleryOrder, Marks
from fluxtui.domain.money import show_credits
from fluxtui.domain.text import file_size, plural, safe_text
from fluxtui.services.parameter_words import parameters_in_words
from fluxtui.widgets.fact_lines import fact_line, value_text
from fluxtui.widgets.plain import plain

LABEL_LIMIT = 120
"""Characters of a prompt that a label may need."""
PROMPT_LIMIT = 4_000
"""Characters of a prompt that are shown."""

NOTHING_YET = (
    "No pictures yet.",
    "F4 Generate makes them; each appears here by itself as soon as it is on the disk.",
)
NO_MATCH = (
    "No picture matches the filter.",
    "Esc clears it, / changes it, f offers what there is to filter by.",
)
EMPTY_TRASH = (
    "The trash is empty.",
    "d moves pictures into it, out of the gallery; T goes back to the gallery.",
)
LOADING = ("Reading the pictures in the journal …",)

_ORDERS = {
    GalleryOrder.NEWEST: "newest first",
    GalleryOrder.OLDEST: "oldest first",
    GalleryOrder.RATING: "best rating first",
    GalleryOrder.COST: "dearest first",
    GalleryOrder.SIZE: "largest first",
    GalleryOrder.SEED: "by seed",
    GalleryOrder.PROMPT: "by prompt",
}


def order_words(order: GalleryOrder) -> str:
    """Return how pictures are sorted: `'newest first'`."""
    return _ORDERS[order]


def empty_words(wanted: GalleryFilter) -> tuple[str, ...]:
    """Return what to say where a filter leaves nothing: sentences with what to do."""
    if wanted.is_empty:
        return NOTHING_YET
    alone = GalleryFilter(trashed=True, order=wanted.order)
    return EMPTY_TRASH if wanted == alone else NO_MATCH


def fault_words(sentence: str) -> tuple[str, ...]:
    """Return what to say where the journal could not be read."""
    return (f"✗ {sentence}", "r tries again.")


def title_words(shown: int, total: int, marked: int, wanted: GalleryFilter) -> str:
    """Return `'312 of 100,000 pictures · newest first · 3 marked'`."""
    where = " in the trash" if wanted.trashed else ""
    count = plural(shown, "picture") if shown == total else f"{shown:,} of {plural(total, 'picture')}"
    parts = (f"{count}{where}", order_words(wanted.order), f"{marked:,} marked" if marked else "")
    return " · ".join(part for part in parts if part)


def tile_label(entry: GalleryEntry) -> str:
    """Return star, rating and the beginning of the prompt: `'★4 a fox in the snow'`."""
    signs = marks_signs(entry.marks)
    prompt = entry.picture.prompt[:LABEL_LIMIT] or entry.picture.path.rpartition("/")[2]
    return f"{signs} {prompt}" if signs else prompt


def marks_signs(marks: Marks) -> str:
    """Return `'★4'` for a picture with a star and the rating 4."""
    return ("★" if marks.starred else "") + (str(marks.rating) if marks.rating else "")


def rating_words(rating: int) -> str:
    """Return `'4 of 5'`, or `''` without a rating."""
    return f"{rating} of 5" if rating else ""


def prompt_line(entry: GalleryEntry) -> str:
    """Return the prompt on one line."""
    return safe_text(entry.picture.prompt, limit=PROMPT_LIMIT) or "(no prompt)"


def facts_line(entry: GalleryEntry) -> str:
    """Return what a picture was made with and the user's marks, on one line, what tells most first."""
    picture, marks = entry.picture, entry.marks
    rating = rating_words(marks.rating)
    parts = (
        "file missing" if entry.missing else "",
        "★" if marks.starred else "",
        f"rated {rating}" if rating else "",
        picture.finetune_name or "",
        f"{picture.width}×{picture.height}",
        "" if picture.seed is None else f"seed {picture.seed}",
        "" if entry.credits is None else show_credits(entry.credits),
        ", ".join(f"#{tag}" for tag in marks.tags),
        picture.endpoint,
        "noted" if marks.note else "",
    )
    return safe_text(" · ".join(part for part in parts if part), limit=400)


def details(entry: GalleryEntry, now: datetime) -> Content:
    """Return everything about a picture: prompt, note, facts and parameters."""
    parts = [plain(entry.picture.prompt or "(no prompt)", newlines=True, limit=PROMPT_LIMIT), Content("\n")]
    if entry.marks.note:
        parts += [Content("\n"), plain(entry.marks.note, "italic", newlines=True), Content("\n")]
    parts += [Content("\n"), *(fact_line(label, value) for label, value in _facts(entry, now) if value)]
    parts += [Content.styled("\nParameters\n", "bold")]
    rest = {name: value for name, value in entry.picture.parameters.items() if name != "prompt"}
    told = parameters_in_words(entry.picture.endpoint, rest)
    parts += [fact_line(name, value_text(value)) for name, value in told.items()]
    return Content.assemble(*parts)


def _facts(entry: GalleryEntry, now: datetime) -> Iterator[tuple[str, str]]:
    picture, marks = entry.picture, entry.marks
    if entry.trashed_at is not None:
        yield "in trash", f"since {exact_time(entry.trashed_at)}"
    yield "star", "★ starred" if marks.starred else ""
    yield "rating", rating_words(marks.rating)
    yield "tags", ", ".join(marks.tags)
    yield "finetune", picture.finetune_name or ""
    yield "endpoint", f"{picture.endpoint} · {entry.profile}"
    yield "size", f"{picture.width}×{picture.height} · {file_size(picture.size)}"
    yield "seed", "" if picture.seed is None else str(picture.seed)
    yield "cost", "" if entry.credits is None else show_credits(entry.credits)
    yield "made", exact_time(picture.created_at)
    yield "", relative_time(picture.created_at, now)
    yield "file", picture.path + (" (not there any more)" if entry.missing else "")
