"""What is done to many pictures at once or seldom: captions together, files of captions, writing back."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING

from fluxtui.controllers.questions import Choice, Confirmation, PathQuestion, Question, Selection
from fluxtui.domain.dataset import LEAST_QUALITY, MOST_QUALITY, USUAL_QUALITY
from fluxtui.domain.text import plural, safe_text
from fluxtui.domain.workspace import Workspace
from fluxtui.services.datasets.caption_edits import BulkEdit, EditKind, changes_by, tag_counts
from fluxtui.services.datasets.tracking import Outdated, dropped, edit_words, kept, outdated
from fluxtui.services.datasets.triggers import trigger_use
from fluxtui.system.dataclass import dataclass

if TYPE_CHECKING:
    from fluxtui.controllers.dataset.controller import DatasetController
    from fluxtui.controllers.host import Host
    from fluxtui.domain.dataset_scan import DatasetScan

QUALITY_STEP = 5
"""Between the qualities that are offered."""

KEEP, DROP, KEEP_ONE, DROP_ONE = "keep", "drop", "keep-one", "drop-one"


@dataclass(frozen=True)
class BulkEditQuestion(Question[BulkEdit]):
    """What is done to many captions at once.

    Attributes:
        captions: of the pictures that are meant, by their names, `''` for none.
        trigger_word: offered where one is to be inserted or removed.
        whose: which pictures are meant, in words that fit after "Change the captions", `''` for all.
        kind: what to begin with.
    """

    captions: Mapping[str, str] = field(hash=False)
    trigger_word: str = ""
    whose: str = ""
    kind: EditKind = EditKind.PREFIX


class BulkActions:
    """Asks what is to be done, and has the controller of the dataset do it.

    Args:
        host: asks the user.
        dataset: what is changed.
    """

    def __init__(self, host: Host, dataset: DatasetController) -> None:
        self._host = host
        self._dataset = dataset

    async def choose(self) -> None:
        """Offer what is done seldom, and do what is chosen."""
        actions = {
            Choice("tags", "Tags", "parts between commas, and how often each occurs"): self.show_tags,
            Choice("import", "Import captions", "from a CSV or JSON Lines file"): self.import_captions,
            Choice("export", "Export captions", "into a new CSV or JSON Lines file"): self.export_captions,
            Choice("write", "Write captions back", "into text files beside your pictures"): self.write_back,
            Choice(
                "quality", "JPEG quality", "of what is sent; lower makes a smaller archive"
            ): self.choose_quality,
            Choice("discard", "Discard all edits", "pictures and captions as they were found"): self.discard,
        }
        chosen = await self._host.ask(Selection("What else?", tuple(actions)))
        for choice, do in actions.items():
            if choice.value == chosen:
                await do()

    async def change_captions(self, names: Collection[str]) -> None:
        """Change the captions of some pictures together; those that are not used are left out."""
        every, meant = self._dataset.review.captions(), set(names)
        captions = {name: text for name, text in every.items() if name in meant}
        whose = f"of {len(captions)} of {plural(len(every), self._dataset.unit)}: those listed"
        trigger_word = self._dataset.trigger_word or ""
        question = BulkEditQuestion(
            captions,
            trigger_word,
            whose=whose if len(captions) < len(every) else "",
            kind=_suggested(captions, trigger_word),
        )
        edit = await self._host.ask(question)
        if edit is None:
            return
        changes = changes_by(edit, captions)
        workspace = self._present.with_captions({change.name: change.after for change in changes})
        self._dataset.change(workspace, f"{edit.kind.value} in {plural(len(changes), 'caption')}")
        self._host.tell(f"Changed {plural(len(changes), 'caption')}; u takes it back.", severity="success")

    @property
    def _present(self) -> Workspace:
        return self._dataset.edits.present

    async def decide_outdated(self) -> None:
        """Let the user keep or drop edits that were made on other pictures or captions than there are now."""
        scan, present = self._dataset.review.scan, self._present
        if scan is None:
            return
        old = outdated(present, scan)
        if not old.names:
            self._host.tell("All edits are of the pictures that are here.")
            return
        here = self._dataset.current
        question = Selection("Edited before they were changed", _outdated_choices(old, here, present))
        chosen = await self._host.ask(question)
        if chosen is None:
            return
        names = (here,) if chosen in {KEEP_ONE, DROP_ONE} else old.names
        is_kept = chosen in {KEEP, KEEP_ONE}
        workspace = (kept if is_kept else dropped)(present, scan, names)
        done = "keeping" if is_kept else "dropping"
        self._dataset.change(workspace, f"{done} the edits of {plural(len(names), 'picture')}")

    async def show_tags(self) -> None:
        """Show the tags, and list the pictures of the one that is chosen."""
        captions = self._dataset.review.captions()
        words = sum(len(text.split()) for text in captions.values())
        title = f"Tags of {plural(len(captions), self._dataset.unit)}, {plural(words, 'word')} in all"
        choices = tuple(Choice(tag, tag, plural(count, "caption")) for tag, count in tag_counts(captions))
        tag = await self._host.ask(Selection(title, choices))
        if tag is not None:
            self._dataset.list_tag(tag)

    async def import_captions(self) -> None:
        """Take captions from a file; those of pictures that are not in it stay."""
        from fluxtui.services.datasets.caption_files import read_captions

        words = "A CSV or JSON Lines file with file_name and text, as other tools write them."
        path = await self._host.ask(PathQuestion("Import captions", words))
        if path is None:
            return
        names = list(self._dataset.review.captions())
        imported = await asyncio.to_thread(read_captions, Path(path), names)
        count = plural(len(imported.captions), "caption")
        self._dataset.change(self._present.with_captions(imported.captions), f"importing {count}")
        unknown = ""
        if imported.unknown:
            first = ", ".join(imported.unknown[:3])
            unknown = f" {plural(len(imported.unknown), 'name')} in it fit no picture, such as {first}."
        self._host.tell(f"Imported {count}.{unknown}", severity="success")

    async def export_captions(self) -> None:
        """Write all captions into a new file."""
        from fluxtui.services.datasets.caption_files import write_captions

        words = "The name decides: .csv or .jsonl. A file that exists is never replaced."
        path = await self._host.ask(PathQuestion("Export captions", words, "~/captions.jsonl"))
        if path is None:
            return
        captions = self._written_captions()
        await asyncio.to_thread(write_captions, Path(path), captions)
        self._host.tell(f"{plural(len(captions), 'caption')} are in {safe_text(path)}.", severity="success")

    async def write_back(self) -> None:
        """Write the captions beside the user's pictures, once they have said so."""
        scan, source = self._dataset.review.scan, self._dataset.source
        if scan is None:
            return
        captions = self._written_captions()
        count_text = plural(len(captions), self._dataset.unit)
        sentences = (
            f"The captions of {count_text} are written into text files beside them, in",
            safe_text(source, limit=200),
            "What these files say now is kept in the data directory. Pictures are never changed.",
            *(() if self._dataset.is_of_pairs else _whole_names(scan, captions)),
        )
        if not await self._host.ask(Confirmation("Write captions back?", sentences, confirm_label="Write")):
            return
        workspaces = self._host.services.workspaces
        count = await workspaces.write_captions(
            scan, captions, self._host.clock(), pairs=self._dataset.is_of_pairs
        )
        self._host.tell(f"{plural(count, 'caption file')} written.", severity="success")
        self._dataset.look_again()

    def _written_captions(self) -> dict[str, str]:
        return {name: text for name, text in self._dataset.review.captions().items() if text}

    async def choose_quality(self) -> None:
        """Let the quality be chosen with which pictures are made JPEGs."""
        present = self._present
        words = {USUAL_QUALITY: "usual", MOST_QUALITY: "largest archive", LEAST_QUALITY: "smallest archive"}
        words[present.jpeg_quality] = "as it is now"
        qualities = range(MOST_QUALITY, LEAST_QUALITY - 1, -QUALITY_STEP)
        choices = tuple(Choice(str(quality), str(quality), words.get(quality, "")) for quality in qualities)
        chosen = await self._host.ask(Selection("JPEG quality", choices, str(present.jpeg_quality)))
        if chosen is not None:
            changed = self._present.model_copy(update={"jpeg_quality": int(chosen)})
            self._dataset.change(changed, f"JPEG quality {chosen}")

    async def discard(self) -> None:
        """Forget all edits, once the user has said so."""
        present = self._present
        if present == Workspace(source=present.source):
            self._host.tell("There are no edits to discard.")
            return
        sentence = f"The edits of {plural(len(present.edits), 'picture')} are forgotten; u takes that back."
        question = Confirmation("Discard all edits?", (sentence,), confirm_label="Discard", danger=True)
        if await self._host.ask(question):
            self._dataset.discard()


