"""The generate place: what is asked for on the left, what came of it on the right."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal

from fluxtui.app.state import guarded
from fluxtui.controllers.generation.changes import Change, to_finetune, to_offer, to_request
from fluxtui.controllers.generation.form import GenerateForm
from fluxtui.controllers.generation.ordering import known_funds
from fluxtui.controllers.generation.price import Funds
from fluxtui.controllers.generation.stock import Stock
from fluxtui.controllers.generation.supply import Supply, ask_profile
from fluxtui.controllers.navigation import GenerateRequest, GenerateWith, Request
from fluxtui.domain.finetune import Finetune
from fluxtui.screens.generate.batch_keys import BATCH_BINDINGS, BatchKeys
from fluxtui.screens.generate.changing import Step
from fluxtui.screens.generate.order_panel import OrderPanel
from fluxtui.screens.generate.picture_keys import PICTURE_BINDINGS, PictureKeys
from fluxtui.screens.generate.prompt_keys import PROMPT_BINDINGS, PromptKeys
from fluxtui.screens.generate.queue_keys import QueueKeys
from fluxtui.screens.generate.results import Results
from fluxtui.screens.generate.size_keys import SizeKeys
from fluxtui.widgets.chooser import Chooser
from fluxtui.widgets.parameter_form.path_controls import PictureInput


class GenerateScreen(BatchKeys, QueueKeys, PromptKeys, SizeKeys, PictureKeys):
    """Holds order and results together; all rules are elsewhere."""

    PLACE = "generate"
    CSS_PATH = "generate.tcss"
    HELP = """Write a prompt, choose a finetune or another endpoint, and press `Ctrl+S` from any field. The
price stands on the button before anything is spent.

Endpoints and finetunes are those of all your services that have a key; whose they are stands beside them.

A finetune's *trigger word* calls it: it is put in front of the prompt once, unless it stands in it already.

In the field of a picture, down lists the ways to name one: a file, or one of your pictures; an address can be
typed where the service takes it. A mask can be drawn there. `F12` uses the picture that is shown: as a
reference, to fill, to erase, and whatever else your services do.

`Ctrl+G` is another way to fill the field that the cursor is in: your editor for the prompt, common sizes,
ways to name a picture, all that there is to choose from.

