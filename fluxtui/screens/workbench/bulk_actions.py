"""What is done with the workbench in dialogs: captions together, files of captions, writing back."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from fluxtui.domain.dataset import LEAST_QUALITY, MOST_QUALITY, USUAL_QUALITY
from fluxtui.domain.text import plural, safe_text
from fluxtui.domain.workspace import Workspace
from fluxtui.screens.workbench.bulk_dialog import BulkDialog
from fluxtui.screens.workbench.path_dialog import PathDialog
from fluxtui.services.datasets.caption_edits import EditKind, changes_by, tag_counts
from fluxtui.services.datasets.tracking import dropped, edit_words, kept, outdated
from fluxtui.services.datasets.triggers import trigger_use
from fluxtui.widgets.dialogs import Choice, ChoiceDialog, ConfirmDialog, ask

if TYPE_CHECKING:
    from fluxtui.domain.dataset_scan import DatasetScan
    from fluxtui.screens.workbench.captioning import CaptioningPart

IMPORT, EXPORT, WRITE, TAGS, QUALITY, DISCARD = "import", "export", "write", "tags", "quality", "discard"

QUALITY_STEP = 5
"""Between the qualities that are offered."""

_CHORES = (
    Choice(TAGS, "Tags", "parts between commas, and how often each occurs"),
    Choice(IMPORT, "Import captions", "from a CSV or JSON Lines file"),
    Choice(EXPORT, "Export captions", "into a new CSV or JSON Lines file"),
    Choice(WRITE, "Write captions back", "into text files beside your pictures"),
    Choice(QUALITY, "JPEG quality", "of what is sent; lower makes a smaller archive"),
    Choice(DISCARD, "Discard all edits", "pictures and captions as they were found"),
)


async def more(screen: CaptioningPart) -> None:
    """Offer the chores and do the one that is chosen."""
    match await ask(screen.app, ChoiceDialog("What else?", _CHORES)):
        case "import":
            await import_captions(screen)
        case "export":
            await export_captions(screen)
        case "write":
            await write_back(screen)
        case "tags":
            await show_tags(screen)
        case "quality":
            await choose_quality(screen)
        case "discard":
            await discard(screen)
        case _:
            return


async def bulk(screen: CaptioningPart) -> None:
    """Change the captions of the pictures that are listed and used."""
    every, listed = screen.captions(), set(screen.listed_names())
    captions = {name: text for name, text in every.items() if name in listed}
    whose = f"of {len(captions)} of {plural(len(every), 'picture')}: those listed"
    trigger_word = screen.trigger_word or ""
    dialog = BulkDialog(
        captions,
        trigger_word,
        whose=whose if len(captions) < len(every) else "",
        kind=_suggested(captions, trigger_word),
    )
    edit = await ask(screen.app, dialog)
    if edit is None:
        return
    changes = changes_by(edit, captions)
    workspace = screen.history.present.with_captions({change.name: change.after for change in changes})
    screen.change(workspace, f"{edit.kind.value} in {plural(len(changes), 'caption')}")
    screen.app.tell(f"Changed {plural(len(changes), 'caption')}; u takes it back.", severity="success")


KEEP, DROP, KEEP_ONE, DROP_ONE = "keep", "drop", "keep-one", "drop-one"


async def decide_outdated(screen: CaptioningPart) -> None:
    """Let the user keep or drop edits that were made on other pictures or captions than there are now."""
    found, present = screen.found, screen.history.present
    if found is None:
        return
    old = outdated(present, found)
    if not old.names:
        screen.app.tell("All edits are of the pictures that are here.")
        return
    every = plural(len(old.names), "picture")
    choices = [
        Choice(KEEP, f"Keep the edits of {every}", "they are applied to the pictures as they are now"),
        Choice(DROP, f"Drop the edits of {every}", "as they are found now; u takes it back"),
    ]
    here = screen.current
    if here in old.names and len(old.names) > 1:
        choices[:0] = [
            Choice(KEEP_ONE, f"Keep those of {here}", edit_words(present.of(here))),
            Choice(DROP_ONE, f"Drop those of {here}", edit_words(present.of(here))),
        ]
    chosen = await ask(screen.app, ChoiceDialog("Edited before they were changed", choices))
    if chosen is None:
        return
    names = (here,) if chosen in {KEEP_ONE, DROP_ONE} else old.names
    is_kept = chosen in {KEEP, KEEP_ONE}
    workspace = (kept if is_kept else dropped)(present, found, names)
    done = "keeping" if is_kept else "dropping"
    screen.change(workspace, f"{done} the edits of {plural(len(names), 'picture')}")


def _suggested(captions: Mapping[str, str], trigger_word: str) -> EditKind:
    """Return what is most probably to be done with captions."""
    if trigger_use(trigger_word, captions.values()).missing:
        return EditKind.INSERT_TRIGGER
    return EditKind.PREFIX if any(captions.values()) else EditKind.FILL


async def show_tags(screen: CaptioningPart) -> None:
    """Show the tags, and list the pictures of the one that is chosen."""
    counts = tag_counts(screen.captions())
    words = sum(len(text.split()) for text in screen.captions().values())
    title = f"Tags of {plural(len(screen.captions()), 'picture')}, {plural(words, 'word')} in all"
    choices = [Choice(tag, tag, plural(count, "caption")) for tag, count in counts]
    tag = await ask(screen.app, ChoiceDialog(title, choices))
    if tag is not None:
        screen.show_tag(tag)


async def import_captions(screen: CaptioningPart) -> None:
    """Take captions from a file; those of pictures that are not in it stay."""
    from fluxtui.services.datasets.caption_files import read_captions

    words = "A CSV or JSON Lines file with file_name and text, as other tools write them."
    path = await ask(screen.app, PathDialog("Import captions", words))
    if path is None:
        return
    imported = await asyncio.to_thread(read_captions, Path(path), list(screen.captions()))
    screen.change(
        screen.history.present.with_captions(imported.captions),
        f"importing {plural(len(imported.captions), 'caption')}",
    )
    unknown = ""
    if imported.unknown:
        first = ", ".join(imported.unknown[:3])
        unknown = f" {plural(len(imported.unknown), 'name')} in it fit no picture, such as {first}."
    screen.app.tell(f"Imported {plural(len(imported.captions), 'caption')}.{unknown}", severity="success")


async def export_captions(screen: CaptioningPart) -> None:
    """Write all captions into a new file."""
    from fluxtui.services.datasets.caption_files import write_captions

    words = "The name decides: .csv or .jsonl. A file that exists is never replaced."
    path = await ask(screen.app, PathDialog("Export captions", words, "~/captions.jsonl"))
    if path is None:
        return
    captions = {name: text for name, text in screen.captions().items() if text}
    await asyncio.to_thread(write_captions, Path(path), captions)
    screen.app.tell(f"{plural(len(captions), 'caption')} are in {safe_text(path)}.", severity="success")


async def write_back(screen: CaptioningPart) -> None:
    """Write the captions beside the user's pictures, once they have said so."""
    if screen.found is None:
        return
    captions = {name: text for name, text in screen.captions().items() if text}
    sentences = (
        f"The captions of {plural(len(captions), 'picture')} are written into text files beside them, in",
        safe_text(screen.source, limit=200),
        "What these files say now is kept in the data directory. Pictures are never changed.",
        *_shared_names(screen.found, captions),
    )
    if not await ask(screen.app, ConfirmDialog("Write captions back?", sentences, confirm_label="Write")):
        return
    services = screen.app.services
    count = await services.workspaces.write_captions(screen.found, captions, screen.app.clock())
    screen.app.tell(f"{plural(count, 'caption file')} written.", severity="success")
    screen.action_look()


