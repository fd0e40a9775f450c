"""The prompt, and under it what becomes of the finetune's trigger word."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import TextArea

from fluxtui.domain.text import safe_text
from fluxtui.widgets.plain import PlainStatic, plain, set_title


class PromptArea(TextArea):
    """Several lines of text; Tab goes on, and what is pasted loses its control characters."""

    HELP = (
        "Say what the picture shows: subject, surroundings, light, style. Enter starts a new line, "
        "`ctrl+s` generates from any field, `ctrl+t` leaves the trigger word out or puts it back."
    )

    def __init__(self) -> None:
        super().__init__(
            compact=True,
            soft_wrap=True,
            tab_behavior="focus",
            highlight_cursor_line=False,
            placeholder=Content("What should the picture show?"),
        )
        self.cursor_blink = False

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

    class TriggerToggled(Message):
        """The user wants the trigger word left out, or put back."""

    def __init__(self) -> None:
        super().__init__(id="prompt")
        self._has_word = False
        self._chip = Content()
        self._reason = ""

    def compose(self) -> ComposeResult:
        """Lay out the text and the chip."""
        set_title(self, "Prompt")
        yield PromptArea()
        yield PlainStatic("", classes="chip")

    @property
    def area(self) -> PromptArea:
        """The text area."""
        return self.query_one(PromptArea)

    def show(self, prompt: str) -> None:
        """Show a prompt, with the cursor at its end."""
        text = safe_text(prompt, newlines=True)
        if text != self.area.text:
            self.area.load_text(text)
            self.area.move_cursor(self.area.document.end)

    def enable(self, is_enabled: bool) -> None:
        """Take a prompt, or say that the endpoint takes none."""
        self.disabled = not is_enabled
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
        title = "This endpoint takes no prompt" if self.disabled else "Prompt"
        self._reason = reason
        self.set_class(bool(reason), "-problem")
        set_title(self, f"✗ {reason}" if reason else title)

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
        self.post_message(self.Changed(event.text_area.text))


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