Pictures line up in the queue and are kept on disk; the next prompt can be typed while they come in."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "submit", "Generate", id="generate.submit"),
        Binding("ctrl+l", "focus_queue", "Queue", id="generate.focus_queue"),
        *BATCH_BINDINGS,
        *PROMPT_BINDINGS,
        *PICTURE_BINDINGS,
        Binding("ctrl+g", "fill_otherwise", "Another way", id="generate.fill_otherwise", show=False),
        Binding("escape", "focus_prompt", "Prompt", id="generate.focus_prompt", show=False),
        Binding("ctrl+n", "reset", "Default parameters", id="generate.reset", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._supply = Supply()
        self._is_supplied = False
        """Whether every profile has answered."""
        self._left_out: frozenset[str] = frozenset()
        """The profiles of which it was told that they cannot be used."""
        self._config: object = None
        """The configuration under which the profiles were asked."""
        self._wishes: tuple[Step, ...] = ()
        """Wished before every profile has answered, which is waited for."""
        self._first_form = GenerateForm()

    def compose_place(self) -> ComposeResult:
        """Put the order beside the results."""
        with Horizontal(id="generate"):
            yield OrderPanel()
            yield Results()

    def on_mount(self) -> None:
        """Follow what the order depends on."""
        self.watch(self.app, "finetunes", self._follow_finetunes, init=False)
        self.watch(self.app, "prices", self._restock, init=False)
        self.watch(self.app, "balances", self._show_cost, init=False)
        self.watch(self.app, "profile", self._follow_profiles, init=False)
        self.watch(self.app, "usable_profiles", self._follow_profiles, init=False)
        self.order.prompt.focus()

    # What is asked for

    async def restored(self) -> None:
        """Show what was typed before, or an empty form."""
        await self._open(self._first_form)

    def restore(self, draft: Mapping[str, Any]) -> None:
        """Begin with what was typed before."""
        self._first_form = GenerateForm.from_draft(draft)

    @property
    def is_changing(self) -> bool:
        """Whether the form is about to be another than the one that is shown."""
        return bool(self._wishes) or super().is_changing

    async def _open(self, first: GenerateForm | None = None) -> None:
        """Ask all profiles what they offer and show a form, as soon as its own has answered.

        Args:
            first: the form to begin with, None for the one that is shown.
        """
        self._is_supplied = False
        self._config = self.app.services.config.config
        profiles = tuple(dict.fromkeys((self.app.profile, *self.app.usable_profiles)))
        self._supply = self._supply.asked(profiles)
        own = (first or self.order.form).profile
        home = own if own in profiles else profiles[0]
        await self._ask(home)
        is_shown = bool(self._stock.offers) and not self._wishes
        if is_shown:
            self._begin(first)
        await asyncio.gather(*(self._ask(profile) for profile in profiles if profile != home))
        self._is_supplied = True
        self._tell_faults()
        if not is_shown:
            self._begin(first)
        wishes, self._wishes = self._wishes, ()
        for wish in wishes:
            self.alter(wish.change, with_defaults=wish.with_defaults)

    def _begin(self, first: GenerateForm | None) -> None:
        def begun(form: GenerateForm) -> Change:
            if first is not None:
                form = self._with_early_prompt(first)
            return Change(replace(form, profile=form.profile or self.app.profile))

        self.alter(begun)

    def _with_early_prompt(self, first: GenerateForm) -> GenerateForm:
        """Return the form to begin with, with the prompt that was typed before the services had answered."""
        typed = self.order.prompt.text
        if not typed.strip():
            return first
        self.keep_replaced(first.prompt, typed)
        return replace(first, prompt=typed)

    async def _ask(self, profile: str) -> None:
        self._supply = self._supply.with_answer(await ask_profile(self.app.services, profile))
        self._restock()

    def _tell_faults(self) -> None:
        """Say of each profile once that it is left out, or why nothing can be generated at all."""
        faults = {answer.profile: answer.fault for answer in self._supply.faults}
        self.results.show_fault("" if self._stock.offers else next(iter(faults.values()), ""))
        if self._stock.offers:
            for profile in faults.keys() - self._left_out:
                self.app.tell(f"Generate does without {profile}: {faults[profile]}", severity="warning")
            self._left_out = frozenset(faults)

    def show_time(self) -> None:
        """Show how long the jobs have taken by now."""
        self.results.show_time()

    def on_screen_resume(self) -> None:
        """Try again what did not work before, such as a profile without a key."""
        changed = self._config is not None and self._config is not self.app.services.config.config
        if self.results.fault or (changed and self._supply.faults):
            self._follow_profiles()

    def _follow_profiles(self) -> None:
        guarded(self, self._open(), doing="taking the profiles", group="profile", exclusive=True)

    def _follow_finetunes(self, before: tuple[Finetune, ...], after: tuple[Finetune, ...]) -> None:
        """Offer other finetunes; one that is gone is not chosen any more."""
        self._restock()
        gone = {item.ref for item in before} - {item.ref for item in after}
        if self.order.form.finetune in gone:
            self.alter(lambda form: Change(replace(form, finetune=None) if form.finetune in gone else form))

    def _restock(self) -> None:
        """Take over what there is to choose from now."""
        self._stock = Stock(self._supply.offers, self.app.finetunes, self.app.prices)
        self.order.show_stock(self._stock)
        self._show_state()

    def follow(self, request: Request) -> None:
        """Do what another place wishes, after what was wished before."""
        if isinstance(request, GenerateRequest):
            self.take_request(request)

    def take_request(self, request: GenerateRequest) -> None:
        """Change the form as is asked for, once every profile has answered."""

        def change(form: GenerateForm) -> Change:
            return to_request(self._stock, form, request, self.app.services.storage)

        with_defaults = isinstance(request, GenerateWith)
        if self._is_supplied:
            self.alter(change, with_defaults=with_defaults)
        else:
            self._wishes += (Step(change, with_defaults),)
        self.order.prompt.focus()

    def on_order_panel_changed(self, event: OrderPanel.Changed) -> None:
        """Say what the order costs now, and remember it."""
        event.stop()
        self.take_refusal_back()
        self._show_state()
        self.keep_draft(event.form.draft())

    def on_order_panel_endpoint_chosen(self, event: OrderPanel.EndpointChosen) -> None:
        """Change the endpoint; what both know of the parameters stays, the finetune where it goes with it."""
        event.stop()
        offer = self._stock.offer_called(event.ref)
        if offer is not None:
            self.alter(lambda form: to_offer(self._stock, form, offer))

    def on_order_panel_finetune_chosen(self, event: OrderPanel.FinetuneChosen) -> None:
        """Change the finetune, and the endpoint where the present one does not go with it."""
        event.stop()
        self.alter(lambda form: to_finetune(self._stock, form, event.finetune), with_defaults=True)

    def _show_state(self) -> None:
        """Draw what follows from the form: the trigger word's chip and the cost."""
        offer, form = self._offer, self.order.form
        if offer is not None:
            self.order.show_trigger(form.trigger_word(offer, self._stock.finetune_of(form)))
            self.follow_prompt()
        self._show_cost()

    def _show_cost(self) -> None:
        profile = self.order.form.profile
        is_told = self._supply.tells_balance(profile)
        funds = known_funds(self.app, profile, is_told=is_told) if profile else Funds()
        self.order.show_cost(funds, busy=self._sending)

    def action_reset(self) -> None:
        """Put the defaults back into all parameters; prompt, endpoint and finetune stay."""
        self.order.reset_parameters()
        self._say("The parameters have their defaults again.")

    def action_draw_seed(self) -> None:
        """Enter a new seed."""
        seed = self.order.draw_seed()
        self._say("This endpoint takes no seed." if seed is None else f"The seed is now {seed}.")

    def action_fill_otherwise(self) -> None:
        """Offer another way than typing to fill the field that has the focus."""
        focused = self.focused
        if focused is self.order.prompt:
            self.action_edit()
        elif isinstance(focused, PictureInput):
            focused.action_ways()
        elif isinstance(focused, Chooser):
            focused.action_open()
        elif self.is_in_size:
            self.action_sizes()
        else:
            self._say("Ctrl+G helps in the prompt, the size, pictures and what is chosen from a list.")

    def action_focus_prompt(self) -> None:
        """Go back to the prompt, and follow the newest picture."""
        self.action_clear_news()
        self.results.follow_newest()
        self.order.prompt.focus()

    def action_focus_queue(self) -> None:
        """Go to the queue."""
        self.results.queue.focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer the queue only from elsewhere."""
        if action == "focus_queue" and self.is_mounted:
            return not self.results.queue.has_focus_within
        return super().check_action(action, parameters)

    def on_descendant_focus(self) -> None:
        """The footer depends on where the focus is."""
        self.refresh_bindings()
