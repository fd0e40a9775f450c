"""The generate place: what is asked for on the left, what came of it on the right."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.events import ScreenResume

from fluxtui.app.state import guarded
from fluxtui.controllers.generation.controller import CHANGING, GenerationController
from fluxtui.controllers.generation.form import GenerateForm
from fluxtui.controllers.generation.news import NewsItem
from fluxtui.controllers.generation.submission import Receipt, Refusal
from fluxtui.controllers.navigation import GenerateRequest, Request
from fluxtui.domain.finetune import Finetune
from fluxtui.screens.generate.order_panel import OrderPanel
from fluxtui.screens.generate.results import Results
from fluxtui.screens.generate.submit_bar import SubmitBar
from fluxtui.screens.place import PlaceScreen
from fluxtui.screens.using_pictures import use_picture
from fluxtui.widgets.flash import Flash
from fluxtui.widgets.parameter_form.path_controls import PictureInput
from fluxtui.widgets.plain import plain


class GenerateScreen(PlaceScreen):
    """Holds order and results together; what they show and do is the controller's."""

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
        Binding("f11", "set_up_batch", "Grid", id="generate.batch", key_display="F11"),
        Binding("ctrl+o", "sweep_strength", "Sweep the strength", id="generate.sweep", show=False),
        Binding("ctrl+r", "history", "Prompts used before", id="generate.history", show=False),
        Binding("f8", "draw_seed", "New seed", id="generate.draw_seed", show=False, key_display="F8"),
        Binding("f9", "styles", "Styles of prompts", id="generate.styles", show=False, key_display="F9"),
        Binding("f10", "preview", "Preview", id="generate.preview", key_display="F10"),
        Binding(
            "ctrl+@,ctrl+space",
            "choose_finetune",
            "Choose a finetune",
            id="generate.choose_finetune",
            show=False,
            key_display="^space",
        ),
        Binding("f12", "use_picture", "Use this picture", id="generate.use_picture", show=False),
        Binding("ctrl+g", "fill_otherwise", "Another way", id="generate.fill_otherwise", show=False),
        Binding("escape", "focus_prompt", "Prompt", id="generate.focus_prompt", show=False),
        Binding("ctrl+n", "reset", "Default parameters", id="generate.reset", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._generation: GenerationController | None = None
        self._first_form = GenerateForm()
        self._kept = GenerateForm()
        """The form that is kept as the draft."""
        self._said: NewsItem | None = None
        self._refusal: Refusal | None = None
        self._receipt: Receipt | None = None

    @property
    def generation(self) -> GenerationController:
        """What is asked for and what becomes of it."""
        if self._generation is None:
            self._generation = GenerationController(self.app, partial(guarded, self))
        return self._generation

    @property
    def order(self) -> OrderPanel:
        """The left side."""
        return self.query_one(OrderPanel)

    @property
    def results(self) -> Results:
        """The right side."""
        return self.query_one(Results)

    def compose_place(self) -> ComposeResult:
        """Put the order beside the results."""
        with Horizontal(id="generate"):
            yield OrderPanel(self.generation)
            yield Results(self.generation)

    def on_mount(self) -> None:
        """Follow what the order depends on."""
        self._kept = self.generation.form
        self._end_following = self.generation.changed.connect(self._draw)
        self.watch(self.app, "finetunes", self._follow_finetunes, init=False)
        self.watch(self.app, "prices", self.generation.catalogue.restock, init=False)
        self.watch(self.app, "balances", self._draw, init=False)
        self.watch(self.app, "profile", self._follow_profiles, init=False)
        self.watch(self.app, "usable_profiles", self._follow_profiles, init=False)
        self.order.prompt.focus()

    async def on_unmount(self) -> None:
        """Draw no more; Textual calls the method of the base class as well."""
        self._end_following()

    # What is there at first, and what comes from elsewhere

    def restore(self, draft: Mapping[str, Any]) -> None:
        """Begin with what was typed before."""
        self._first_form = GenerateForm.from_draft(draft)

    async def restored(self) -> None:
        """Show what was typed before, or an empty form."""
        await self.generation.open(self._first_form)

    def follow(self, request: Request) -> None:
        """Do what another place asks for, after what was asked before."""
        if isinstance(request, GenerateRequest):
            work = self.generation.follow(request)
            guarded(self, work, doing="changing the form", group="form")
            self.order.prompt.focus()

    def on_screen_resume(self, event: ScreenResume) -> None:
        """Try again what did not work before, such as a profile without a key."""
        if self.generation.catalogue.may_have_changed:
            self._follow_profiles()

    def _follow_profiles(self) -> None:
        work = self.generation.open()
        guarded(self, work, doing="taking the profiles", group="profile", exclusive=True)

    def _follow_finetunes(self, before: tuple[Finetune, ...], after: tuple[Finetune, ...]) -> None:
        work = self.generation.follow_finetunes(before, after)
        guarded(self, work, doing="changing the form", group="form")

    # What is shown

    def _draw(self) -> None:
        """Show what is another one now."""
        generation = self.generation
        self.order.draw()
        self._draw_outcome(generation.submission.refusal, generation.submission.receipt)
        self._draw_news(generation.news.latest)
        self.results.show_fault(generation.catalogue.fault)
        if generation.form is not self._kept:
            self._kept = generation.form
            self.keep_draft(generation.form.draft())

    def _draw_outcome(self, refusal: Refusal | None, receipt: Receipt | None) -> None:
        """Show what is wrong with an order, or that it was sent."""
        if refusal is not None and refusal is not self._refusal:
            self.order.show_refusal(refusal)
        elif refusal is None and self._refusal is not None:
            self._take_back(self._refusal)
        self._refusal = refusal
        if receipt is not self._receipt:
            self._receipt = receipt
            self.order.show_problems(())
            self.results.follow_newest()

    def _take_back(self, refusal: Refusal) -> None:
        """Say no more what was wrong with an order, since the form is another one now."""
        flash = self.query_one(Flash)
        if flash.stays and flash.text == plain(refusal.sentence).plain:
            flash.clear()

    def _draw_news(self, saying: NewsItem | None) -> None:
        if saying is not None and saying is not self._said:
            self._said = saying
            self.query_one(Flash).show(saying.text, saying.severity)

    def show_time(self) -> None:
        """Show how long the jobs have taken by now."""
        self.results.show_time()

    # What the keys do

    def action_submit(self) -> None:
        """Send what is asked for, once."""
        if self.order.is_behind:
            self.generation.news.say(CHANGING, "warning")
        else:
            guarded(self, self.generation.submit(), doing="generating", group="send")

    def on_submit_bar_pressed(self, event: SubmitBar.Pressed) -> None:
        """Generate, as the key does."""
        event.stop()
        self.action_submit()

    def action_preview(self) -> None:
        """Show what is going to be sent."""
        work = self.generation.preview()
        guarded(self, work, doing="showing what will be sent", group="dialog", exclusive=True)

    def action_history(self) -> None:
        """Offer prompts used before."""
        work = self.generation.prompts.choose_from_history()
        guarded(self, work, doing="looking for prompts", group="dialog", exclusive=True)

    def action_styles(self) -> None:
        """Offer styles to go round the prompt."""
        work = self.generation.styles.choose()
        guarded(self, work, doing="choosing a style", group="dialog", exclusive=True)

    def action_set_up_batch(self) -> None:
        """Set up seeds and a grid."""
        guarded(self, self.generation.batches.set_up(), doing="setting up a batch", group="batch")

    def action_sweep_strength(self) -> None:
        """Go over the strength of the finetune, around the present one; pressed again, take that back."""
        self.generation.batches.sweep_strength()

    def action_draw_seed(self) -> None:
        """Enter a new seed."""
        self.generation.editor.draw_seed()

    def action_reset(self) -> None:
        """Put the defaults back into all parameters; prompt, endpoint and finetune stay."""
        self.order.reset_parameters()
        self.generation.news.say("The parameters have their defaults again.")

    def action_use_picture(self) -> None:
        """Ask what the picture that is shown is to be used for."""
        path = self.results.picture
        if path is None:
            self.generation.news.say("No picture of yours is shown that could be used.", "warning")
            return
        work = use_picture(self.app, path, self.generation.catalogue.stock.offers)
        guarded(self, work, doing="using a picture", group="use", exclusive=True)

    def action_choose_finetune(self) -> None:
        """Offer the finetunes, from whatever field."""
        self.order.choose_finetune()

    def action_fill_otherwise(self) -> None:
        """Offer another way than typing to fill the field that has the focus."""
        self.order.fill_otherwise()

    def on_picture_input_pointed(self, event: PictureInput.Pointed) -> None:
        """Show the picture of the line with the focus in the place of results."""
        event.stop()
        self.results.preview_line(event.line)

    def on_results_used_again(self, event: Results.UsedAgain) -> None:
        """Put the parameters of a picture into the form."""
        event.stop()
        self.follow(event.request)

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
        """Show what came of requests again once no input picture has the focus; the footer depends on it."""
        if not isinstance(self.focused, PictureInput):
            self.results.end_preview()
        self.refresh_bindings()
