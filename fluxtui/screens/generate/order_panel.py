"""Everything that is asked for: prompt, endpoint, finetune, parameters, number, and the button."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from textual import getters, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import Screen

from fluxtui.app.state import StatefulApp, guarded
from fluxtui.controllers.generation.choices import NO_FINETUNE, finetune_choices, lora_choices
from fluxtui.controllers.generation.controller import GenerationController
from fluxtui.controllers.generation.form import GenerateForm
from fluxtui.controllers.generation.form_fields import parameters_of, prompt_field
from fluxtui.controllers.generation.prompt_plan import Plan
from fluxtui.controllers.generation.sizes import has_sides, size_field, size_note
from fluxtui.controllers.generation.stock import Stock
from fluxtui.controllers.generation.submission import Refusal
from fluxtui.domain.endpoint import Control, Field
from fluxtui.domain.errors import Problem
from fluxtui.domain.picture_fields import form_fields
from fluxtui.domain.uses import Offer
from fluxtui.screens.external_editor import edit_text
from fluxtui.screens.generate.choosers import EndpointChooser, FinetuneChooser
from fluxtui.screens.generate.picture_lines import change_line, state_of
from fluxtui.screens.generate.problems import parameter_problems, separate_fields
from fluxtui.screens.generate.prompt_editor import PromptArea, PromptEditor, trigger_chip
from fluxtui.screens.generate.room import share_room, unfold_where_roomy
from fluxtui.screens.generate.submit_bar import SubmitBar
from fluxtui.widgets.chooser import Chooser
from fluxtui.widgets.parameter_form import ParameterForm
from fluxtui.widgets.parameter_form.controls import SIDES, SideControl
from fluxtui.widgets.parameter_form.path_controls import PictureInput
from fluxtui.widgets.parameter_form.row import FieldRow
from fluxtui.widgets.paths import PathNote

TITLE_CELLS = 10

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
    """The left side of the generate place: shows the form, and tells the controller what is entered."""

    app = getters.app(StatefulApp)

    edit_externally = staticmethod(edit_text)
    """Gives the terminal to the user's editor."""

    def __init__(self, generation: GenerationController) -> None:
        super().__init__(id="order")
        self._generation = generation
        self._seen = GenerateForm()
        """The form that is shown, as far as it was reported."""
        self._stock = Stock()
        self._offer: Offer | None = None
        """The endpoint that is shown."""
        self._entered_at: Offer | None = None
        """The endpoint whose parameters stand in the fields; behind by a moment when that changes."""
        self._revision = 0
        self._plan: Plan | None = None
        self._is_mounting = False

    def compose(self) -> ComposeResult:
        """Lay out the controls from top to bottom, as the eye and Tab go."""
        yield PromptEditor()
        yield FieldRow(_ENDPOINT, EndpointChooser(), TITLE_CELLS)
        yield FieldRow(_FINETUNE, FinetuneChooser(), TITLE_CELLS)
        yield ParameterForm(id="parameters")
        yield SubmitBar()

    @property
    def form(self) -> GenerateForm:
        """What is asked for."""
        return self._generation.form

    @property
    def is_behind(self) -> bool:
        """Whether the fields are those of another endpoint than the one that is asked for."""
        return self._is_mounting or self._entered_at != self._offer

    @property
    def prompt(self) -> PromptArea:
        """Where the prompt is typed."""
        return self.query_one(PromptEditor).area

    @property
    def _parameters(self) -> ParameterForm:
        return self.query_one(ParameterForm)

    @property
    def _finetune_row(self) -> FieldRow:
        return next(row for row in self.query(FieldRow) if row.field is _FINETUNE)

    # What is shown

    def draw(self) -> None:
        """Show what is another one now: what there is to choose from, the form, what follows from it."""
        editor = self._generation.editor
        if editor.stock is not self._stock:
            self._stock = editor.stock
            self._offer_choices()
            self._show_finetune()
        if editor.revision != self._revision:
            self._revision = editor.revision
            self._draw_form(editor.form, editor.offer)
        self._draw_consequences(editor.form)
        self._seen = editor.form

    def _draw_form(self, form: GenerateForm, offer: Offer | None) -> None:
        """Show a form that was changed by something else than its fields."""
        self._show_prompt(form)
        if offer is None:
            return
        changed, self._offer = self._offer != offer, offer
        prompt = prompt_field(offer.endpoint)
        editor = self.query_one(PromptEditor)
        editor.enable(prompt is not None, prompt.max_length if prompt is not None else None)
        self.query_one(EndpointChooser).value = offer.ref
        self._show_finetune()
        self.query_one(SubmitBar).show_count(form.count)
        self._offer_choices()
        if changed:
            # What was wrong at another endpoint says nothing of this one.
            self._finetune_row.show_problem("")
        self._draw_parameters(form, offer)

    def _show_prompt(self, form: GenerateForm) -> None:
        """Show the prompt; where it is as it was, what has been typed and is not told of yet stays."""
        editor = self.query_one(PromptEditor)
        is_ahead = editor.is_ahead_of(self._seen.prompt)
        if is_ahead and form.prompt == self._seen.prompt:
            return
        if is_ahead:
            self._generation.editor.keep_replaced(editor.area.text, form.prompt)
        editor.show(form.prompt)

    def _draw_parameters(self, form: GenerateForm, offer: Offer) -> None:
        """Show values in the fields that are there, or other fields as soon as they are mounted."""
        if self._is_mounting or parameters_of(offer.endpoint) != self._parameters.fields:
            guarded(self, self._mount_fields(), doing="showing the parameters", group="fields")
            return
        self._entered_at = offer
        shown = self._parameters.values
        for name, value in form.values_for(offer, self._stock.finetunes).items():
            if shown[name] != value:
                self._parameters.set_value(name, value)

    async def _mount_fields(self) -> None:
        if self._is_mounting:
            # That work goes on until the newest are there.
            return
        self._is_mounting = True
        try:
            mounted = -1
            while self._offer is not None and mounted != self._revision:
                mounted, offer, form = self._revision, self._offer, self._generation.form
                self._entered_at = offer
                await self._parameters.set_fields(
                    parameters_of(offer.endpoint),
                    form.values_for(offer, self._stock.finetunes),
                    suggest=offer.endpoint.suggested,
                    find_problems=self._find_problems,
                )
        finally:
            self._is_mounting = False
        self._note_size()
        self._unfold_where_roomy()

    def _show_finetune(self) -> None:
        """Show the chosen finetune, or none where the endpoint does not go with it."""
        if self._offer is None:
            return
        form, finetune = self._generation.form, self._generation.editor.finetune
        takes = form.finetune_for(self._offer, finetune) is not None
        named = finetune.ref if finetune is not None else form.finetune
        self.query_one(FinetuneChooser).value = named if takes and named else NO_FINETUNE

    def _offer_choices(self) -> None:
        """Offer endpoints and finetunes, and for further finetunes what the endpoint takes."""
        self.query_one(EndpointChooser).offer(self._stock, self._generation.form)
        self.query_one(FinetuneChooser).choices = finetune_choices(self._stock, self._offer)
        if self._offer is not None:
            fitting = self._stock.fitting(self._offer)
            choices = lora_choices(self._offer, fitting, shared=self._stock.is_shared)
            self._parameters.set_finetunes(choices)

    def _draw_consequences(self, form: GenerateForm) -> None:
        """Show what follows from the form: the trigger word's chip, the template, the size, the cost."""
        offer, generation = self._offer, self._generation
        if offer is None:
            return
        if _is_reworded(self._seen, form):
            # What was wrong with the prompt of before says nothing of this one.
            self.query_one(PromptEditor).show_problem("")
        if form.finetune != self._seen.finetune:
            # Among the LoRAs, another one may have become the first.
            self._show_finetune()
        self._show_trigger(form.trigger_word(offer, generation.editor.finetune))
        self._show_plan(generation.prompts.plan)
        if form.values is not self._seen.values:
            self._note_size()
        cost = generation.cost
        if cost is not None:
            self.query_one(SubmitBar).show_text(cost, busy=generation.submission.is_busy)

    def _show_trigger(self, word: str) -> None:
        """Show what becomes of the trigger word of the chosen finetune."""
        editor, form = self.query_one(PromptEditor), self._generation.form
        in_prompt = form.has_trigger_word(word)
        editor.show_chip(trigger_chip(word, inserted=form.with_trigger, in_prompt=in_prompt))
        editor.offer_trigger(bool(word))

    def _show_plan(self, plan: Plan | None) -> None:
        """Show what a template makes and which style is used; what was shown stays until that is known."""
        if plan is None or plan is self._plan:
            return
        self._plan = plan
        form = self._generation.form
        style = f"style: {form.style_name or 'of its own'}" if form.style else ""
        notes = " · ".join(part for part in (plan.chip(), style) if part)
        self.query_one(PromptEditor).show_notes(notes, wrong=bool(plan.problem))

    def _note_size(self) -> None:
        """Say how large the picture will be, of what shape, and what that costs where it matters."""
        offer = self._offer
        if offer is None or not has_sides(offer):
            return
        words = size_note(offer, self._generation.form, self._stock.price_of(offer))
        self._parameters.show_note(size_field(offer), PathNote(words, True) if words else None)

    # What is wrong

    def show_refusal(self, refusal: Refusal) -> None:
        """Show why an order was not sent, at the fields that it is about, and focus the first."""
        self.show_problems(refusal.problems)
        if not refusal.form.has_count and not refusal.form.setup.is_grid:
            self.query_one(SubmitBar).focus_count()

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Show what is wrong at the fields that it is about, nothing at the others, and focus the first."""
        if self._offer is not None:
            problems = form_fields(self._offer.endpoint).shown(problems)
        reasons = {problem.field: problem.reason for problem in reversed(problems)}
        prompt, finetune = ("", "") if self._offer is None else separate_fields(self._offer)
        self.query_one(PromptEditor).show_problem(reasons.get(prompt, ""))
        self._finetune_row.show_problem(reasons.get(finetune, ""))
        self._parameters.show_problems(problems)
        if prompt in reasons:
            self.query_one(PromptEditor).area.focus()
        elif finetune in reasons:
            self.query_one(FinetuneChooser).focus()

    def _find_problems(self, values: Mapping[str, Any]) -> tuple[Problem, ...]:
        return () if self._offer is None else parameter_problems(self._offer, values, self._stock.finetunes)

    # How much room there is

    def on_mount(self) -> None:
        """Share the room anew whenever anything has changed its size."""
        self.screen.screen_layout_refresh_signal.subscribe(self, self._share_room)

    def on_resize(self) -> None:
        """Unfold the advanced parameters where there is room for all."""
        self.call_after_refresh(self._unfold_where_roomy)

    def _unfold_where_roomy(self) -> None:
        # Called after the next drawing, before which the place may have been closed.
        for parameters in self.query(ParameterForm):
            unfold_where_roomy(self.prompt, parameters)

    def _share_room(self, _: Screen[Any]) -> None:
        share_room(self.prompt, self._parameters)

    # What the user enters and chooses

    def on_prompt_editor_changed(self, event: PromptEditor.Changed) -> None:
        """Take over the prompt, as it stands now."""
        event.stop()
        if self.query_one(PromptEditor).problem:
            self.query_one(PromptEditor).show_problem("")
        self._generation.editor.enter_prompt(self.prompt.text)

    def on_prompt_editor_trigger_toggled(self, event: PromptEditor.TriggerToggled) -> None:
        """Leave the trigger word out, or put it back."""
        event.stop()
        self._generation.editor.toggle_trigger()

    def on_prompt_area_clear_requested(self, event: PromptArea.ClearRequested) -> None:
        """Clear the prompt, which is kept in the history."""
        event.stop()
        self._generation.prompts.clear()

    def on_prompt_editor_wildcards_requested(self, event: PromptEditor.WildcardsRequested) -> None:
        """Look at the wildcards."""
        event.stop()
        guarded(self, self._offer_wildcards(), doing="looking at the wildcards", group="wildcards")

    async def _offer_wildcards(self) -> None:
        names = await self._generation.prompts.wildcards()
        self.query_one(PromptEditor).offer_wildcards(names)

    def on_parameter_form_changed(self, event: ParameterForm.Changed) -> None:
        """Take over the parameters."""
        event.stop()
        if self._entered_at is not None:
            self._generation.editor.enter_values(self._entered_at.endpoint, self._parameters.values)

    def on_submit_bar_counted(self, event: SubmitBar.Counted) -> None:
        """Take over the number of pictures."""
        event.stop()
        self._generation.editor.enter_count(event.count)

    @on(Chooser.Changed, "#endpoint")
    def choose_endpoint(self, event: Chooser.Changed) -> None:
        """Change the endpoint."""
        event.stop()
        work = self._generation.choose_offer(event.value)
        guarded(self, work, doing="changing the form", group="form")

    @on(Chooser.Changed, "#finetune")
    def take_finetune(self, event: Chooser.Changed) -> None:
        """Change the finetune, and the endpoint where that does not go with it."""
        event.stop()
        self._finetune_row.show_problem("")
        work = self._generation.choose_finetune(event.value or None)
        guarded(self, work, doing="changing the form", group="form")

    def on_chooser_passed(self, event: Chooser.Passed) -> None:
        """Go on to the next control."""
        event.stop()
        self.screen.focus_next()

    def reset_parameters(self) -> None:
        """Put the defaults back into all parameters."""
        self._parameters.reset_all()

    def choose_finetune(self) -> None:
        """Offer the finetunes."""
        self.query_one(FinetuneChooser).action_open()

    # Other ways than typing

    def fill_otherwise(self) -> None:
        """Offer another way than typing to fill the field that has the focus."""
        focused = self.screen.focused
        if focused is self.prompt:
            guarded(self, self._edit(), doing="editing the prompt", group="dialog", exclusive=True)
        elif isinstance(focused, PictureInput):
            focused.action_ways()
        elif isinstance(focused, Chooser):
            focused.action_open()
        elif self._is_in_size:
            self._choose_size()
        else:
            self._generation.news.say(
                "Ctrl+G helps in the prompt, the size, pictures and what is chosen from a list."
            )

    async def _edit(self) -> None:
        """Let the prompt be written in the user's own editor."""
        offer = self._generation.editor.offer
        if offer is None or prompt_field(offer.endpoint) is None:
            self._generation.news.say("There is no prompt to edit.", "warning")
            return
        before = self.form.prompt
        file: Path = await asyncio.to_thread(self.app.services.storage.temporary, "txt")
        after = await self.edit_externally(self.app, file, before)
        if after != before:
            self._generation.editor.take_prompt(after)
        self.prompt.focus()

    def on_side_control_size_requested(self, event: SideControl.SizeRequested) -> None:
        """Change both sides as the user wants."""
        event.stop()
        if event.wish == "common":
            self._choose_size()
        else:
            guarded(self, self._generation.sizes.swap(), doing="changing the form", group="form")

    def _choose_size(self) -> None:
        work = self._generation.sizes.choose()
        guarded(self, work, doing="choosing a size", group="size", exclusive=True)

    @property
    def _is_in_size(self) -> bool:
        """Whether the focus is where the size is entered."""
        focused = self.screen.focused
        if focused is None or self._offer is None or not has_sides(self._offer):
            return False
        row = next((node for node in focused.ancestors_with_self if isinstance(node, FieldRow)), None)
        return row is not None and row.field.name in {*SIDES, size_field(self._offer)}

    def on_picture_input_ways_requested(self, event: PictureInput.WaysRequested) -> None:
        """Offer what can be done in the line of a picture."""
        event.stop()
        work = self._fill_line(event.line)
        guarded(self, work, doing="changing a picture", group="ways", exclusive=True)

    async def _fill_line(self, line: PictureInput) -> None:
        change = await self._generation.pictures.fill(state_of(line, self._parameters))
        if change is not None:
            await change_line(self.app, line, change)


def _is_reworded(before: GenerateForm, after: GenerateForm) -> bool:
    """Tell whether something else is made of the prompt."""
    return any(
        getattr(before, name) != getattr(after, name)
        for name in ("prompt", "style", "style_name", "templates", "prompt_seed")
    )
