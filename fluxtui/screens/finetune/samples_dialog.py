"""Asks for the prompts of sample pictures."""

from __future__ import annotations

from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, TextArea

from fluxtui.controllers.training.samples import prompts_of
from fluxtui.domain.text import plural, safe_text
from fluxtui.services.samples import MOST_SAMPLES, SampleOffer
from fluxtui.widgets.dialogs import Dialog
from fluxtui.widgets.dialogs.base import dialog_button
from fluxtui.widgets.plain import PlainLabel, set_title
from fluxtui.widgets.steady_area import SteadyArea


class _Prompts(SteadyArea):
    """One prompt a line; pasted text loses its control characters."""

    def __init__(self, prompts: tuple[str, ...]) -> None:
        super().__init__(
            safe_text("\n".join(prompts), newlines=True),
            compact=True,
            soft_wrap=True,
            tab_behavior="focus",
            highlight_cursor_line=False,
            placeholder=Content("one prompt a line"),
            id="prompts",
        )
        self.cursor_blink = False

    async def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        self.replace(safe_text(event.text, newlines=True), *self.selection)


class SamplesDialog(Dialog[tuple[str, ...]]):
    """Is answered with the prompts, which may be none; left with Escape it has no answer."""

    HELP = (
        "One prompt a line. When the training is done, a picture is made of each with the new finetune; the "
        "price is part of the training's. `ctrl+s` keeps them, Escape leaves everything as it was."
    )

    DEFAULT_CSS = """
    SamplesDialog {
        .dialog PlainLabel { width: 1fr; }
        #prompts { height: 8; margin-top: 1; padding: 0 1; background: $surface; }
        #prompts:focus { background: $surface-lighten-2; }
        #count { color: $text-muted; }
        #count.-wrong { color: $text-error; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "keep", "Keep", id="samples.keep", priority=True),
        Binding("escape,ctrl+c", "dismiss(None)", "Cancel", id="samples.cancel"),
    ]

    def __init__(self, prompts: tuple[str, ...], chosen: SampleOffer, trigger_word: str = "") -> None:
        """Args:
        prompts: those of before.
        chosen: what they are made with; there is an offer.
        trigger_word: of the training, `''` for none.
        """
        super().__init__()
        self._prompts = prompts
        self._chosen = chosen
        self._trigger_word = trigger_word

    def compose(self) -> ComposeResult:
        """Lay out what they are, the prompts, their price and the two buttons."""
        with Vertical(classes="dialog") as frame:
            set_title(frame, "Sample pictures")
            yield PlainLabel(self._words())
            yield _Prompts(self._prompts)
            yield PlainLabel("", id="count")
            with Horizontal(classes="dialog-buttons"):
                yield dialog_button(Content.assemble((" ^S ", "bold"), "Keep "), "keep", variant="primary")
                yield dialog_button(Content.assemble((" Esc ", "bold"), "Cancel "), "cancel")

    def _words(self) -> str:
        offer = self._chosen.offer
        title = offer.endpoint.info.title if offer is not None else ""
        trigger = f" The trigger word is {self._trigger_word}." if self._trigger_word else ""
        return f"Made by {title} as soon as the training is done, one for each line.{trigger}"

    def on_mount(self) -> None:
        """Let the prompts be typed at once."""
        area = self.query_one(_Prompts)
        area.focus()
        area.move_cursor(area.document.end)
        self._count()

    @on(TextArea.Changed)
    def _count(self) -> None:
        """Show how many there are and what they cost."""
        prompts = self._typed
        estimate = self._chosen.estimate(len(prompts))
        words = f"{plural(len(prompts), 'sample')} · {estimate.show()}" if estimate else "no samples"
        is_wrong = len(prompts) > MOST_SAMPLES
        label = self.query_one("#count", PlainLabel)
        label.show(f"✗ {len(prompts)} lines; {MOST_SAMPLES} samples at most" if is_wrong else words)
        label.set_class(is_wrong, "-wrong")

    @property
    def _typed(self) -> tuple[str, ...]:
        return prompts_of(self.query_one(_Prompts).text)

    def action_keep(self) -> None:
        """Answer with the prompts, unless there are too many."""
        if len(self._typed) <= MOST_SAMPLES:
            self.dismiss(self._typed)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answer with the button."""
        event.stop()
        if event.button.id == "keep":
            self.action_keep()
        else:
            self.dismiss(None)
