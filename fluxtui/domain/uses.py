"""Which finetunes go with which endpoints: the one rule that form, browser and services follow."""

from __future__ import annotations

from dataclasses import dataclass

from fluxtui.domain.endpoint import FinetuneBy, GenerationEndpoint, TrainingEndpoint
from fluxtui.domain.finetune import Finetune


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


def fits(offer: Offer, finetune: Finetune) -> bool:
    """Tell whether an endpoint can generate with a finetune.

    By its id a finetune is known only where it was trained; the file of a LoRA goes anywhere. One whose base
    model is not known may fit any.
    """
    use = offer.endpoint.info.finetunes
    if use is None or (finetune.base is not None and finetune.base not in use.bases):
        return False
    if use.by is FinetuneBy.ID:
        return finetune.profile == offer.profile
    return finetune.weights is not None or finetune.weights_url is not None


def finetune_value(offer: Offer, finetune: Finetune) -> str:
    """Return what stands in the request for a finetune: its id, or `profile/id` where its file is sent."""
    use = offer.endpoint.info.finetunes
    return finetune.ref if use is not None and use.by is FinetuneBy.WEIGHTS else finetune.id
