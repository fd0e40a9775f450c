"""The prompt, and under it what becomes of the finetune's trigger word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import TextArea

from fluxtui.controllers.generation.completion import Completion, completion_of, unfinished_wildcard
from fluxtui.domain.prompts import length_of
from fluxtui.domain.text import safe_text
from fluxtui.widgets.plain import PlainStatic, plain, set_title
from fluxtui.widgets.steady_area import SteadyArea

COMPLETION_KEYS = frozenset({"tab", "up", "down", "escape"})
"""What these keys do while a completion is offered is up to it; else they do what they always do."""
NEARLY_FULL = 0.9
"""From this part of an endpoint's limit on, the length of the prompt is shown beside it."""


class PromptArea(SteadyArea):
    """Several lines of text; Tab goes on, and what is pasted loses its control characters."""

    HELP = """Say what the picture shows: subject, surroundings, light, style. Enter starts a new line,
`ctrl+s` generates from any field, `ctrl+t` leaves the trigger word out or puts it back, `ctrl+z` undoes.
`ctrl+home` and `ctrl+end` go to the ends, `alt+a` selects all, `alt+x` clears it: `ctrl+r` has it then.

A prompt can be a template: `{red|blue}` is one of them, `{2$$ and $$a|b|c}` two, `{3::often|rarely}` has
weights, `__colour__` is a line of the file `colour.txt` among your wildcards (typing `__` offers them, Tab
takes), `${x=!{a|b}} ${x}` names a choice. JSON is never a template.

`f10` shows what will be sent, and can leave a template as it is or make all combinations; `f9` puts a style
round the prompt; `ctrl+r` finds prompts used before; `ctrl+g` opens your editor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+home", "to_start", "To the start of the prompt", id="prompt.start", show=False),
        Binding("ctrl+end", "to_end", "To the end of the prompt", id="prompt.end", show=False),
        Binding("alt+a", "select_all", "Select the whole prompt", id="prompt.select_all", show=False),
        Binding("alt+x", "clear", "Clear the prompt, kept in Ctrl+R", id="prompt.clear", show=False),
    ]

    class ClearRequested(Message):
        """The user wants another prompt, and the present one kept where prompts are kept."""

    class CompletionKey(Message):
        """A key of `COMPLETION_KEYS` was pressed while a completion is offered."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    def __init__(self) -> None:
        super().__init__(
            compact=True,
            soft_wrap=True,
            tab_behavior="focus",
            highlight_cursor_line=False,
            placeholder=Content("What should the picture show?"),
        )
        self.cursor_blink = False
        self.is_completing = False
        """Whether something is offered that a key can take."""

    async def _on_key(self, event: events.Key) -> None:
        if self.is_completing and event.key in COMPLETION_KEYS:
            event.stop()
            event.prevent_default()
            self.post_message(self.CompletionKey(event.key))
            return
        if event.key.startswith("alt+"):
            # A terminal sends such a key with its letter, which is not meant as text.
            event.prevent_default()
            return
        await super()._on_key(event)

    def action_to_start(self) -> None:
        """Go to the first letter."""
        self.move_cursor((0, 0))

    def action_to_end(self) -> None:
        """Go behind the last letter."""
        self.move_cursor(self.document.end)

    def action_clear(self) -> None:
        """Ask for an empty prompt."""
        self.post_message(self.ClearRequested())

    def before_cursor(self) -> str:
        """Return the line up to the cursor; nothing while text is selected."""
        row, column = self.cursor_location
        return "" if self.selected_text else str(self.document.get_line(row))[:column]

    def put(self, text: str) -> None:
        """Put a text in place of all, so that it can be undone."""
        self.history.checkpoint()
        self.replace(text, (0, 0), self.document.end, maintain_selection_offset=False)
        self.move_cursor(self.document.end)

    def on_resize(self) -> None:
        """Draw the text as it is wrapped now: what wraps it anew draws nothing."""
        self.refresh()

    async def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        self.replace(safe_text(event.text, newlines=True), *self.selection)


