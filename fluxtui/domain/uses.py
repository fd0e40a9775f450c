"""Which finetunes go with which endpoints: the one rule that form, browser and services follow."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from fluxtui.domain.endpoint import FinetuneBy, GenerationEndpoint, TrainingEndpoint
from fluxtui.domain.finetune import OWN_FILES, Finetune, FinetuneState
from fluxtui.domain.weights import Base, may_work
from fluxtui.system.dataclass import dataclass


@dataclass(frozen=True)
class Offer:
    """An endpoint as one profile offers it: to be named by both."""

    profile: str
    provider: str
    endpoint: type[GenerationEndpoint]

    @property
    def ref(self) -> str:
        """What names it among the endpoints of all profiles: `profile/endpoint id`."""
        return f"{self.profile}/{self.endpoint.info.id}"


@dataclass(frozen=True)
class Trainer:
    """What a profile trains with, to be named by both; `service` is its provider's name for people."""

    profile: str
    provider: str
    service: str
    endpoint: type[TrainingEndpoint]

    @property
    def ref(self) -> str:
        """What names it among the trainers of all profiles: `profile/endpoint id`."""
        return f"{self.profile}/{self.endpoint.info.id}"


class Misfit(StrEnum):
    """Why an endpoint cannot generate with a finetune, in two or three words."""

    TAKES_NONE = "takes no finetune"
    OTHER_ACCOUNT = "trained elsewhere"
    OTHER_BASE = "other base model"
    NO_FILE = "no file of it"
    NOT_LISTED = "not listed any more"


def misfit(offer: Offer, finetune: Finetune) -> Misfit | None:
    """Return why an endpoint cannot generate with a finetune, or None where it can.

    By its id a finetune is known only where it was trained; the file of a LoRA goes anywhere. One whose base
    model is not known may fit any that its layers do not contradict.
    """
    use = offer.endpoint.info.finetunes
    if use is None:
        return Misfit.TAKES_NONE
    if use.by is FinetuneBy.ID and finetune.profile != offer.profile:
        return Misfit.OTHER_ACCOUNT
    if not may_work(finetune.base, _possible(finetune), use.bases):
        return Misfit.OTHER_BASE
    if use.by is FinetuneBy.ID and finetune.state is FinetuneState.MISSING:
        return Misfit.NOT_LISTED
    has_file = finetune.weights is not None or finetune.weights_url is not None
    return Misfit.NO_FILE if use.by is FinetuneBy.WEIGHTS and not has_file else None


FitsAs = tuple[str, Base | None, tuple[Base, ...], bool, bool]
"""All of a finetune that `misfit` looks at."""


def fits_as(finetune: Finetune) -> FitsAs:
    """Return what finetunes that go with the same endpoints have in common; there are few such kinds."""
    has_file = finetune.weights is not None or finetune.weights_url is not None
    missing = finetune.state is FinetuneState.MISSING
    return (finetune.profile, finetune.base, _possible(finetune), missing, has_file)


def fits(offer: Offer, finetune: Finetune) -> bool:
    """Tell whether an endpoint can generate with a finetune."""
    return misfit(offer, finetune) is None


def why_not(offer: Offer, finetune: Finetune) -> str:
    """Return the same in whole words, to stand behind the finetune's name, or `''` where it fits."""
    title, use = offer.endpoint.info.title, offer.endpoint.info.finetunes
    match misfit(offer, finetune):
        case Misfit.TAKES_NONE:
            return f"is not for {title}, which takes no finetune"
        case Misfit.OTHER_ACCOUNT if finetune.profile == OWN_FILES:
            return f"is a file of yours; {title} takes only what {offer.profile} has itself"
        case Misfit.OTHER_ACCOUNT:
            return f"belongs to the profile {finetune.profile}, not to {offer.profile}"
        case Misfit.OTHER_BASE if use is not None:
            wanted = " or ".join(sorted(base.title for base in use.bases))
            if finetune.base is None:
                return f"has other layers than {wanted}"
            return f"was trained on {finetune.base.title}, not on {wanted}"
        case Misfit.NO_FILE:
            return "has no file of its weights, neither here nor at an address"
        case Misfit.NOT_LISTED:
            return "is no longer listed by the service"
    return ""


def _possible(finetune: Finetune) -> tuple[Base, ...]:
    return finetune.weights.possible if finetune.weights is not None else ()


def finetune_value(offer: Offer, finetune: Finetune) -> str:
    """Return what stands in the request for a finetune: its id, or `profile/id` where its file is sent."""
    use = offer.endpoint.info.finetunes
    return finetune.ref if use is not None and use.by is FinetuneBy.WEIGHTS else finetune.id


@dataclass(frozen=True)
class Use:
    """Whether an endpoint can generate with some finetune, or why not."""

    offer: Offer
    misfit: Misfit | None = None


def uses_of(finetune: Finetune, offers: Iterable[Offer]) -> tuple[Use, ...]:
    """Return for every endpoint that takes finetunes at all whether it can generate with this one."""
    taking = (offer for offer in offers if offer.endpoint.info.finetunes is not None)
    return tuple(Use(offer, misfit(offer, finetune)) for offer in taking)
