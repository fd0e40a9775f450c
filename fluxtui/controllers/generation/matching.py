"""Whether what is chosen or typed as a finetune goes with an endpoint. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from fluxtui.domain.endpoint import Control, Endpoint, Field, FinetuneBy, Parameter, fields_of
from fluxtui.domain.errors import Problem
from fluxtui.domain.finetune import Finetune
from fluxtui.domain.loras import finetunes_named
from fluxtui.domain.text import safe_text
from fluxtui.domain.uses import Offer, fits, why_not

WEIGHTS_SUFFIX = ".safetensors"
NAME_LIMIT = 80
"""More characters of a name are not repeated in a sentence."""


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
    found = []
    for item, field, name in finetunes_named(offer.endpoint, values):
        finetune = find_finetune(finetunes, offer.profile, name)
        if not goes_with(offer, name, finetune):
            found.append(Problem(field, _reason(offer, item, finetune), whole=True))
    return tuple(found)


def _reason(offer: Offer, item: Parameter, finetune: Finetune | None) -> str:
    if finetune is not None:
        return f"{safe_text(finetune.name, limit=NAME_LIMIT)} {why_not(offer, finetune)}"
    use = offer.endpoint.info.finetunes
    by_file = use is not None and use.by is FinetuneBy.WEIGHTS
    wanted = f"the https address of a {WEIGHTS_SUFFIX} file" if by_file else "an id, not an address"
    return f"{item.title} must be one of yours or {wanted}"
