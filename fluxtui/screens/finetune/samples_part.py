"""What the finetune place does about sample pictures."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.reactive import var

from fluxtui.app.state import guarded
from fluxtui.controllers.training.samples import Samples
from fluxtui.domain.uses import Trainer
from fluxtui.screens.finetune.place import FinetunePlace
from fluxtui.screens.finetune.samples_dialog import SamplesDialog
from fluxtui.services.samples import SampleOffer
from fluxtui.widgets.dialogs import ask


class SamplesPart(FinetunePlace):
    """Asks for sample pictures and knows what the chosen trainer's profile makes them with."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f12", "samples", "Samples", id="finetune.samples", show=False, key_display="F12"),
    ]

    samples: var[Samples] = var(Samples(), init=False)
    sampled_trainer: var[Trainer | None] = var(None, init=False)
    """The trainer whose finetune they are made with."""
    sampled_trigger_word: str = ""
    """Of the training that is asked for."""

    def watch_sampled_trainer(self) -> None:
        """Ask what they are made with now."""
        self.price_samples()

    def price_samples(self) -> None:
        """Ask what they are made with and what they cost, by the prices of now."""
        if self.is_mounted:
            guarded(self, self._ask_offer(), doing="pricing the samples", group="samples", exclusive=True)

    async def _ask_offer(self) -> None:
        trainer = self.sampled_trainer
        chosen = SampleOffer()
        if trainer is not None:
            finetuning = self.app.services.finetuning
            chosen = await finetuning.samples(trainer.profile, trainer.endpoint.info.id)
        self.samples = Samples(self.samples.prompts, chosen)

    def action_samples(self) -> None:
        """Let the prompts be typed, or say why there can be no samples."""
        guarded(self, self._ask_prompts(), doing="asking for samples", group="ask-samples", exclusive=True)

    async def _ask_prompts(self) -> None:
        chosen = self.samples.chosen
        if chosen.offer is None:
            self.app.tell(chosen.reason or "Choose a trainer first.", severity="warning")
            return
        dialog = SamplesDialog(self.samples.prompts, chosen, self.sampled_trigger_word)
        prompts = await ask(self.app, dialog)
        if prompts is not None:
            self.samples = Samples(prompts, self.samples.chosen)
            self.keep()
