"""The pictures of a training: where they are, and what is in there by the rules of the trainer."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from fluxtui.controllers.background import LatestWork
from fluxtui.controllers.signal import Signal
from fluxtui.controllers.training import wording
from fluxtui.domain.errors import DatasetError, StorageError
from fluxtui.domain.text import safe_text
from fluxtui.system.dataclass import dataclass

if TYPE_CHECKING:
    from fluxtui.controllers.host import HostState
    from fluxtui.domain.dataset import Dataset, DatasetRules
    from fluxtui.domain.dataset_scan import DatasetScan
    from fluxtui.domain.workspace import Workspace


@dataclass(frozen=True)
class Pictures:
    """The pictures as they are known; a change is a new value.

    Attributes:
        source: the folder or archive as it is typed.
        dataset: what is in the source, or None while that is not known.
        fault: why it is not known, as a sentence, or `''` while it has not been looked at.
    """

    source: str = ""
    dataset: Dataset | None = None
    fault: str = ""


@dataclass(frozen=True)
class PicturesStatus:
    """What is said of the pictures in a line.

    Attributes:
        text: the words.
        tone: whether they are as they should be.
        mends: whether there is something that the user may want to mend.
    """

    text: str = ""
    tone: Literal["", "good", "fault"] = ""
    mends: bool = False


class TrainingPictures:
    """Looks through the pictures of a training, and judges them by the rules of the trainer.

    `changed` tells that source, contents or status are others. Nothing else knows what is in the source.

    Args:
        known: gives the services.
    """

    def __init__(self, known: HostState) -> None:
        self.changed = Signal()
        self._known = known
        self._state = Pictures()
        self._status = PicturesStatus()
        self._rules: DatasetRules | None = None
        self._scan: DatasetScan | None = None
        self._workspace: Workspace | None = None
        self._is_judged = False
        """Whether the dataset is that of the source, the rules and the edits of now."""
        self._looked_at = ""
        self._is_due = False
        """Whether it has to be looked at or judged, for source or rules are others."""
        self._looking = LatestWork()
        self._weighing = LatestWork()

    @property
    def state(self) -> Pictures:
        """Source and contents; what was in it before stays known while it is looked at again."""
        return self._state

    @property
    def status(self) -> PicturesStatus:
        """What is to be said of them."""
        return self._status

    @property
    def rules(self) -> DatasetRules | None:
        """What the trainer takes, None while there is no trainer."""
        return self._rules

    @property
    def scan(self) -> DatasetScan | None:
        """What was found in the source, None while it is looked at."""
        return self._scan

    @property
    def shown(self) -> Dataset | None:
        """What is in the source by all that is known now, None while it is looked at or could not be."""
        return self._state.dataset if self._is_judged else None

    @property
    def is_looking(self) -> bool:
        """Whether the pictures are being looked through or judged."""
        return self._looking.is_running

    @property
    def is_looked_at(self) -> bool:
        """Whether the source as it is typed was looked at, or is now."""
        return self._looked_at == self._state.source

    # Which source, which rules

    def type_source(self, source: str) -> None:
        """Take over a path as it is being typed; what is known of another one is forgotten."""
        if source == self._state.source:
            return
        self._looking.stop()
        self._looked_at = ""
        self._is_due = True
        self._state = Pictures(source)
        self._forget()

    async def choose(self, source: str) -> None:
        """Take a folder or an archive, and look through it."""
        self.type_source(source)
        await self.look()

    def use(self, rules: DatasetRules) -> None:
        """Judge by other rules from now on; `refresh` does it."""
        if rules == self._rules:
            return
        self._looking.stop()
        self._rules = rules
        self._is_due = True
        self._is_judged = False
        if self._state.dataset is not None or self._state.fault:
            self._state = Pictures(self._state.source)
        if self._scan is None:
            self._forget()
        self.changed.send()

    async def refresh(self) -> None:
        """Look at the source, or judge it, where source or rules are others than when it was done last."""
        if self._rules is None or not self._is_due:
            return
        if self._scan is not None and self.is_looked_at:
            await self._judge_again()
        else:
            await self.look()

    # Looking

    async def look(self) -> None:
        """Look through the source, again if need be, and estimate how much would be sent."""
        self._looking.stop()
        self._is_due = False
        self._forget()
        source = self._looked_at = self._state.source
        if self._rules is None or not source.strip():
            return
        await self._looking.run(self._look(source))
        await self.weigh()

    def stop(self) -> bool:
        """Stop looking through the source; return whether there was something to stop."""
        if not self._looking.stop():
            return False
        self._say(PicturesStatus("Stopped. Enter in the path looks again."))
        return True

    async def looked(self) -> Dataset | None:
        """Return what is in the source as it is typed, looked through if need be and its archive estimated.

        None where that fails.
        """
        if not self.is_looked_at or not (self._is_judged or self.is_looking):
            await self.look()
        await self._looking.finished()
        await self.weigh()
        return self.shown if self.is_looked_at else None

    async def is_as_shown(self) -> bool:
        """Tell whether pictures, captions and edits are those that are shown; if not, show those of now.

        What is not shown yet, or cannot be looked at any more, is looked at by `looked`.
        """
        scan = self._scan
        if scan is None or self._rules is None or self.is_looking or not self.is_looked_at:
            return True
        try:
            found = await self._known.services.datasets.scan(scan.source)
            workspace = (await self._known.services.workspaces.of(found)).present
        except (DatasetError, StorageError):
            self._is_judged = False
            return True
        if found == self._scan and workspace == self._workspace:
            return True
        self._scan, self._workspace = found, workspace
        await self._judge()
        return False

    async def take_edits(self, scan: DatasetScan | None) -> None:
        """Judge the pictures anew with the edits of the workbench; `scan` is what it found, or None."""
        if scan is not None:
            self._scan = scan
        await self._judge_again(read_edits=True)

    async def _look(self, source: str) -> None:
        def progress(done: int, total: int) -> None:
            self._say(PicturesStatus(f"Looking at picture {done} of {total} · Esc stops"))

        self._say(PicturesStatus("Looking · Esc stops"))
        try:
            path = await self._spelled(source)
            scan = await self._known.services.datasets.scan(Path(path), progress)
            self._workspace = (await self._known.services.workspaces.of(scan)).present
        except (DatasetError, StorageError) as error:
            self._state = Pictures(self._state.source, fault=error.sentence())
            self._say(PicturesStatus(f"✗ {error.sentence()}", "fault"))
            return
        self._scan = scan
        await self._judge()

    async def _spelled(self, source: str) -> str:
        """Return the absolute path of a source, which means the same wherever the program is started."""
        spelling = await self._known.services.datasets.spelled(source)
        shown = safe_text(spelling.shown)
        # A name that cannot be shown as it is would be another one afterwards.
        if spelling.shown == shown and self._state.source == source:
            self._looked_at = shown
            self._state = replace(self._state, source=shown)
            self.changed.send()
        return spelling.shown

    async def _judge_again(self, *, read_edits: bool = False) -> None:
        # What was judged before must not be trained on.
        self._is_due = self._is_judged = False
        await self._looking.run(self._judge(read_edits=read_edits))
        await self.weigh()

    async def _judge(self, *, read_edits: bool = False) -> None:
        """Judge what was found by the rules of the trainer, with the edits of the workbench."""
        scan, rules = self._scan, self._rules
        if scan is None or rules is None:
            return
        if read_edits:
            self._workspace = (await self._known.services.workspaces.of(scan)).present
        self._know(await self._known.services.datasets.checked(scan, rules, self._workspace))

    def _know(self, dataset: Dataset) -> None:
        self._is_judged = True
        self._state = Pictures(self._state.source, dataset)
        sign, mends = "✗" if dataset.blocking else "✓", wording.has_complaints(dataset)
        text = f"{sign} {wording.summary_text(dataset)}"
        self._say(PicturesStatus(text, "fault" if dataset.blocking else "good", mends))

    async def weigh(self) -> None:
        """Estimate how much would be sent, unless that is known."""
        await self._weighing.finished()
        dataset, rules = self.shown, self._rules
        if dataset is not None and rules is not None and not (dataset.blocking or dataset.archive):
            await self._weighing.run(self._estimate(dataset, rules))

    async def _estimate(self, dataset: Dataset, rules: DatasetRules) -> None:
        """Tell how much would be sent. Where that cannot be told, packing says why."""
        with suppress(DatasetError):
            size = await self._known.services.datasets.archive_size(dataset, rules)
            if dataset is self.shown:
                self._know(dataset.model_copy(update={"archive": size}))

    def _forget(self) -> None:
        self._weighing.stop()
        self._scan = None
        self._is_judged = False
        rules = self._rules
        self._say(PicturesStatus(wording.needs_text(rules) if rules is not None else ""))

    def _say(self, status: PicturesStatus) -> None:
        self._status = status
        self.changed.send()
