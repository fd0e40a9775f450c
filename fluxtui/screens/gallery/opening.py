"""Pictures of the gallery in the whole terminal: one after another, or some side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from fluxtui.app.state import StatefulApp
from fluxtui.controllers.gallery.wording import rating_text
from fluxtui.domain.durations import exact_time
from fluxtui.domain.finetune import Finetune
from fluxtui.domain.gallery import GalleryEntry
from fluxtui.domain.money import show_credits
from fluxtui.screens.view import CompareScreen, ViewItem, ViewScreen
from fluxtui.widgets.dialogs.base import OPENING_SECONDS

PathOf = Callable[[GalleryEntry], Path]


async def open_view(app: StatefulApp, entries: Sequence[GalleryEntry], number: int, path_of: PathOf) -> int:
    """Show pictures in the whole terminal and return the number of the one that was seen last.

    Args:
        app: the application.
        entries: the pictures that can be gone through.
        number: names the one to begin with.
        path_of: returns the file of a picture.
    """
    index = next((place for place, entry in enumerate(entries) if entry.number == number), None)
    if index is None:
        return number
    app.delay_update(OPENING_SECONDS)
    items = [view_item(entry, path_of(entry), app.finetunes) for entry in entries]
    last = await app.push_screen_wait(ViewScreen(items, index))
    return number if last is None else entries[last].number


async def open_compare(app: StatefulApp, entries: Sequence[GalleryEntry], path_of: PathOf) -> None:
    """Show two to four pictures side by side."""
    app.delay_update(OPENING_SECONDS)
    items = [view_item(entry, path_of(entry), app.finetunes) for entry in entries]
    await app.push_screen_wait(CompareScreen(items))


def view_item(entry: GalleryEntry, path: Path, finetunes: Iterable[Finetune]) -> ViewItem:
    """Return a picture of the gallery as the view takes it.

    Args:
        entry: the picture.
        path: its file.
        finetunes: those that are known, among which its own is looked for.
    """
    picture, marks = entry.picture, entry.marks
    known = sorted(finetunes, key=lambda each: each.profile != entry.profile)
    finetune = next((each.ref for each in known if each.name == picture.finetune_name), None)
    seed = {} if picture.seed is None else {"seed": picture.seed}
    facts = {
        "Made": exact_time(picture.created_at),
        "Cost": "" if entry.credits is None else show_credits(entry.credits),
        "Rating": " ".join(part for part in ("★" * marks.starred, rating_text(marks.rating)) if part),
        "Tags": ", ".join(marks.tags),
        "Note": marks.note,
    }
    return ViewItem(
        path=path,
        title=picture.prompt,
        parameters={**picture.parameters, **seed},
        endpoint=picture.endpoint,
        profile=entry.profile,
        finetune=finetune,
        finetune_name=picture.finetune_name,
        facts={name: text for name, text in facts.items() if text},
    )