def _suggested(captions: Mapping[str, str], trigger_word: str) -> EditKind:
    """Return what is most probably to be done with captions."""
    if trigger_use(trigger_word, captions.values()).missing:
        return EditKind.INSERT_TRIGGER
    return EditKind.PREFIX if any(captions.values()) else EditKind.FILL


def _outdated_choices(old: Outdated, here: str, present: Workspace) -> tuple[Choice, ...]:
    """Return what can become of outdated edits: of all, and of the current picture where it has some."""
    every = plural(len(old.names), "picture")
    choices = (
        Choice(KEEP, f"Keep the edits of {every}", "they are applied to the pictures as they are now"),
        Choice(DROP, f"Drop the edits of {every}", "as they are found now; u takes it back"),
    )
    if here not in old.names or len(old.names) == 1:
        return choices
    words = edit_words(present.of(here))
    one = (Choice(KEEP_ONE, f"Keep those of {here}", words), Choice(DROP_ONE, f"Drop those of {here}", words))
    return (*one, *choices)


def _whole_names(scan: DatasetScan, captions: Mapping[str, str]) -> tuple[str, ...]:
    """Return a sentence about pictures whose captions cannot be in one file, where there are any."""
    from fluxtui.services.datasets.caption_matching import caption_targets

    targets = caption_targets(scan, captions)
    whole = [target for name, target in targets.items() if target.startswith(f"{name}.")]
    if not whole:
        return ()
    first = safe_text(whole[0], limit=60)
    return (f"Pictures of one name with other captions have files of their whole names, such as {first}.",)
