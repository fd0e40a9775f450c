"""The sample pictures that are asked for with a training: how many, with what, and what that costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Any

from fluxtui.controllers.questions import Question
from fluxtui.controllers.signal import Signal
from fluxtui.domain.money import Estimate
from fluxtui.domain.text import plural
from fluxtui.services.samples import MOST_SAMPLES, SampleOffer
from fluxtui.system.dataclass import dataclass

if TYPE_CHECKING:
    from fluxtui.controllers.host import Host
    from fluxtui.domain.uses import Trainer


@dataclass(frozen=True)
class Samples:
    """Sample pictures as asked for on the screen; a change is a new value.

    Attributes:
        prompts: one for each picture, as they are typed.
        chosen: what the profile of the chosen trainer makes them with.
    """

    prompts: tuple[str, ...] = ()
    chosen: SampleOffer = field(default_factory=SampleOffer)

    @property
    def ordered(self) -> tuple[str, ...]:
        """The prompts that go with an order: none where there is nothing to make them with."""
        return self.prompts if self.chosen.offer is not None else ()

    @property
    def label(self) -> str:
        """What stands on their button: `'Samples'`, or `'3 samples'` where some are asked for."""
        if not self.prompts:
            return "Samples"
        return plural(len(self.prompts), "sample") if self.ordered else "no samples"

    def with_training(self, training: Estimate) -> Estimate:
        """Return the estimate of a training together with them: `'training $1.46 + 3 samples $0.12'`."""
        own = self.chosen.estimate(len(self.ordered))
        if own is None:
            return training
        basis = f"training {training.show()} + {self.label} {own.show()}"
        return Estimate(training.credits + own.credits, basis, training.exact and own.exact, training.doubt)

    def lines(self) -> tuple[str, ...]:
        """Return what is to be said of them before the training is paid."""
        if not self.prompts:
            return ()
        if self.chosen.offer is None:
            return (f"Samples: none. {self.chosen.reason}",)
        return (f"Samples: {len(self.prompts)} when it is done; not paid if it fails",)


@dataclass(frozen=True)
class SamplesQuestion(Question[tuple[str, ...]]):
    """Of which prompts sample pictures are made; the answer may be none.

    Attributes:
        prompts: those of before.
        chosen: what they are made with; there is an offer.
        trigger_word: of the training, `''` for none.
    """

    prompts: tuple[str, ...]
    chosen: SampleOffer
    trigger_word: str = ""


class SampleChoice:
    """The sample pictures that are asked for: their prompts, and what they are made with.

    `changed` tells that they are others.

    Args:
        host: who is asked.
    """

    def __init__(self, host: Host) -> None:
        self.changed = Signal()
        self._host = host
        self._samples = Samples()
        self._trainer: Trainer | None = None

    @property
    def samples(self) -> Samples:
        """What is asked for."""
        return self._samples

    def restore(self, prompts: tuple[str, ...]) -> None:
        """Put back the prompts that were kept; whoever does so tells of it."""
        self._samples = Samples(prompts, self._samples.chosen)

    def choose_prompts(self, prompts: tuple[str, ...]) -> None:
        """Let sample pictures of these prompts go with the training."""
        self._change(Samples(prompts, self._samples.chosen))

    async def ask(self, trigger_word: str) -> None:
        """Ask for the prompts, or say why there can be no samples; `trigger_word` is the training's."""
        chosen = self._samples.chosen
        if chosen.offer is None:
            self._host.tell(chosen.reason or "Choose a trainer first.", severity="warning")
            return
        prompts = await self._host.ask(SamplesQuestion(self._samples.prompts, chosen, trigger_word))
        if prompts is not None:
            self.choose_prompts(prompts)

    async def price(self, trainer: Trainer | None) -> None:
        """Ask what they are made with after a training, and what they cost by the prices of now."""
        self._trainer, chosen = trainer, SampleOffer()
        if trainer is not None:
            finetuning = self._host.services.finetuning
            chosen = await finetuning.samples(trainer.profile, trainer.endpoint.info.id)
        if trainer == self._trainer:
            self._change(Samples(self._samples.prompts, chosen))

    def _change(self, samples: Samples) -> None:
        if samples != self._samples:
            self._samples = samples
            self.changed.send()


def prompts_of(text: str) -> tuple[str, ...]:
    """Return the prompts in a text, one on each line."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def prompts_in_note(draft: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the prompts that a draft holds; what cannot be some is left out."""
    kept = draft.get("samples")
    texts = [text for text in kept if isinstance(text, str)] if isinstance(kept, list) else []
    return prompts_within(texts)


def prompts_within(texts: Sequence[str]) -> tuple[str, ...]:
    """Return as many prompts as a training can have samples, without empty ones."""
    return prompts_of("\n".join(texts))[:MOST_SAMPLES]
