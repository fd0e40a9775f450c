"""What the gallery says of pictures, on a line each; pure functions."""

from __future__ import annotations

from collections.abc import Sequence

from fluxtui.domain.gallery import GalleryEntry, GalleryFilter, GalleryOrder, Marks
from fluxtui.domain.money import show_credits
from fluxtui.domain.text import plural, safe_text

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


def order_text(order: GalleryOrder) -> str:
    """Return how pictures are sorted: `'newest first'`."""
    return _ORDERS[order]


def empty_text(wanted: GalleryFilter) -> tuple[str, ...]:
    """Return what to say where a filter leaves nothing: sentences with what to do."""
    if wanted.is_empty:
        return NOTHING_YET
    alone = GalleryFilter(trashed=True, order=wanted.order)
    return EMPTY_TRASH if wanted == alone else NO_MATCH


def fault_text(sentence: str) -> tuple[str, ...]:
    """Return what to say where the journal could not be read."""
    return (f"✗ {sentence}", "r tries again.")


def title_text(shown: int, total: int, marked: int, wanted: GalleryFilter) -> str:
    """Return `'312 of 100,000 pictures · newest first · 3 marked'`."""
    where = " in the trash" if wanted.trashed else ""
    count = plural(shown, "picture") if shown == total else f"{shown:,} of {plural(total, 'picture')}"
    parts = (f"{count}{where}", order_text(wanted.order), f"{marked:,} marked" if marked else "")
    return " · ".join(part for part in parts if part)


def tile_label(entry: GalleryEntry) -> str:
    """Return star, rating and the beginning of the prompt: `'★4 a fox in the snow'`."""
    signs = marks_signs(entry.marks)
    prompt = entry.picture.prompt[:LABEL_LIMIT] or entry.picture.path.rpartition("/")[2]
    return f"{signs} {prompt}" if signs else prompt


def marks_signs(marks: Marks) -> str:
    """Return `'★4'` for a picture with a star and the rating 4."""
    return ("★" if marks.starred else "") + (str(marks.rating) if marks.rating else "")


def rating_text(rating: int) -> str:
    """Return `'4 of 5'`, or `''` without a rating."""
    return f"{rating} of 5" if rating else ""


def prompt_line(entry: GalleryEntry) -> str:
    """Return the prompt on one line."""
    return safe_text(entry.picture.prompt, limit=PROMPT_LIMIT) or "(no prompt)"


def facts_line(entry: GalleryEntry) -> str:
    """Return what a picture was made with and the user's marks, on one line, what tells most first."""
    picture, marks = entry.picture, entry.marks
    rating = rating_text(marks.rating)
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


def pictures_text(numbers: Sequence[int]) -> str:
    """Return `'the picture'` or `'3 pictures'`."""
    return "the picture" if len(numbers) == 1 else plural(len(numbers), "picture")
