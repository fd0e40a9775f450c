"""Asks for a LoRA file of the user's own: where it is, what it is called, and what it was trained on."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Input

from fluxtui.app.state import StatefulApp, guarded
from fluxtui.controllers.models.questions import NOT_KNOWN, OwnFile, base_choices
from fluxtui.domain.errors import FluxError
from fluxtui.domain.weights import Base
from fluxtui.screens.key_entry import AnswerLine
from fluxtui.services.models.glance import Glance
from fluxtui.widgets.chooser import Chooser
from fluxtui.widgets.dialogs import Dialog, open_dialog
from fluxtui.widgets.line_input import LineInput
from fluxtui.widgets.path_input import PathInput
from fluxtui.widgets.paths import PathKind, expanded
from fluxtui.widgets.plain import PlainLabel, plain, set_title

_NO_TRIGGER = "if it has one"


class OwnFileDialog(Dialog[OwnFile]):
    """Looks into the file as soon as it is named, and answers with what was entered."""

    HELP = """Type the path of a .safetensors file, or of a tar or ZIP with one in it; right completes it,
`ctrl+l` lets you walk to it. Enter goes on: the file is looked into, and what it does not show is asked. The
file itself is only read; a copy is kept in the data directory. Escape or `ctrl+c` leaves."""

    DEFAULT_CSS = """
    OwnFileDialog {
        .dialog { width: 74; }
        .dialog PlainLabel { width: 1fr; }
        .own-line { height: 1; }
        .own-line .own-title { width: 14; color: $text-muted; }
        AnswerLine { height: 3; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+c", "dismiss", "Cancel", id="own.cancel"),
        Binding("ctrl+l", "choose", "Choose", id="own.choose"),
    ]

    app = getters.app(StatefulApp)

    def __init__(self) -> None:
        super().__init__()
        self._seen: Glance | None = None
        self._asked_for_base = False
        self._filled_in: dict[str, str] = {}

    def compose(self) -> ComposeResult:
        """Lay out a line for each part."""
        with Vertical(classes="dialog") as frame:
            set_title(frame, "Take in a LoRA file of yours")
            path = PathInput(kind=PathKind.LORA, placeholder="path of a .safetensors file", id="own-path")
            yield _line("File", path)
            yield AnswerLine()
            yield _line("Name", LineInput(placeholder="as the file is called", max_length=120, id="own-name"))
            yield _line("Trigger word", LineInput(placeholder=_NO_TRIGGER, id="own-trigger"))
            yield _line("Base model", Chooser(base_choices(), NOT_KNOWN, title="Base model", id="own-base"))
            yield PlainLabel(
                "Enter goes on · → completes · ^L walks there · Esc cancels",
                classes="dialog-keys",
            )

    def on_mount(self) -> None:
        """Let the path be typed at once."""
        self._input("own-path").focus()

    def _input(self, name: str) -> LineInput:
        return self.query_one(f"#{name}", LineInput)

    @property
    def _path(self) -> str:
        return self._input("own-path").value.strip()

    def action_choose(self) -> None:
        """Let the file be picked from the disk."""
        from fluxtui.widgets.path_picker import PathPicker

        start = expanded(self._path).parent if self._path else "~"
        picker = PathPicker(start, PathKind.LORA, title="Choose a .safetensors file")
        open_dialog(self.app, picker, self._take_chosen)

    def _take_chosen(self, chosen: Path | None) -> None:
        if chosen is not None:
            self._input("own-path").show(str(chosen))
            self._look()

    @on(Input.Changed, "#own-path")
    def _forget(self, event: Input.Changed) -> None:
        event.stop()
        self._seen = None
        self.query_one(AnswerLine).show("")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Look into the file; go on to the next line; from the last one to the answer."""
        event.stop()
        if self._seen is None:
            self._look()
        elif event.input.id == "own-trigger":
            self._answer()
        else:
            self.focus_next()

    @on(Chooser.Passed)
    def _base_passed(self, event: Chooser.Passed) -> None:
        event.stop()
        self._answer()

    def _look(self) -> None:
        if self._path:
            guarded(
                self, self._look_at(self._path), doing="looking at the file", group="look", exclusive=True
            )

    async def _look_at(self, path: str) -> None:
        answer = self.query_one(AnswerLine)
        answer.show_doing("Looking into the file …")
        try:
            seen = await self.app.services.models.glance(expanded(path))
        except FluxError as error:
            answer.show_fault(error.sentence())
            return
        if path != self._path:
            return
        self._seen = seen
        self._asked_for_base = False
        self.query_one(Chooser).value = seen.base.value if seen.base is not None else NOT_KNOWN
        self._fill_in(seen)
        self._show_seen(answer, seen)
        self._input("own-name").focus()

    def _fill_in(self, seen: Glance) -> None:
        """Put in what the file says, where nothing else was typed."""
        for name, said in (("own-name", seen.title), ("own-trigger", seen.trigger_word)):
            line = self._input(name)
            if line.value.strip() in {"", self._filled_in.get(name, "")}:
                line.show(said)
                self._filled_in[name] = said
        hint = f"if it has one; its captions say “{seen.common_tag}” most" if seen.common_tag else _NO_TRIGGER
        self._input("own-trigger").placeholder = hint

    def _show_seen(self, answer: AnswerLine, seen: Glance) -> None:
        warnings = " ".join(seen.warnings())
        if warnings:
            answer.show(plain(f"! {seen.words()}. {warnings}", "$text-warning"))
        else:
            answer.show(plain(f"✓ {seen.words()}", "$text-success"))

    def _answer(self) -> None:
        """Answer, after asking once for a base model that the file does not show."""
        if self._seen is None:
            self._look()
            return
        chooser = self.query_one(Chooser)
        if chooser.value == NOT_KNOWN and not self._asked_for_base:
            self._ask_for_base(
                "The file does not show which model it was trained on. Choose it if you know it: without, it "
                "is offered wherever its layers do not forbid it. Enter in the trigger word goes on."
            )
            return
        base = Base(chooser.value) if chooser.value else None
        if not self._asked_for_base and base is not None and not self._seen.allows(base):
            self._ask_for_base(
                f"By its layers or its maker's words it is not for {base.title}, and a service may refuse it "
                "after it was paid for. Enter in the trigger word takes it so all the same."
            )
            return
        name, trigger_word = self._input("own-name").value.strip(), self._input("own-trigger").value.strip()
        self.dismiss(OwnFile(expanded(self._path), name, trigger_word, base))

    def _ask_for_base(self, words: str) -> None:
        self._asked_for_base = True
        self.query_one(AnswerLine).show_doing(words)
        self.query_one(Chooser).focus()


def _line(title: str, control: Widget) -> Horizontal:
    return Horizontal(PlainLabel(title, classes="own-title"), control, classes="own-line")
