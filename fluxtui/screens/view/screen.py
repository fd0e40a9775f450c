"""One picture in the whole terminal, and those before and after it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.events import Resize

from fluxtui.app.state import StatefulApp
from fluxtui.controllers.pictures.item import ViewItem
from fluxtui.controllers.pictures.parameters import fact_rows, parameter_rows
from fluxtui.controllers.pictures.viewer import PictureViewer
from fluxtui.controllers.pictures.wording import KEYS_HINT, position_text, sending_text, state_line
from fluxtui.domain.jobs import Job
from fluxtui.domain.text import safe_text
from fluxtui.screens.view.base import PictureScreen
from fluxtui.widgets.dialogs.base import OPENING_SECONDS
from fluxtui.widgets.pictures.view import PictureView
from fluxtui.widgets.plain import PlainStatic

WIDE_COLUMNS = 100
"""From this width on the parameters stand beside the picture."""
SHORT_VALUE = 20
"""A value with at most as many characters stands beside its name, others below it."""


class ViewScreen(PictureScreen):
    """Shows pictures one after another, as large as the terminal; answers with the last one's number."""

    HELP = """`+` and `-` go closer and further away, the arrows move over the picture, `0` shows all of it,
`1` one pixel for each of the terminal. `n` and `p` go to the next and the previous picture.

`i` shows all parameters, `u` takes them into the form of Generate, `c` compares with the next picture. `y`
copies the path, pressed again the prompt, and then the seed. `f12` uses the picture for another one.

Over SSH a picture comes as a preview of few bytes; `f` sends all of it, and says how many bytes that were.
`t` draws pictures in another way, where your terminal shows them wrongly."""

    CSS_PATH = "view.tcss"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n,pagedown", "step(1)", "Next picture", id="view.next"),
        Binding("p,pageup", "step(-1)", "Previous picture", id="view.previous"),
        Binding("home", "go_to(0)", "First picture", id="view.first", show=False),
        Binding("end", "go_to(-1)", "Last picture", id="view.last", show=False),
        Binding("i", "toggle_parameters", "Parameters", id="view.parameters"),
        Binding("J", "scroll_parameters(1)", "Parameters down", id="view.parameters_down", show=False),
        Binding("K", "scroll_parameters(-1)", "Parameters up", id="view.parameters_up", show=False),
        Binding("c", "compare", "Compare with the next", id="view.compare"),
        Binding("u", "use_again", "Use parameters", id="view.use"),
        Binding("y", "copy", "Copy path, prompt, seed", id="view.copy"),
    ]

    def __init__(self, items: Sequence[ViewItem], index: int = 0) -> None:
        """Args:
        items: the pictures, at least one.
        index: the one to begin with.
        """
        super().__init__(PictureViewer(items, index))
        self._sending = ""
        """How the picture came here."""
        self._shown: ViewItem | None = None

    def compose(self) -> ComposeResult:
        """Lay out the picture, its parameters, which are hidden at first, and one line."""
        view = PictureView(self.app.terminal, self.viewer.item.path, placeholder="", full=self.starts_in_full)
        parameters = VerticalScroll(PlainStatic("", classes="parameters"), classes="parameters-pane")
        parameters.can_focus = False
        yield view
        yield parameters
        yield PlainStatic("", classes="line")

    def on_mount(self) -> None:
        """Say what is seen."""
        self.viewer.changed.connect(self._redraw)
        self._redraw()

    @property
    def view(self) -> PictureView:
        """The one picture."""
        return self.query_one(PictureView)

    def on_resize(self, event: Resize) -> None:
        """Put the parameters where there is room for them."""
        self.set_class(event.size.width >= WIDE_COLUMNS, "-wide")

    def on_picture_view_displayed(self, event: PictureView.Displayed) -> None:
        """Say what was sent for the picture."""
        event.stop()
        self._sending = sending_text(event.protocol, event.size, event.view.profile)
        self._show_line()

    def on_picture_view_failed(self, event: PictureView.Failed) -> None:
        """Say nothing of bytes; why it cannot be shown stands in the place of the picture."""
        event.stop()
        self._sending = ""
        self._show_line()

    def _redraw(self) -> None:
        if self.viewer.item is not self._shown:
            self._shown, self._sending = self.viewer.item, ""
            self.view.path = self.viewer.item.path
            self._show_parameters()
            self.refresh_bindings()
        self._show_line()

    def _show_line(self) -> None:
        """Say which picture is seen, how much of it, and how it came here; or what is news."""
        viewer = self.viewer
        number = viewer.position if len(viewer.items) > 1 else ""
        seen = position_text(self.view.seen)
        state = state_line(number, seen, self._sending, KEYS_HINT, viewer.item.title)
        self.query_one(".line", PlainStatic).show(safe_text(viewer.news) or state, layout=False)

    def _show_parameters(self) -> None:
        if self.has_class("-parameters"):
            self.query_one(".parameters", PlainStatic).show(_parameters(self.viewer.item))
            self.query_one(VerticalScroll).scroll_home(animate=False)

    def action_step(self, by: int) -> None:
        """Go to the next or the previous picture; at the ends it stays."""
        self.viewer.go_to(self.viewer.index + by)

    def action_go_to(self, index: int) -> None:
        """Go to a picture by its number; -1 is the last."""
        self.viewer.go_to(index % len(self.viewer.items))

    def action_toggle_parameters(self) -> None:
        """Show all parameters, or hide them."""
        self.app.delay_update(OPENING_SECONDS)
        self.toggle_class("-parameters")
        self._show_parameters()

    def action_scroll_parameters(self, pages: int) -> None:
        """Read on in the parameters, or back."""
        pane = self.query_one(VerticalScroll)
        pane.scroll_relative(y=pages * max(1, pane.size.height - 1), animate=False)

    def action_compare(self) -> None:
        """Show the picture beside the next one, at the end beside the one before."""
        from fluxtui.screens.view.compare import CompareScreen

        items = self.viewer.items
        first = min(self.viewer.index, len(items) - 2)
        self.app.delay_update(OPENING_SECONDS)
        self.app.push_screen(CompareScreen((items[first], items[first + 1])))

    def action_copy(self) -> None:
        """Copy the path; pressed again the prompt, then the seed."""
        self.app.copy_to_clipboard(self.viewer.copy())

    def action_back(self) -> None:
        """Go back."""
        self.dismiss(self.viewer.index)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what this picture has."""
        if action == "use_again":
            return self.viewer.item.can_be_used
        if action == "compare":
            return len(self.viewer.items) > 1
        return True


def _parameters(item: ViewItem) -> Content:
    """Return all parameters and facts of a picture, a paragraph each."""
    rows = [(row.name, row.values[0]) for row in parameter_rows([item])]
    parts: list[tuple[str, str]] = []
    for name, value in (*rows, *fact_rows(item)):
        between = "\n" if len(value) > SHORT_VALUE else " "
        parts += [(f"{name}{between}", "$text-muted"), (f"{value}\n", "$foreground")]
    return Content.assemble(*parts)


def show_pictures(app: StatefulApp, jobs: Iterable[Job], first: Job) -> None:
    """Show the pictures of jobs, in their order, beginning with that of the first one, which has one."""
    inside = app.services.storage.inside
    shown = [(job.id, ViewItem.from_job(job, inside(job.picture))) for job in jobs if job.picture]
    ids = [job_id for job_id, _ in shown]
    app.delay_update(OPENING_SECONDS)
    app.push_screen(ViewScreen([item for _, item in shown], ids.index(first.id)))


def show_picture(app: StatefulApp, path: Path, title: str) -> None:
    """Show a picture of which nothing is known but its file.

    Args:
        app: the application.
        path: of the file, absolute.
        title: what it is, in words.
    """
    app.delay_update(OPENING_SECONDS)
    app.push_screen(ViewScreen([ViewItem(path, title)], 0))