class PromptEditor(Vertical):
    """A panel with the prompt and the trigger word's chip."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+t", "toggle_trigger", "Trigger word", id="generate.toggle_trigger"),
    ]

    class Changed(Message):
        """The user typed; `prompt` is all of the text."""

        def __init__(self, prompt: str) -> None:
            super().__init__()
            self.prompt = prompt

    class WildcardsRequested(Message):
        """A wildcard is begun; whoever knows them should call `offer_wildcards`."""

    class TriggerToggled(Message):
        """The user wants the trigger word left out, or put back."""

    def __init__(self) -> None:
        super().__init__(id="prompt")
        self._is_begun = False
        """Whether a prompt has been shown."""
        self._has_word = False
        self._chip = Content()
        self._reason = ""
        self._title = ""
        self._notes = ""
        self._limit: int | None = None
        self._wildcards: tuple[str, ...] | None = None
        self._dismissed: str | None = None
        """What was begun when a completion was refused; it is not offered again for that."""
        self._completion: Completion | None = None

    def compose(self) -> ComposeResult:
        """Lay out the text, the chip and the line about template and style."""
        yield PromptArea()
        yield PlainStatic("", classes="chip")
        yield PlainStatic("", classes="notes")

    def on_mount(self) -> None:
        """Show the title."""
        self._show_title()

    def is_ahead_of(self, prompt: str) -> bool:
        """Whether something else than a prompt, which was shown, has been typed in its place."""
        return self.area.text != safe_text(prompt, newlines=True)

    @property
    def area(self) -> PromptArea:
        """The text area."""
        return self.query_one(PromptArea)

    def show(self, prompt: str) -> None:
        """Show a prompt, with the cursor at its end; what it replaces comes back by undoing."""
        text = safe_text(prompt, newlines=True)
        is_first, self._is_begun = not self._is_begun, True
        if text == self.area.text:
            return
        if is_first and not self.area.text:
            self.area.load_text(text)
            self.area.move_cursor(self.area.document.end)
        else:
            self.area.put(text)

    def enable(self, is_enabled: bool, limit: int | None = None) -> None:
        """Take a prompt of at most `limit` characters, or say that the endpoint takes none."""
        self.disabled = not is_enabled
        self._limit = limit
        self.show_problem("")

    def show_chip(self, chip: Content) -> None:
        """Show what becomes of the trigger word."""
        if chip == self._chip:
            return
        self._chip = chip
        self.query_one(".chip", PlainStatic).show(chip)
        self.set_class(bool(chip.plain), "-with-chip")

    def offer_trigger(self, has_word: bool) -> None:
        """Offer the key for the trigger word where there is one."""
        if has_word != self._has_word:
            self._has_word = has_word
            self.refresh_bindings()

    def show_problem(self, reason: str) -> None:
        """Show in the title what is wrong with the prompt, or nothing for an empty string."""
        self._reason = reason
        self._show_title()

    def show_notes(self, notes: str, *, wrong: bool = False) -> None:
        """Show what becomes of a template and which style there is, or nothing."""
        line = self.query_one(".notes", PlainStatic)
        line.set_class(wrong, "-wrong")
        if notes != self._notes:
            self._notes = notes
            line.show(notes, layout=False)
            self.set_class(bool(notes), "-with-notes")

    def _show_title(self) -> None:
        """Say in the title what matters most: a problem, a completion, else how long the prompt is."""
        length = length_of(self.area.text)
        is_long = self._limit is not None and length.characters > NEARLY_FULL * self._limit
        if self._reason:
            title = f"✗ {self._reason}"
        elif self.disabled:
            title = "This endpoint takes no prompt"
        elif self._completion is not None:
            title = self._completion.words()
        elif is_long:
            title = f"Prompt · {length.characters:,} of at most {self._limit:,} characters"
        else:
            title = " · ".join(part for part in ("Prompt", length.words_for_people()) if part)
        self.set_class(bool(self._reason) or (is_long and not self.disabled), "-problem")
        if title != self._title:
            self._title = title
            set_title(self, title)

    @property
    def problem(self) -> str:
        """What is wrong with the prompt, or an empty string."""
        return self._reason

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Hide the key for a trigger word that there is not."""
        return self._has_word if action == "toggle_trigger" else super().check_action(action, parameters)

    def action_toggle_trigger(self) -> None:
        """Ask for the trigger word to be left out, or put back."""
        self.post_message(self.TriggerToggled())

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Tell what is typed."""
        event.stop()
        self._show_title()
        self.post_message(self.Changed(event.text_area.text))

    # Completion

    def on_text_area_selection_changed(self, event: TextArea.SelectionChanged) -> None:
        """Offer wildcards where one is begun before the cursor."""
        event.stop()
        self._complete()

    def offer_wildcards(self, names: Sequence[str]) -> None:
        """Take over the names of the wildcards that there are."""
        self._wildcards = tuple(safe_text(name) for name in names)
        self._complete()

    def _complete(self) -> None:
        begun = unfinished_wildcard(self.area.before_cursor()) if self.area.has_focus else None
        if begun is None:
            self._dismissed = self._wildcards = None
        elif self._wildcards is None:
            self._wildcards = ()
            self.post_message(self.WildcardsRequested())
        refused = begun is None or begun == self._dismissed
        self._offer(None if refused else completion_of(begun or "", self._wildcards or ()))

    def _offer(self, completion: Completion | None) -> None:
        if completion != self._completion:
            self._completion = completion
            self.area.is_completing = completion is not None
            self._show_title()

    def on_prompt_area_completion_key(self, event: PromptArea.CompletionKey) -> None:
        """Take the marked wildcard, mark another one, or leave it."""
        event.stop()
        completion = self._completion
        if completion is None:
            return
        match event.key:
            case "tab":
                row, column = self.area.cursor_location
                begin = (row, column - len(completion.typed))
                self.area.replace(
                    completion.replacement, begin, (row, column), maintain_selection_offset=False
                )
            case "escape":
                self._dismissed = completion.typed
                self._offer(None)
            case _:
                self._offer(completion.moved(1 if event.key == "down" else -1))


def trigger_chip(word: str, *, inserted: bool, in_prompt: bool) -> Content:
    """Return the chip of a trigger word: it stands in the prompt, will be put in front, or is left out."""
    if not word:
        return Content("")
    chip = plain(f"⟨{word}⟩", "bold $text-accent" if inserted or in_prompt else "$text-muted strike")
    if in_prompt:
        words = " stands in the prompt"
    elif inserted:
        words = " will be put in front"
    else:
        words = " is left out"
    return Content.assemble(chip, (words, "$text-muted"))
