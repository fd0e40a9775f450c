"""What goes when a finetune is deleted: told beforehand, then done."""

from __future__ import annotations

from collections.abc import Iterable

from fluxtui.domain.errors import FluxError
from fluxtui.domain.finetune import OWN_FILES, Finetune, FinetuneState
from fluxtui.domain.weights import Weights
from fluxtui.services.jobs.gateway import Gateway
from fluxtui.system.dataclass import dataclass


@dataclass(frozen=True)
class Removal:
    """What deleting a finetune takes away.

    Attributes:
        finetune: which.
        at_service: whether its service deletes it; else it is only forgotten here.
        why_not: why the service cannot be told, as a sentence; `''` for a file that the user brought.
        comes_back: whether the service will list it again.
        weights: the file here that goes with it.
        shared_with: names of the finetunes for whose sake the file stays.
    """

    finetune: Finetune
    at_service: bool
    why_not: str = ""
    comes_back: bool = False
    weights: Weights | None = None
    shared_with: tuple[str, ...] = ()

    @property
    def is_final(self) -> bool:
        """Whether something is lost that may be nowhere else: at the service, or the file of a training."""
        return self.at_service or (self.weights is not None and self.finetune.profile != OWN_FILES)


async def removal_of(gateway: Gateway, finetune: Finetune, known: Iterable[Finetune]) -> Removal:
    """Return what deleting a finetune would take away; `known` are all finetunes of all profiles."""
    shared = tuple(
        other.name for other in known if other.ref != finetune.ref and _has_same_file(other, finetune)
    )
    weights = None if shared else finetune.weights
    if finetune.profile == OWN_FILES:
        return Removal(finetune, at_service=False, weights=weights, shared_with=shared)
    try:
        abilities = (await gateway.provider(finetune.profile)).abilities
    except FluxError as error:
        why = f"The service cannot be told: {error.message}"
        return Removal(finetune, at_service=False, why_not=why, weights=weights, shared_with=shared)
    if abilities.deletes_finetunes:
        return Removal(finetune, at_service=True, weights=weights, shared_with=shared)
    return Removal(
        finetune,
        at_service=False,
        why_not="The service deletes no finetunes when asked by a program.",
        comes_back=abilities.lists_finetunes,
        weights=weights,
        shared_with=shared,
    )


def _has_same_file(one: Finetune, other: Finetune) -> bool:
    if one.weights is None or other.weights is None or one.state is FinetuneState.DELETED:
        return False
    return one.weights.path == other.weights.path
