"""What the keys of the models place do with the files of LoRAs; at most one file moves at a time."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Coroutine
from time import monotonic
from typing import Any

from textual.reactive import var
from textual.worker import Worker

from fluxtui.app.state import guarded
from fluxtui.controllers.models.use_facts import file_words
from fluxtui.domain.errors import WeightsError
from fluxtui.domain.finetune import Finetune
from fluxtui.domain.text import file_size, safe_text
from fluxtui.domain.weights import Base
from fluxtui.providers.base import Progress
from fluxtui.screens.models.dashboard_dialogs import DashboardDialog, StepsDialog
from fluxtui.screens.models.own_dialog import OwnFile, OwnFileDialog, base_choices
from fluxtui.screens.place import PlaceScreen
from fluxtui.services.models import FileState
from fluxtui.widgets.dialogs import ChoiceDialog, ask, open_dialog

REPORT_SECONDS = 0.5
"""How often at most the progress of a file is drawn."""


class FileKeys(PlaceScreen):
    """Fetches, takes in, verifies and hands out the file of the selected finetune; Escape stops that."""

    doing: var[str] = var("", init=False)
    """What is being done at the moment, in words, or `''`."""

    _transfer: Worker[None] | None = None
    _reported_at = 0.0

    @property
    @abstractmethod
    def selected(self) -> Finetune | None:
        """The finetune that the keys act on."""

    @abstractmethod
    def show_new(self, finetune: Finetune) -> None:
        """Select a finetune that has just come in."""

    def is_free(self) -> bool:
        """Tell whether nothing is being done, and say so if not: one thing at a time."""
        if self.doing:
            self.app.tell(f"Something is still going on: {self.doing}", severity="warning")
        return not self.doing

    def action_clear_news(self) -> None:
        """Stop the file that moves; without one, let an error that was read go."""
        if self._transfer is None or self._transfer.is_finished:
            super().action_clear_news()
            return
        self._transfer.cancel()
        self.app.tell("Stopped; everything is as it was.")

    def _begin(self, work: Coroutine[Any, Any, None], doing: str) -> None:
        self._transfer = guarded(
            self, self._with_words(work, doing), doing=doing, group="transfer", leads=False
        )

    async def _with_words(self, work: Coroutine[Any, Any, None], doing: str) -> None:
        self.doing = f"{doing[0].upper()}{doing[1:]} … · Esc stops"
        try:
            await work
        finally:
            if self.is_attached:
                self.doing = ""

    def _progress(self, doing: str) -> Progress:
        """Return what says how far a file has come, now and then."""

        def progress(done: int, total: int) -> None:
            now = monotonic()
            if now - self._reported_at < REPORT_SECONDS or not self.doing:
                return
            self._reported_at = now
            share = f"{done * 100 // total} % of {file_size(total)}" if total else file_size(done)
            self.doing = f"{doing} · {share} · Esc stops"

        return progress

    # Fetching

    def action_fetch_weights(self) -> None:
        """Fetch the file of the selected finetune from its service, where that still has it."""
        finetune = self.selected
        if finetune is not None and self.is_free():
            self._begin(self._fetch(finetune), "fetching a LoRA file")

    async def _fetch(self, finetune: Finetune) -> None:
        models = self.app.services.models
        if finetune.weights is not None and await models.verify(finetune) is FileState.KEPT:
            self.app.tell(f"The file of {finetune.name} is here already, and whole.")
            return
        progress = self._progress(f"Fetching the file of {safe_text(finetune.name, limit=40)}")
        fetched = await models.fetch_weights(finetune.profile, finetune.id, progress)
        self.app.refresh_state("finetunes")
        if fetched.weights is not None:
            size = file_size(fetched.weights.size)
            words = f"The file of {fetched.name} is here and whole: {fetched.weights.path}, {size}."
            self._tell_with_fault(words, fetched)

    def _tell_with_fault(self, words: str, finetune: Finetune) -> None:
        """Say what came of it, and what is wrong with the numbers in the file, if anything."""
        fault = finetune.weights.fault if finetune.weights is not None else ""
        if fault:
            self.app.tell(f"{words} Beware: {fault}.", title="LoRA file", severity="warning")
        else:
            self.app.tell(words, severity="success")

    # Own files

    def action_take_in(self) -> None:
        """Take in a LoRA file of the user's own."""
        if self.is_free():
            open_dialog(self.app, OwnFileDialog(), self._take_in_chosen)

    def _take_in_chosen(self, own: OwnFile | None) -> None:
        if own is not None:
            self._begin(self._take_in(own), "taking in a LoRA file")

    async def _take_in(self, own: OwnFile) -> None:
        finetune = await self.app.services.models.take_in(
            own.path,
            name=own.name,
            trigger_word=own.trigger_word,
            base=own.base,
            progress=self._progress(f"Copying {safe_text(own.path.name, limit=40)}"),
        )
        self.app.refresh_state("finetunes")
        self.show_new(finetune)
        self._tell_with_fault(f"{finetune.name} is among your finetunes now.", finetune)

    def action_set_base(self) -> None:
        """Say which model the selected finetune was trained on, where neither file nor service does."""
        finetune = self.selected
        if finetune is None:
            return
        told = finetune.weights.base if finetune.weights is not None else None
        if told is not None and told is finetune.base:
            self.app.tell(f"The file of {finetune.name} itself shows that it is for {told.title}.")
            return
        guarded(self, self._set_base(finetune), doing="noting a base model", group="base", exclusive=True)

    async def _set_base(self, finetune: Finetune) -> None:
        present = finetune.base.value if finetune.base is not None else ""
        value = await ask(self.app, ChoiceDialog("Trained on which model?", base_choices()[1:], present))
        if value:
            await self.app.services.models.set_base(finetune.profile, finetune.id, Base(value))
            self.app.refresh_state("finetunes")
            self.app.tell(f"{finetune.name} is for {Base(value).title} from now on.")

    # Verifying and handing out

    def action_verify(self) -> None:
        """Read all of the file of the selected finetune, and say whether it is what it was."""
        finetune = self.selected
        if finetune is not None and self.is_free():
            self._begin(self._verify(finetune), "reading a LoRA file")

    async def _verify(self, finetune: Finetune) -> None:
        state = await self.app.services.models.verify(finetune)
        self.app.refresh_state("finetunes")
        if state is FileState.KEPT and finetune.weights is not None:
            whole = f"The file of {finetune.name} is whole: SHA-256 {finetune.weights.sha256}."
            self.app.tell(whole, severity="success")
        else:
            words = file_words(state, finetune.profile).partition(" ")[2]
            self.app.tell(f"The file of {finetune.name} is {words}.", title="LoRA file", severity="error")

    def action_prepare(self) -> None:
        """Put the file of the selected finetune where it can be uploaded to BFL's dashboard from."""
        finetune = self.selected
        if finetune is None or not self.is_free():
            return
        try:
            self.app.services.models.check_for_dashboard(finetune)
        except WeightsError as error:
            self.app.tell_error(error)
            return
        guarded(self, self._prepare(finetune), doing="preparing a LoRA", group="prepare", exclusive=True)

    async def _prepare(self, finetune: Finetune) -> None:
        export = await ask(self.app, DashboardDialog(finetune.name))
        if export is None:
            return
        self.doing = "Copying the file …"
        try:
            prepared = await self.app.services.models.prepare_for_dashboard(
                finetune, name=export.name, folder=export.folder
            )
        finally:
            self.doing = ""
        open_dialog(self.app, StepsDialog(prepared))