def _shared_names(found: DatasetScan, captions: Mapping[str, str]) -> tuple[str, ...]:
    """Return a sentence about pictures whose captions cannot be in one file, where there are any."""
    from fluxtui.services.datasets.caption_targets import caption_targets

    targets = caption_targets(found, captions)
    whole = [target for name, target in targets.items() if target.startswith(f"{name}.")]
    if not whole:
        return ()
    first = safe_text(whole[0], limit=60)
    return (f"Pictures of one name with other captions have files of their whole names, such as {first}.",)


async def choose_quality(screen: CaptioningPart) -> None:
    """Let the quality be chosen with which pictures are made JPEGs."""
    present = screen.history.present
    words = {USUAL_QUALITY: "usual", MOST_QUALITY: "largest archive", LEAST_QUALITY: "smallest archive"}
    words[present.jpeg_quality] = "as it is now"
    qualities = range(MOST_QUALITY, LEAST_QUALITY - 1, -QUALITY_STEP)
    choices = [Choice(str(quality), str(quality), words.get(quality, "")) for quality in qualities]
    chosen = await ask(screen.app, ChoiceDialog("JPEG quality", choices, str(present.jpeg_quality)))
    if chosen is not None:
        changed = present.model_copy(update={"jpeg_quality": int(chosen)})
        screen.change(changed, f"JPEG quality {chosen}")


async def discard(screen: CaptioningPart) -> None:
    """Forget all edits, once the user has said so."""
    present = screen.history.present
    count = len(present.edits)
    if present == Workspace(source=present.source):
        screen.app.tell("There are no edits to discard.")
        return
    sentences = (f"The edits of {plural(count, 'picture')} are forgotten; u takes that back.",)
    if await ask(
        screen.app, ConfirmDialog("Discard all edits?", sentences, confirm_label="Discard", danger=True)
    ):
        screen.discard()
