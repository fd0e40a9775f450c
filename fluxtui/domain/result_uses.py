"""Where the result of a training can be used, derived from what endpoints take."""

from __future__ import annotations

from collections.abc import Iterable

from fluxtui.domain.endpoint import Availability, TrainingEndpoint
from fluxtui.domain.finetune import Finetune
from fluxtui.domain.parameters import PictureRole
from fluxtui.domain.picture_fields import field_with
from fluxtui.domain.text import plural
from fluxtui.domain.training_set import TrainingSet
from fluxtui.domain.uses import Offer, fits
from fluxtui.system.dataclass import dataclass

TO_COME = "to-come"
"""Stands for the id and the file of a finetune that is not trained yet; it is never sent."""


@dataclass(frozen=True)
class ResultUse:
    """What one service has to generate with the result of a training.

    Attributes:
        service: its name for people.
        titles: of its endpoints, those that are surely there first.
        may_have_ended: whether none of them is surely there.
    """

    service: str
    titles: tuple[str, ...]
    may_have_ended: bool = False


def expected_finetune(profile: str, trainer: type[TrainingEndpoint]) -> Finetune:
    """Return the finetune that a trainer will make, as far as it is known before."""
    dataset = TrainingSet(pairs=trainer.rules.pairs is not None)
    base = trainer.info.trains
    return Finetune(profile=profile, id=TO_COME, name="", base=base, weights_url=TO_COME, dataset=dataset)


def suits(offer: Offer, finetune: Finetune) -> bool:
    """Tell whether an endpoint generates with a finetune what that was trained for.

    A LoRA that has learned an edit goes with every endpoint for its base model, but does what it has learned
    only where there is a picture to be edited.
    """
    return fits(offer, finetune) and not has_no_edit(offer, finetune)


def has_no_edit(offer: Offer, finetune: Finetune) -> bool:
    """Tell whether a finetune has learned an edit, and the endpoint takes no picture to be edited."""
    return finetune.edits and field_with(offer.endpoint, PictureRole.REFERENCE) is None


def result_uses(
    profile: str, trainer: type[TrainingEndpoint], offers: Iterable[tuple[str, Offer]]
) -> tuple[ResultUse, ...]:
    """Return which of some endpoints generate with what a trainer makes, by the services that have them.

    A LoRA that has learned an edit counts as usable only where there is a picture to be edited.

    Args:
        profile: where it is trained.
        trainer: what it is trained with.
        offers: endpoints of all services, each with its service's name for people.
    """
    expected = expected_finetune(profile, trainer)
    found: dict[str, list[Offer]] = {}
    for service, offer in offers:
        if suits(offer, expected):
            found.setdefault(service, []).append(offer)
    return tuple(_use(service, offers) for service, offers in found.items())


def _use(service: str, offers: list[Offer]) -> ResultUse:
    sure = [offer for offer in offers if offer.endpoint.info.availability is not Availability.HISTORIC]
    titles = dict.fromkeys(offer.endpoint.info.title for offer in (*sure, *offers))
    return ResultUse(service, tuple(titles), may_have_ended=not sure)


def uses_text(uses: Iterable[ResultUse], most: int = 1) -> str:
    """Return where a result can be used, as a sentence; `most` titles of each service are named."""
    parts = []
    for use in uses:
        named, more = " · ".join(use.titles[:most]), len(use.titles) - most
        rest = plural(more, "more endpoint" if named else "endpoint") if more > 0 else ""
        doubt = ", which may have ended" if use.may_have_ended else ""
        parts.append(f"at {use.service} with {' and '.join(filter(None, (named, rest)))}{doubt}")
    return f"Its result works {'; '.join(parts)}." if parts else ""
