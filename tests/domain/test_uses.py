"""Which finetunes go with which endpoints, and why others do not."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest

from fluxtui.domain.endpoint import EndpointInfo, FinetuneBy, FinetuneUse, GenerationEndpoint, Group
from fluxtui.domain.finetune import OWN_FILES, Finetune, FinetuneState
from fluxtui.domain.money import Estimate
from fluxtui.domain.uses import Misfit, Offer, finetune_value, fits, misfit, uses_of, why_not
from fluxtui.domain.weights import Base, Weights

WEIGHTS = Weights(
    path="loras/a.safetensors", size=1, sha256="00" * 32, tensors=1, dtype="BF16", source="file"
)


def info_of(endpoint_id: str, finetunes: FinetuneUse | None) -> EndpointInfo:
    return EndpointInfo(
        id=endpoint_id,
        title=endpoint_id,
        summary="For tests.",
        group=Group.FINETUNED,
        price=lambda _: Estimate(1, "a picture"),
        finetunes=finetunes,
    )


class ById(GenerationEndpoint):
    """Knows its own finetunes."""

    info: ClassVar[EndpointInfo] = info_of("by-id", FinetuneUse(FinetuneBy.ID, frozenset({Base.KLEIN_9B})))


class ByFile(GenerationEndpoint):
    """Takes any file."""

    info: ClassVar[EndpointInfo] = info_of(
        "by-file", FinetuneUse(FinetuneBy.WEIGHTS, frozenset({Base.KLEIN_9B, Base.KLEIN_4B}))
    )


class Plain(GenerationEndpoint):
    """Takes none."""

    info: ClassVar[EndpointInfo] = info_of("plain", None)


class ByFlux1(GenerationEndpoint):
    """Takes files for one model of FLUX.1."""

    info: ClassVar[EndpointInfo] = info_of(
        "by-flux-1", FinetuneUse(FinetuneBy.WEIGHTS, frozenset({Base.FLUX1_KREA}))
    )


BY_ID, BY_FILE, BY_FLUX1, PLAIN = (
    Offer("here", "any", endpoint) for endpoint in (ById, ByFile, ByFlux1, Plain)
)


def possible(*bases: Base) -> Weights:
    return WEIGHTS.model_copy(update={"possible": bases})


def finetune(**changes: Any) -> Finetune:
    return Finetune.model_validate({"profile": "here", "id": "a", "name": "A", **changes})


@pytest.mark.parametrize(
    ("offer", "changes", "misfitting", "reason"),
    [
        (BY_ID, {"base": Base.KLEIN_9B}, None, ""),
        (BY_ID, {}, None, ""),
        (BY_ID, {"profile": "there"}, Misfit.OTHER_ACCOUNT, "belongs to the profile there, not to here"),
        (
            BY_ID,
            {"profile": OWN_FILES},
            Misfit.OTHER_ACCOUNT,
            "is a file of yours; by-id takes only what here has itself",
        ),
        (
            BY_ID,
            {"base": Base.KREA_2},
            Misfit.OTHER_BASE,
            "was trained on Krea 2, not on FLUX.2 [klein] 9B",
        ),
        (
            BY_ID,
            {"state": FinetuneState.MISSING},
            Misfit.NOT_LISTED,
            "is no longer listed by the service",
        ),
        (BY_FILE, {"weights": WEIGHTS, "profile": OWN_FILES}, None, ""),
        (BY_FILE, {"weights_url": "https://example.com/a.safetensors", "profile": "there"}, None, ""),
        (BY_FILE, {"weights": WEIGHTS, "state": FinetuneState.MISSING}, None, ""),
        (BY_FILE, {"weights": possible(Base.FLUX1_DEV, Base.KLEIN_4B)}, None, ""),
        (
            BY_FILE,
            {"weights": possible(Base.SDXL, Base.SD1)},
            Misfit.OTHER_BASE,
            "has other layers than FLUX.2 [klein] 4B or FLUX.2 [klein] 9B",
        ),
        (
            BY_FILE,
            {"weights": possible(Base.FLUX1_DEV), "base": Base.FLUX1},
            Misfit.OTHER_BASE,
            "was trained on FLUX.1, not on FLUX.2 [klein] 4B or FLUX.2 [klein] 9B",
        ),
        (BY_FLUX1, {"weights": WEIGHTS, "base": Base.FLUX1}, None, ""),
        (BY_FILE, {}, Misfit.NO_FILE, "has no file of its weights, neither here nor at an address"),
        (PLAIN, {}, Misfit.TAKES_NONE, "is not for plain, which takes no finetune"),
    ],
)
def test_why_an_endpoint_cannot_take_a_finetune(
    offer: Offer, changes: dict[str, Any], misfitting: Misfit | None, reason: str
) -> None:
    assert misfit(offer, finetune(**changes)) is misfitting
    assert why_not(offer, finetune(**changes)) == reason
    assert fits(offer, finetune(**changes)) is not bool(reason)


def test_uses_leave_out_what_takes_no_finetunes() -> None:
    uses = uses_of(finetune(), (BY_ID, PLAIN, BY_FILE))
    assert [(use.offer, use.misfit) for use in uses] == [(BY_ID, None), (BY_FILE, Misfit.NO_FILE)]


def test_what_stands_in_the_request() -> None:
    assert finetune_value(BY_ID, finetune()) == "a"
    assert finetune_value(BY_FILE, finetune()) == "here/a"


def test_a_file_outlives_the_list_of_its_service() -> None:
    assert finetune().is_usable
    assert not finetune(state=FinetuneState.MISSING).is_usable
    assert finetune(state=FinetuneState.MISSING, weights=WEIGHTS).is_usable
    assert not finetune(state=FinetuneState.DELETED, weights=WEIGHTS).is_usable
