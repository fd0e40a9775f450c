"""Whether what is chosen or typed as a finetune goes with an endpoint. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from fluxtui.domain.endpoint import Control, Endpoint, Field, FinetuneBy, fields_of
from fluxtui.domain.errors import Problem
from fluxtui.domain.finetune import Finetune
from fluxtui.domain.uses import Offer, fits

WEIGHTS_SUFFIX = ".safetensors"


def finetune_fields(endpoint: type[Endpoint]) -> tuple[Field, ...]:
    """Return the fields that name finetunes, the chosen one's first; none where it takes none."""
    return tuple(item for item in fields_of(endpoint) if item.control is Control.FINETUNE)


def find_finetune(finetunes: Sequence[Finetune], profile: str, named: str | None) -> Finetune | None:
    """Return a finetune by its ref, or by the id that it has in a profile, or None."""
    refs = (named, f"{profile}/{named}")
    return next((item for item in finetunes if item.ref in refs), None) if named else None


def names_weights(text: str) -> bool:
    """Tell whether a text is an https address of a LoRA's file."""
    try:
        address = urlsplit(text)
    except ValueError:
        return False
    is_file = address.path.casefold().endswith(WEIGHTS_SUFFIX)
    return address.scheme == "https" and bool(address.netloc) and is_file and not text.split()[1:]


def goes_with(offer: Offer, named: str, finetune: Finetune | None) -> bool:
    """Tell whether an endpoint can generate with what is chosen.

    Args:
        offer: the endpoint.
        named: a ref, an id or an address.
        finetune: the finetune that it names, None where it is not known here.
    """
    if finetune is not None:
        return fits(offer, finetune)
    use = offer.endpoint.info.finetunes
    if use is None:
        return False
    return names_weights(named) if use.by is FinetuneBy.WEIGHTS else "://" not in named


def misfits(offer: Offer, values: Mapping[str, Any], finetunes: Sequence[Finetune]) -> tuple[Problem, ...]:
    """Return a problem for each finetune among the values of a request that the endpoint cannot use."""
    named = {item: str(values.get(item.name) or "") for item in finetune_fields(offer.endpoint)}
    return tuple(
        Problem(item.name, f"{item.title}: this endpoint cannot use what is chosen", whole=True)
        for item, name in named.items()
        if name and not goes_with(offer, name, find_finetune(finetunes, offer.profile, name))
    )
