"""What is done with the files of LoRAs; at most one file moves at a time."""

from __future__ import annotations

from fluxtui.controllers.host import Host
from fluxtui.controllers.models.activity import Activity
from fluxtui.controllers.models.facts import file_text
from fluxtui.controllers.models.questions import (
    DashboardQuestion,
    DashboardSteps,
    OwnFileQuestion,
    base_choices,
)
from fluxtui.controllers.questions import Selection
from fluxtui.domain.finetune import Finetune
from fluxtui.domain.text import file_size, safe_text
from fluxtui.domain.weights import Base
from fluxtui.services.models.uses import FileState


class LoraFiles:
    """Fetches, takes in, verifies and hands out the files of finetunes. Every command raises `FluxError`.

    Args:
        host: asks and tells the user.
        activity: what is going on.
    """

    def __init__(self, host: Host, activity: Activity) -> None:
        self._host = host
        self._activity = activity

    async def fetch(self, finetune: Finetune) -> None:
        """Fetch the file of a finetune from its service, where that still has it."""
        if self._activity.is_free():
            with self._activity.moving("Fetching a LoRA file"):
                await self._fetch(finetune)

    async def _fetch(self, finetune: Finetune) -> None:
        models = self._host.services.models
        if finetune.weights is not None and await models.verify(finetune) is FileState.KEPT:
            self._host.tell(f"The file of {finetune.name} is here already, and whole.")
            return
        progress = self._activity.progress(f"Fetching the file of {safe_text(finetune.name, limit=40)}")
        fetched = await models.fetch_weights(finetune.profile, finetune.id, progress)
        self._host.refresh_state("finetunes")
        if fetched.weights is not None:
            size = file_size(fetched.weights.size)
            words = f"The file of {fetched.name} is here and whole: {fetched.weights.path}, {size}."
            self._tell_with_fault(words, fetched)

    def _tell_with_fault(self, words: str, finetune: Finetune) -> None:
        """Say what came of it, and what is wrong with the numbers in the file, if anything."""
        fault = finetune.weights.fault if finetune.weights is not None else ""
        if fault:
            self._host.tell(f"{words} Beware: {fault}.", title="LoRA file", severity="warning")
        else:
            self._host.tell(words, severity="success")

    async def take_in(self) -> Finetune | None:
        """Ask for a LoRA file of the user's own, take it in and return it; None after a no."""
        if not self._activity.is_free():
            return None
        own = await self._host.ask(OwnFileQuestion())
        if own is None:
            return None
        with self._activity.moving("Taking in a LoRA file"):
            finetune = await self._host.services.models.take_in(
                own.path,
                name=own.name,
                trigger_word=own.trigger_word,
                base=own.base,
                progress=self._activity.progress(f"Copying {safe_text(own.path.name, limit=40)}"),
            )
        self._host.refresh_state("finetunes")
        self._tell_with_fault(f"{finetune.name} is among your finetunes now.", finetune)
        return finetune

    async def set_base(self, finetune: Finetune) -> None:
        """Ask which model a finetune was trained on, where neither its file nor its service says it."""
        told = finetune.weights.base if finetune.weights is not None else None
        if told is not None and told is finetune.base:
            self._host.tell(f"The file of {finetune.name} itself shows that it is for {told.title}.")
            return
        present = finetune.base.value if finetune.base is not None else ""
        value = await self._host.ask(Selection("Trained on which model?", base_choices()[1:], present))
        if value:
            await self._host.services.models.set_base(finetune.profile, finetune.id, Base(value))
            self._host.refresh_state("finetunes")
            self._host.tell(f"{finetune.name} is for {Base(value).title} from now on.")

    async def verify(self, finetune: Finetune) -> None:
        """Read all of the file of a finetune, and say whether it is what it was."""
        if self._activity.is_free():
            with self._activity.moving("Reading a LoRA file"):
                state = await self._host.services.models.verify(finetune)
            self._host.refresh_state("finetunes")
            self._tell_state(finetune, state)

    def _tell_state(self, finetune: Finetune, state: FileState) -> None:
        if state is FileState.KEPT and finetune.weights is not None:
            whole = f"The file of {finetune.name} is whole: SHA-256 {finetune.weights.sha256}."
            self._host.tell(whole, severity="success")
        else:
            words = file_text(state, finetune.profile).partition(" ")[2]
            self._host.tell(f"The file of {finetune.name} is {words}.", title="LoRA file", severity="error")

    async def prepare(self, finetune: Finetune) -> None:
        """Put the file of a finetune where it can be uploaded to BFL's dashboard from, after asking."""
        if not self._activity.is_free():
            return
        models = self._host.services.models
        models.check_for_dashboard(finetune)
        copy = await self._host.ask(DashboardQuestion(finetune.name))
        if copy is None:
            return
        with self._activity.telling("Copying the file …"):
            prepared = await models.prepare_for_dashboard(finetune, name=copy.name, folder=copy.folder)
        await self._host.ask(DashboardSteps(prepared))
