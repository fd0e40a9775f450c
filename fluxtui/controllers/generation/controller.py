"""What is asked for and what becomes of it: the generate place without a screen, for places and scripts."""

from __future__ import annotations

from dataclasses import replace

from fluxtui.controllers.background import Begin, Work, nothing_to_do
from fluxtui.controllers.generation.batch_ordering import BatchOrder
from fluxtui.controllers.generation.batch_setup import BatchCommands
from fluxtui.controllers.generation.changes import (
    FormChange,
    to_finetune,
    to_offer,
    to_request,
    without_gone,
)
from fluxtui.controllers.generation.cost import CostText, cost_text
from fluxtui.controllers.generation.editor import FormEditor, PendingChange
from fluxtui.controllers.generation.form import GenerateForm
from fluxtui.controllers.generation.news import News
from fluxtui.controllers.generation.ordering import GenerationOrder
from fluxtui.controllers.generation.picture_inputs import PictureInputs
from fluxtui.controllers.generation.planner import PromptPlanner
from fluxtui.controllers.generation.price import Funds
from fluxtui.controllers.generation.queue import QueueCommands
from fluxtui.controllers.generation.sizes import SizeCommands
from fluxtui.controllers.generation.styles import StyleCommands
from fluxtui.controllers.generation.submission import Later, OrderSubmission, Outgoing, call_later
from fluxtui.controllers.generation.supply import OfferCatalogue
from fluxtui.controllers.host import Host
from fluxtui.controllers.navigation import GenerateRequest, GenerateWith
from fluxtui.controllers.signal import Signal
from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.finetune import Finetune

CHANGING = "The form is still being changed. Nothing was sent; press Ctrl+S once it is there."
NO_ENDPOINT = "There is no endpoint yet: a profile needs a key, F7 Settings takes one."


