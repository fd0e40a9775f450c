"""Which finetunes go with which endpoints: the one rule that form, browser and services follow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fluxtui.domain.endpoint import FinetuneBy, GenerationEndpoint
from fluxtui.domain.finetune import OWN_FILES, Finetune, FinetuneState


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
class Use:
    """Whether an endpoint can generate with some finetune: `reason` is a clause about it where not."""

    offer: Offer
    reason: str = ""


def fits(offer: Offer, finetune: Finetune) -> bool:
    """Tell whether an endpoint can generate with a finetune.

    By its id a finetune is known only where it was trained; the file of a LoRA goes anywhere. One whose base
    model is not known may fit any.
    """
    return not misfit(offer, finetune)


def misfit(offer: Offer, finetune: Finetune) -> str:
    """Return why an endpoint cannot generate with a finetune, as a clause about that; `''` where it can."""
    use = offer.endpoint.info.finetunes
    if use is None:
        return "is not wanted there: the endpoint takes none"
    if use.by is FinetuneBy.ID and finetune.profile != offer.profile:
        whose = "is a file of yours" if finetune.profile == OWN_FILES else f"belongs to {finetune.profile}"
        return f"{whose}; only what {offer.profile} has itself is known there"
    if use.by is FinetuneBy.ID and finetune.state is FinetuneState.MISSING:
        return "is no longer listed by the service"
    if finetune.base is not None and finetune.base not in use.bases:
        wanted = " or ".join(sorted(base.title for base in use.bases))
        return f"was trained on {finetune.base.title}, not on {wanted}"
    if use.by is FinetuneBy.WEIGHTS and finetune.weights is None and finetune.weights_url is None:
        return "has no file of its weights, neither here nor at an address"
    return ""


def uses_of(finetune: Finetune, offers: Iterable[Offer]) -> tuple[Use, ...]:
    """Return for every endpoint that takes finetunes at all whether it can generate with this one."""
    taking = (offer for offer in offers if offer.endpoint.info.finetunes is not None)
    return tuple(Use(offer, misfit(offer, finetune)) for offer in taking)


def finetune_value(offer: Offer, finetune: Finetune) -> str:
    """Return what stands in the request for a finetune: its id, or `profile/id` where its file is sent."""
    use = offer.endpoint.info.finetunes
    return finetune.ref if use is not None and use.by is FinetuneBy.WEIGHTS else finetune.id
