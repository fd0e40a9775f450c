"""How orders leave: each sent once, one after the other, the same one again taken for a slip."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from fluxtui.controllers.background import Begin, Work, nothing_to_do
from fluxtui.controllers.generation.batch_ordering import BatchOrder, send_batch
from fluxtui.controllers.generation.editor import FormEditor
from fluxtui.controllers.generation.form import GenerateForm
from fluxtui.controllers.generation.news import News
from fluxtui.controllers.generation.ordering import GenerationOrder, send
from fluxtui.controllers.generation.planner import PromptPlanner
from fluxtui.controllers.host import Host
from fluxtui.controllers.signal import Listener
from fluxtui.domain.errors import InvalidInput, Problem
from fluxtui.domain.jobs import Job
from fluxtui.domain.money import show_credits
from fluxtui.domain.text import plural
from fluxtui.domain.uses import Offer
from fluxtui.system.dataclass import dataclass

REST_SECONDS = 1.0
"""For how long after an order the same one again is taken for a slip of the finger."""
SLIP = "That was just ordered, so it was not sent as well; press again in a second to order it once more."

Later = Callable[[float, Listener], Listener]
"""Calls a function after some seconds; returns what prevents that."""


def call_later(seconds: float, act: Listener) -> Listener:
    """Call `act` after some seconds of the running loop's clock; returns what prevents that."""
    return asyncio.get_running_loop().call_later(seconds, act).cancel


@dataclass(frozen=True)
class Outgoing:
    """An order with the form that it was made of, where it was made of one."""

    order: GenerationOrder | BatchOrder
    form: GenerateForm | None = None
    offer: Offer | None = None

    def is_like(self, other: Outgoing | None) -> bool:
        """Whether another order asks for the same, so that it may be a slip of the finger."""
        return other is not None and self._asked() == other._asked()

    def _asked(self) -> object:
        return self.order if self.form is None else replace(self.form, prompt_seed=None)


@dataclass(frozen=True, eq=False)
class Refusal:
    """Why an order was not sent.

    Attributes:
        sentence: why, for people.
        problems: what is wrong with which parameter.
        form: what was asked for when it was said.
    """

    sentence: str
    problems: tuple[Problem, ...]
    form: GenerateForm


@dataclass(frozen=True, eq=False)
class Receipt:
    """The jobs of an order that was taken."""

    jobs: tuple[Job, ...]


class OrderSubmission:
    """Sends orders."""

    def __init__(
        self,
        host: Host,
        editor: FormEditor,
        planner: PromptPlanner,
        news: News,
        begin: Begin,
        changed: Listener,
        later: Later = call_later,
    ) -> None:
        """Args:
        host: is asked, and has the services.
        editor: holds the form.
        planner: has the prompts of a template.
        news: where it is said what came of an order.
        begin: begins work in the background.
        changed: called when it is busy, or no longer.
        later: the clock of the rest after an order.
        """
        self._host = host
        self._editor = editor
        self._planner = planner
        self._news = news
        self._begin = begin
        self._changed = changed
        self._later = later
        self._is_busy = False
        self._sent: Outgoing | None = None
        """The last order that was taken on."""
        self._waiting: tuple[Outgoing, ...] = ()
        """Other orders that were given while one is on its way out."""
        self._end_rest_early: Listener | None = None
        self._refusal: Refusal | None = None
        self._receipt: Receipt | None = None

    @property
    def is_busy(self) -> bool:
        """Whether an order is on its way out, or was so a moment ago."""
        return self._is_busy

    @property
    def refusal(self) -> Refusal | None:
        """Why the last order was not sent, as long as the form is the same."""
        refusal = self._refusal
        return refusal if refusal is not None and refusal.form == self._editor.form else None

    @property
    def receipt(self) -> Receipt | None:
        """What the last order that was sent has become."""
        return self._receipt

    def refuse(self, error: InvalidInput) -> None:
        """Say why an order is not sent."""
        self._refusal = Refusal(error.sentence(), tuple(error.problems), self._editor.form)
        self._news.say(self._refusal.sentence, "error")

    def send(self, outgoing: Outgoing) -> Work:
        """Take an order on, which is sent by what is returned.

        While another one is on its way it waits for that; the same one again is a slip of the finger.
        """
        if not self._is_busy:
            return self._start(outgoing)
        if outgoing.is_like(self._waiting[-1] if self._waiting else self._sent):
            self._news.say(SLIP, "warning")
            return nothing_to_do()
        if self._is_resting:
            return self._start(outgoing)
        self._waiting += (outgoing,)
        self._news.say("This one is ordered as well, as soon as the last order is out.")
        return nothing_to_do()

    @property
    def _is_resting(self) -> bool:
        """Whether the last order is out, and only a slip of the finger is guarded against."""
        return self._end_rest_early is not None

    def _start(self, outgoing: Outgoing) -> Work:
        self._stop_rest()
        self._sent = outgoing
        self._set_busy(True)
        return self._send_once(outgoing)

    async def _send_once(self, outgoing: Outgoing) -> None:
        try:
            await self._send_now(outgoing)
        except InvalidInput as error:
            self.refuse(error)
            self._go_on(with_rest=False)
        except Exception:
            self._go_on(with_rest=False)
            raise
        except BaseException:
            self._waiting = ()
            self._set_busy(False)
            raise
        else:
            self._go_on(with_rest=True)

    async def _send_now(self, outgoing: Outgoing) -> None:
        form, offer = outgoing.form, outgoing.offer
        wanted: GenerationOrder | BatchOrder | None = outgoing.order
        if form and offer:
            wanted = await self._planner.with_prompts(outgoing.order, form, offer)
        if wanted is None:
            jobs: tuple[Job, ...] = ()
        elif isinstance(wanted, BatchOrder):
            jobs = await send_batch(self._host, wanted)
        else:
            jobs = await send(self._host, wanted)
        if not jobs:
            self._news.say("Nothing was sent.")
            return
        self._refusal, self._receipt = None, Receipt(jobs)
        price = show_credits(sum(job.estimate_credits for job in jobs))
        self._news.say(f"{plural(len(jobs), 'picture')} ordered for about {price}.", "success")
        if form is not None:
            self._planner.note_sent(jobs, form)

    def _go_on(self, *, with_rest: bool) -> None:
        """Send what waits, else rest for a moment after what was sent."""
        waiting, self._waiting = self._waiting[:1], self._waiting[1:]
        if waiting:
            self._begin(self._start(waiting[0]), doing="generating", group="send")
        elif with_rest:
            self._end_rest_early = self._later(REST_SECONDS, self._end_rest)
        else:
            self._set_busy(False)

    def _end_rest(self) -> None:
        self._stop_rest()
        self._set_busy(False)

    def _stop_rest(self) -> None:
        if self._end_rest_early is not None:
            self._end_rest_early()
            self._end_rest_early = None

    def _set_busy(self, is_busy: bool) -> None:
        self._is_busy = is_busy
        self._changed()