class GenerationController:
    """Composes what is asked for, where it goes and how it leaves; each part owns one thing.

    Attributes:
        changed: sent when any of it is another one.
        news: what was said last.
        catalogue: what there is to choose from.
        editor: the form.
        prompts: templates, previews, history.
        submission: orders on their way out.
        batches: seeds and grids.
        sizes: both sides of the picture.
        styles: what goes round the prompt.
        pictures: ways to name one.
        queue: what was ordered.
    """

    def __init__(self, host: Host, begin: Begin, later: Later = call_later) -> None:
        """Args:
        host: the program around it.
        begin: begins work in the background.
        later: the clock of the rest after an order.
        """
        self._host = host
        self._begin_work = begin
        self._steps: tuple[PendingChange, ...] = ()
        """Wished before every profile has answered, which is waited for."""
        self.changed = Signal()
        self.news = News(self.changed)
        self.catalogue = OfferCatalogue(host, self._follow)
        self.editor = FormEditor(host, self.catalogue, self.news, begin, self._follow)
        self.prompts = PromptPlanner(host, self.editor, self.news, begin, self.changed.send)
        self.submission = OrderSubmission(
            host, self.editor, self.prompts, self.news, begin, self.changed.send, later
        )
        self.batches = BatchCommands(host, self.editor, self.news)
        self.sizes = SizeCommands(host, self.editor, self.news)
        self.styles = StyleCommands(host, self.editor, self.news)
        self.pictures = PictureInputs(host, self.news)
        self.queue = QueueCommands(host, self.editor, self.submission, self.news)

    @property
    def form(self) -> GenerateForm:
        """What is asked for."""
        return self.editor.form

    @property
    def funds(self) -> Funds:
        """What there is to pay for it with."""
        return self.catalogue.funds(self.form.profile)

    @property
    def cost(self) -> CostText | None:
        """What it costs, in words; None before there is an endpoint."""
        offer = self.editor.offer
        if offer is None:
            return None
        return cost_text(self.form, self.catalogue.stock, offer, self.funds, self.prompts.plan)

    @property
    def is_changing(self) -> bool:
        """Whether the form is about to be another one."""
        return bool(self._steps) or self.editor.is_changing

    def _follow(self) -> None:
        """Let what follows from the form follow it."""
        self.prompts.follow()
        self.changed.send()

    # What there is to choose from

    async def open(self, first: GenerateForm | None = None) -> None:
        """Ask all profiles what they offer and begin with a form, as soon as its own has answered.

        Args:
            first: the form to begin with, None for the present one.
        """
        profiles = self.catalogue.begin()
        own = (first or self.form).profile
        home = own if own in profiles else profiles[0]
        await self.catalogue.ask((home,))
        is_begun = bool(self.catalogue.stock.offers) and not self._steps
        if is_begun:
            await self._begin(first)
        await self.catalogue.ask(profile for profile in profiles if profile != home)
        self.catalogue.complete()
        if not is_begun:
            await self._begin(first)
        steps, self._steps = self._steps, ()
        if steps:
            # Work of its own: the profiles may be asked anew before it is done.
            self._begin_work(self.editor.alter(*steps), doing="changing the form", group="form")

    async def _begin(self, first: GenerateForm | None) -> None:
        def begun(form: GenerateForm) -> FormChange:
            if first is not None:
                form = self._with_early_prompt(first)
            return FormChange(replace(form, profile=form.profile or self._host.profile))

        await self.editor.alter(PendingChange(begun))

    def _with_early_prompt(self, first: GenerateForm) -> GenerateForm:
        """Return the form to begin with, with the prompt that was typed before the services had answered."""
        typed = self.form.prompt
        if not typed.strip():
            return first
        self.editor.keep_replaced(first.prompt, typed)
        return replace(first, prompt=typed)

    def follow_finetunes(self, before: tuple[Finetune, ...], after: tuple[Finetune, ...]) -> Work:
        """Offer other finetunes; one that is gone is not chosen any more, and that is said."""
        self.catalogue.restock()
        there = {item.ref for item in after}
        gone = {item.ref: item for item in before if item.ref not in there}
        if not any(row.finetune in gone for row in self.form.stack):
            return nothing_to_do()
        return self.editor.alter(PendingChange(lambda form: without_gone(form, gone)))

    # What is chosen

    def follow(self, request: GenerateRequest) -> Work:
        """Do what another place asks for, after what it asked before and once every profile has answered."""

        def change(form: GenerateForm) -> FormChange:
            return to_request(self.catalogue.stock, form, request, self._host.services.storage)

        step = PendingChange(change, with_defaults=isinstance(request, GenerateWith))
        if self.catalogue.is_complete:
            return self.editor.alter(step)
        self._steps += (step,)
        return nothing_to_do()

    def choose_offer(self, ref: str) -> Work:
        """Choose another endpoint by the ref of its offer; what both know of the parameters stays."""
        offer = self.catalogue.stock.offer_called(ref)
        if offer is None:
            return nothing_to_do()
        return self.editor.alter(PendingChange(lambda form: to_offer(self.catalogue.stock, form, offer)))

    def choose_finetune(self, named: str | None) -> Work:
        """Choose another finetune or none, and the endpoint for it where the present one does not go with it.

        Args:
            named: a ref, or an id or address as typed; None for none.
        """
        step = PendingChange(lambda form: to_finetune(self.catalogue.stock, form, named), with_defaults=True)
        return self.editor.alter(step)

    # How it leaves

    def submit(self) -> Work:
        """Take on what is asked for now, once; what is returned sends it, after asking where it is dear."""
        if self.is_changing:
            self.news.say(CHANGING, "warning")
            return nothing_to_do()
        form, offer = self.form, self.editor.offer
        if offer is None:
            self.news.say(NO_ENDPOINT, "warning")
            return nothing_to_do()
        try:
            if form.setup.is_on and not form.makes_all:
                order: GenerationOrder | BatchOrder = BatchOrder.from_form(form, self.catalogue.stock, offer)
            else:
                order = GenerationOrder.from_form(form, offer, self.editor.finetune)
        except InvalidInput as error:
            self.submission.refuse(error)
            return nothing_to_do()
        return self.submission.send(Outgoing(order, form, offer))

    async def preview(self) -> None:
        """Show what is going to be sent, and send it where the user wants that."""
        if await self.prompts.preview():
            # Work of its own: what opens another dialog must not break it off.
            self._begin_work(self.submit(), doing="generating", group="send")
