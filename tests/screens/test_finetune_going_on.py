"""A trainer that goes on with an earlier LoRA, in the form of the finetune place."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import Annotated, ClassVar

import pytest

from fluxtui.app.app import FluxApp
from fluxtui.domain.endpoint import Control, EndpointInfo, FinetuneBy, FinetuneUse, Group, Parameter
from fluxtui.domain.finetune import Finetune
from fluxtui.domain.money import Estimate
from fluxtui.domain.weights import Base
from fluxtui.screens.finetune import FinetuneScreen
from fluxtui.widgets.parameter_form.finetune_control import FinetuneControl
from tests.fakes.academy import PROFILE, Academy, Quick, opened_academy
from tests.screens.test_finetune import is_open

AppFactory = Callable[..., FluxApp]
Until = Callable[..., Awaitable[None]]


def _price(request: Quick) -> Estimate:
    return Estimate(request.steps, "by the step")


class GoingOn(Quick):
    """Goes on with a LoRA of its own."""

    info: ClassVar[EndpointInfo] = EndpointInfo(
        "academy/going-on",
        "FLUX.2 going on",
        "For tests.",
        Group.TRAINING,
        _price,
        finetunes=FinetuneUse(FinetuneBy.WEIGHTS, frozenset({Base.FLUX2_DEV})),
        trains=Base.FLUX2_DEV,
    )

    earlier: Annotated[str | None, Parameter("Go on with", "One.", control=Control.FINETUNE)] = None


@pytest.fixture
def academy(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Academy]]:
    """A service whose first trainer goes on with its own LoRAs."""
    monkeypatch.setattr(Academy, "training", (GoingOn,))
    with opened_academy() as academy:
        yield academy


@pytest.mark.usefixtures("academy")
async def test_its_own_finetunes_are_offered_as_soon_as_they_are_there(
    make_app: AppFactory, until: Until
) -> None:
    app = make_app(more=PROFILE)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: is_open(app))
        screen = app.screen
        assert isinstance(screen, FinetuneScreen)
        await until(pilot, lambda: bool(screen.query(FinetuneControl)))
        control = screen.query_one(FinetuneControl)
        assert [choice.value for choice in control.choices] == [""]
        own = Finetune(
            profile="school",
            id="1",
            name="Night",
            base=Base.FLUX2_DEV,
            endpoint=GoingOn.info.id,
            weights_url="https://a.b/c.safetensors",
        )
        other = own.model_copy(update={"id": "2", "endpoint": "academy/quick"})
        app.finetunes = (own, other)
        await until(pilot, lambda: [choice.value for choice in control.choices] == ["", own.ref])
