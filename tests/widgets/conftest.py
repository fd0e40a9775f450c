"""Applications to put a widget into, and an endpoint with every kind of parameter."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated, Any, ClassVar, Literal

import pytest
from pydantic import Field as Limits
from textual.app import App, ComposeResult
from textual.screen import Screen
from textual.widget import Widget

from fluxtui.domain.endpoint import Control, EndpointInfo, GenerationEndpoint, Group, Parameter
from fluxtui.domain.money import Estimate
from fluxtui.widgets.quiet_screen import QuietScreen
from tests.fakes.drawn import Terminals, follow_terminals
from tests.piloting.idleness import asked_for_idleness
from tests.piloting.stylesheets import parsed_once

HOSTILE = (
    "[/x] and [red unclosed",
    "\x1b[31mred\x1b[0m \x9b2J\x1b]52;c;aGk=\x07",
    "right\u202eto left\u2066 and \u200bnothing",
    "tab\tand\r\nline\x00 and [bold]\\",
)


@pytest.fixture(params=HOSTILE, ids=["markup", "escapes", "direction marks", "controls"])
def hostile(request: pytest.FixtureRequest) -> str:
    """A string that must be shown as harmless text everywhere."""
    return str(request.param)


@pytest.fixture(scope="session", autouse=True)
def _quick_pilots() -> Iterator[None]:
    """Parse each stylesheet once for all tests of a worker, and let no pilot rest after each key."""
    with parsed_once(), asked_for_idleness():
        yield


@pytest.fixture(autouse=True)
def terminals(monkeypatch: pytest.MonkeyPatch) -> Terminals:
    """Prove now and then that the terminal shows what a fresh drawing would."""
    return follow_terminals(monkeypatch)


class Host(App[Any]):
    """Shows one widget."""

    def __init__(self, widget: Widget | None) -> None:
        super().__init__()
        self.animation_level = "none"
        self._widget = widget

    def get_default_screen(self) -> Screen[Any]:
        """Use the program's own kind of screen."""
        return QuietScreen(id="_default")

    def compose(self) -> ComposeResult:
        """Lay out the widget alone."""
        if self._widget is not None:
            yield self._widget


@pytest.fixture
def host() -> Callable[[Widget | None], Host]:
    """Return an application that shows a widget."""
    return Host


class EveryKind(GenerationEndpoint):
    """One parameter of every kind."""

    info: ClassVar[EndpointInfo] = EndpointInfo(
        "every", "Every kind", "For tests.", Group.FINETUNED, lambda _: Estimate(6, "flat")
    )

    prompt: Annotated[str, Parameter("Prompt", "What the picture shows.", control=Control.PROMPT)]
    finetune_id: Annotated[str, Parameter("Finetune", "Which finetune to use.", control=Control.FINETUNE)]
    strength: Annotated[float, Limits(ge=0, le=2), Parameter("Strength", "How much it shows.", step=0.1)] = (
        1.2
    )
    ratio: Annotated[str, Parameter("Aspect ratio", "Width to height.")] = "16:9"
    width: Annotated[
        int, Limits(ge=256, le=1440, multiple_of=32), Parameter("Width", "Of the picture.", unit="px")
    ] = 1024
    steps: Annotated[int, Limits(ge=1, le=50), Parameter("Steps", "More show finer detail.")] = 40
    seed: Annotated[
        int | None, Parameter("Seed", "The same again.", control=Control.SEED, empty="random")
    ] = None
    upsampling: Annotated[bool, Parameter("Upsampling", "Lets the service rewrite the prompt.")] = False
    format: Annotated[Literal["jpeg", "png"], Parameter("Format", "Kind of file.")] = "jpeg"
    mode: Annotated[
        Literal["character", "product", "style", "general", "landscape", "portrait"],
        Parameter("Mode", "What is learned."),
    ] = "general"
    picture: Annotated[str | None, Parameter("Picture", "To start from.", control=Control.PICTURE)] = None
    pictures: Annotated[
        list[str] | None,
        Limits(max_length=3),
        Parameter("References", "To refer to.", control=Control.PICTURES),
    ] = None
    hidden: Annotated[str, Parameter("Hidden", "Not shown.", control=Control.HIDDEN)] = "kept"
    tolerance: Annotated[
        int, Limits(ge=0, le=6), Parameter("Tolerance", "6 lets most through.", advanced=True)
    ] = 2
    raw: Annotated[bool | None, Parameter("Raw", "Less processed.", advanced=True)] = None


@pytest.fixture
def every_kind() -> type[EveryKind]:
    """Return the endpoint with every kind of parameter."""
    return EveryKind
