"""Everything that is asked for: prompt, endpoint, finetune, parameters, number, and the button."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.screen import Screen

from fluxtui.controllers.generation.batch_wording import batch_words
from fluxtui.controllers.generation.choices import NO_FINETUNE, finetune_choices, lora_choices
from fluxtui.controllers.generation.form import (
    GenerateForm,
    finetune_field,
    parameters_of,
    prompt_field,
)
from fluxtui.controllers.generation.matching import misfits
from fluxtui.controllers.generation.price import Funds
from fluxtui.controllers.generation.prompt_plan import Asked, Plan
from fluxtui.controllers.generation.sizes import has_sides, size_field, size_note
from fluxtui.controllers.generation.stock import Stock
from fluxtui.domain.batches import MOST_PICTURES
from fluxtui.domain.endpoint import Control, Field
from fluxtui.domain.errors import Problem
from fluxtui.domain.picture_fields import form_fields
from fluxtui.domain.prompts import MOST_COMBINATIONS
from fluxtui.domain.uses import Offer
from fluxtui.screens.generate.choosers import EndpointChooser, FinetuneChooser
from fluxtui.screens.generate.prompt_editor import PromptArea, PromptEditor, trigger_chip
from fluxtui.screens.generate.submit_bar import SubmitBar, button_label, cost_note
from fluxtui.widgets.chooser import Chooser
from fluxtui.widgets.parameter_form import ParameterForm, problem_finder
from fluxtui.widgets.parameter_form.controls import SEED_LIMIT
from fluxtui.widgets.parameter_form.row import FieldRow
from fluxtui.widgets.paths import PathNote

TITLE_CELLS = 10
HELP_ROWS = 3

_ENDPOINT = Field(
    name="endpoint",
    title="Endpoint",
    help="",
    control=Control.CHOICE,
    required=True,
    nullable=False,
    default=None,
)
_FINETUNE = Field(
    name="finetune",
    title="Finetune",
    help="",
    control=Control.FINETUNE,
    required=False,
    nullable=True,
    default=None,
)


class OrderPanel(Vertical):
    """The left side of the generate place; it holds the form and tells every change of it."""

    class Changed(Message):
        """The user changed the form."""

        def __init__(self, form: GenerateForm) -> None:
            super().__init__()
            self.form = form

    class EndpointChosen(Message):
        """The user chose another endpoint; `ref` is that of its offer."""

        def __init__(self, ref: str) -> None:
            super().__init__()
            self.ref = ref

    class FinetuneChosen(Message):
        """The user chose another finetune, by its ref or as typed; None for none."""

        def __init__(self, finetune: str | None) -> None:
            super().__init__()
            self.finetune = finetune

    def __init__(self) -> None:
        super().__init__(id="order")
        self.form = GenerateForm()
        self._stock = Stock()
        self._offer: Offer | None = None
        self._plan: Plan | None = None

    def compose(self) -> ComposeResult:
        """Lay out the controls from top to bottom, as the eye and Tab go."""
        yield PromptEditor()
        yield FieldRow(_ENDPOINT, EndpointChooser(), TITLE_CELLS)
        yield FieldRow(_FINETUNE, FinetuneChooser(), TITLE_CELLS)
        yield ParameterForm(id="parameters")
        yield SubmitBar()

    async def show(self, form: GenerateForm, offer: Offer) -> None:
        """Show a form, whose endpoint is that of `offer`."""
        form = self._with_what_is_typed(form)
        endpoint = offer.endpoint
        values = form.values_for(offer, self._stock.finetunes)
        self.form = form.with_values(endpoint, values)
        changed, self._offer = self._offer != offer, offer
        editor = self.query_one(PromptEditor)
        editor.show(form.prompt)
        prompt = prompt_field(endpoint)
        editor.enable(prompt is not None, prompt.max_length if prompt is not None else None)
        self.query_one(EndpointChooser).value = offer.ref
        self._show_finetune()
        self.query_one(SubmitBar).show_count(form.count)
        parameters = self.query_one(ParameterForm)
        self._offer_choices()
        await parameters.set_fields(
            parameters_of(endpoint), values, suggest=endpoint.suggested, find_problems=self._find_problems
        )
        self._note_size()
        if changed:
            # What was wrong at another endpoint says nothing of this one.
            editor.show_problem("")
            self._finetune_row.show_problem("")
            self._unfold_where_roomy()

    def _with_what_is_typed(self, form: GenerateForm) -> GenerateForm:
        """Return a form that leaves the prompt as it was with what has been typed, but not told of yet."""
        editor = self.query_one(PromptEditor)
        if form.prompt != self.form.prompt or not editor.is_ahead_of(self.form.prompt):
            return form
        return replace(form, prompt=editor.area.text)

    def _show_finetune(self) -> None:
        """Show the chosen finetune, or none where the endpoint does not go with it."""
        finetune = self._stock.finetune_of(self.form)
        takes = self._offer is not None and self.form.finetune_for(self._offer, finetune) is not None
        named = finetune.ref if finetune is not None else self.form.finetune
        self.query_one(FinetuneChooser).value = named if takes and named else NO_FINETUNE

    def on_mount(self) -> None:
        """Share the room anew whenever anything has changed its size."""
        self.screen.screen_layout_refresh_signal.subscribe(self, self._share_room)

    def on_resize(self) -> None:
        """Unfold the advanced parameters where there is room for all."""
        self.call_after_refresh(self._unfold_where_roomy)

    def _unfold_where_roomy(self) -> None:
        # Called after the next drawing, before which the place may have been closed.
        for parameters in self.query(ParameterForm):
            rows = parameters.size.height + self._rows_lent
            parameters.set_open(len(parameters.fields) + 1 + HELP_ROWS <= rows)

    @property
    def _rows_lent(self) -> int:
        """How many rows the prompt takes beyond its own."""
        area = self.query_one(PromptEditor).area
        own = area.styles.min_height
        return max(area.size.height - int(own.value if own is not None else 0), 0)

    def _share_room(self, _: Screen[Any]) -> None:
        """Let the prompt grow with its text into the rows that the parameters leave free."""
        parameters = self.query_one(ParameterForm)
        free = max(parameters.size.height + self._rows_lent - parameters.rows_needed - HELP_ROWS, 0)
        area = self.query_one(PromptEditor).area
        own = area.styles.min_height
        if own is not None:
            area.styles.max_height = int(own.value) + free

    def show_stock(self, stock: Stock) -> None:
        """Offer what there is to choose from; what is chosen stays chosen."""
        self._stock = stock
        self._offer_choices()
        if self._offer is not None:
            self._show_finetune()

    def _offer_choices(self) -> None:
        """Offer endpoints and finetunes, and for further finetunes what the endpoint takes."""
        self.query_one(EndpointChooser).offer(self._stock, self.form)
        self.query_one(FinetuneChooser).choices = finetune_choices(self._stock, self._offer)
        if self._offer is not None:
            fitting = self._stock.fitting(self._offer)
            choices = lora_choices(self._offer, fitting, shared=self._stock.is_shared)
            self.query_one(ParameterForm).set_finetunes(choices)

    def show_trigger(self, word: str) -> None:
        """Show what becomes of the trigger word of the chosen finetune."""
        editor = self.query_one(PromptEditor)
        in_prompt = self.form.has_trigger_word(word)
        editor.show_chip(trigger_chip(word, inserted=self.form.with_trigger, in_prompt=in_prompt))
        editor.offer_trigger(bool(word))

    def show_plan(self, plan: Plan) -> None:
        """Show what a template makes and which style is used."""
        self._plan = plan
        style = f"style: {self.form.style_name or 'of its own'}" if self.form.style else ""
        chip = plan.chip()
        notes = " · ".join(part for part in (chip, style) if part)
        self.query_one(PromptEditor).show_notes(notes, wrong=bool(plan.problem))

    @property
    def pictures(self) -> Any:
        """How many pictures the order makes: those of the template, or as entered; None while not known."""
        if not self.form.makes_all or not self.form.has_count:
            return self.form.count
        if self._plan is None or self._plan.asked != Asked.by(self.form) or self._plan.problem:
            return None
        return len(self._plan.prompts)

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Show what is wrong at the fields that it is about, and focus the first."""
        if self._offer is not None:
            problems = form_fields(self._offer.endpoint).shown(problems)
        reasons = {problem.field: problem.reason for problem in reversed(problems)}
        prompt, finetune = self._own_names()
        self.query_one(PromptEditor).show_problem(reasons.get(prompt, ""))
        self._finetune_row.show_problem(reasons.get(finetune, ""))
        self.query_one(ParameterForm).show_problems(problems)
        if prompt in reasons:
            self.query_one(PromptEditor).area.focus()
        elif finetune in reasons:
            self.query_one(FinetuneChooser).focus()

    @property
    def prompt(self) -> PromptArea:
        """Where the prompt is typed."""
        return self.query_one(PromptEditor).area

    def focus_count(self) -> None:
        """Go to the number of pictures."""
        self.query_one(SubmitBar).focus_count()

    def show_cost(self, funds: Funds, *, busy: bool) -> None:
        """Show on the button and beside it what the order costs, and whether the funds suffice."""
        bar, offer = self.query_one(SubmitBar), self._offer
        if offer is None:
            return
        plan = self._plan if self.form.is_template else None
        prompts = plan.prompts if plan is not None and plan.asked == Asked.by(self.form) else ()
        setup = self.form.setup
        if setup.is_on and (prompts or setup.is_grid or not self.form.makes_all):
            bar.show_batch(batch_words(self.form, self._stock, offer, funds, prompts), busy=busy)
            return
        bar.show_single()
        told = self._stock.price_of(offer)
        estimate = self.form.estimate(offer, told)
        most = MOST_COMBINATIONS if self.form.makes_all and self.form.has_count else MOST_PICTURES
        count = self.pictures
        bar.show_label("Sending …" if busy else button_label(estimate, count, most), busy=busy)
        if count is None and self.form.has_count:
            bar.show_note("The cost is known once the template is worked out")
            return
        note, wrong = cost_note(estimate, count, funds, told, most)
        bar.show_note(note, wrong=wrong)

    @property
    def _finetune_row(self) -> FieldRow:
        return next(row for row in self.query(FieldRow) if row.field is _FINETUNE)

    def _find_problems(self, values: Mapping[str, Any]) -> tuple[Problem, ...]:
        """Name what is wrong with the parameters beside prompt and finetune."""
        if self._offer is None:
            return ()
        own, shown = self._own_names(), form_fields(self._offer.endpoint)
        found = problem_finder(self._offer.endpoint)(shown.to_request(values))
        wrong = misfits(self._offer, values, self._stock.finetunes)
        too_many = shown.too_many(values)
        named = (*wrong, *((too_many,) if too_many else ()), *shown.shown(found))
        return tuple(problem for problem in named if problem.field not in own)

    def _own_names(self) -> tuple[str, str]:
        """The names of the parameters that have controls of their own here."""
        if self._offer is None:
            return ("", "")
        endpoint = self._offer.endpoint
        prompt, finetune = prompt_field(endpoint), finetune_field(endpoint)
        return (prompt.name if prompt else "", finetune.name if finetune else "")

    def _change(self, form: GenerateForm) -> None:
        if form != self.form:
            self.form = form
            self.post_message(self.Changed(form))

    def reset_parameters(self) -> None:
        """Put the defaults back into all parameters."""
        self.query_one(ParameterForm).reset_all()

    def draw_seed(self) -> int | None:
        """Enter a new seed and return it, None where the endpoint takes none."""
        parameters = self.query_one(ParameterForm)
        name = next((item.name for item in parameters.fields if item.control is Control.SEED), None)
        if name is None or self._offer is None:
            return None
        # Not a secret: the seed is shown and kept with the picture.
        seed = random.randrange(SEED_LIMIT)  # noqa: S311
        parameters.set_value(name, seed)
        self._change(self.form.with_values(self._offer.endpoint, parameters.values))
        return seed

    def amend(self, **changes: Any) -> None:
        """Change what stands in the form beside the controls: style, templates and their seed."""
        changed = replace(self.form, **changes)
        if changed != self.form:
            # What was wrong with the prompt of before says nothing of this one.
            self.query_one(PromptEditor).show_problem("")
        self._change(changed)

    # What the user does

    def on_prompt_editor_changed(self, event: PromptEditor.Changed) -> None:
        """Take over the prompt."""
        event.stop()
        if self.query_one(PromptEditor).problem:
            self.query_one(PromptEditor).show_problem("")
        self._change(replace(self.form, prompt=self.prompt.text))

    def on_prompt_editor_trigger_toggled(self, event: PromptEditor.TriggerToggled) -> None:
        """Leave the trigger word out, or put it back."""
        event.stop()
        self._change(replace(self.form, with_trigger=not self.form.with_trigger))

    def on_parameter_form_changed(self, event: ParameterForm.Changed) -> None:
        """Take over the parameters."""
        event.stop()
        if self._offer is not None:
            self._change(self.form.with_values(self._offer.endpoint, event.values))
            self._note_size()

    def _note_size(self) -> None:
        """Say how large the picture will be, of what shape, and what that costs where it matters."""
        if self._offer is None or not has_sides(self._offer):
            return
        words = size_note(self._offer, self.form, self._stock.price_of(self._offer))
        note = PathNote(words, True) if words else None
        self.query_one(ParameterForm).show_note(size_field(self._offer), note)

    def on_submit_bar_counted(self, event: SubmitBar.Counted) -> None:
        """Take over the number of pictures."""
        event.stop()
        self._change(replace(self.form, count=event.count))

    @on(Chooser.Changed, "#endpoint")
    def choose_endpoint(self, event: Chooser.Changed) -> None:
        """Ask for another endpoint."""
        event.stop()
        self.post_message(self.EndpointChosen(event.value))

    @on(Chooser.Changed, "#finetune")
    def choose_finetune(self, event: Chooser.Changed) -> None:
        """Ask for another finetune."""
        event.stop()
        self._finetune_row.show_problem("")
        self.post_message(self.FinetuneChosen(event.value or None))

    def on_chooser_passed(self, event: Chooser.Passed) -> None:
        """Go on to the next control."""
        event.stop()
        self.screen.focus_next()
