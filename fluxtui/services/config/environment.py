"""What of our environment a program of somebody else's is given."""

from __future__ import annotations

import os
from collections.abc import Mapping

from fluxtui.providers.registry import provider_hosts, provider_ids
from fluxtui.services.config.layers import PREFIX
from fluxtui.services.config.model import TOKEN_FIELDS


def key_variables() -> frozenset[str]:
    """Return the names of the variables in which a key can be."""
    own = (f"{PREFIX}{name.upper()}" for name in ("api_key", *TOKEN_FIELDS))
    return frozenset({*own, *(provider_hosts(name).key_variable for name in provider_ids())})


def environ_without_keys(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return an environment for a command of the user's choice, which has no use for the keys of services.

    Args:
        environ: what it is made of, that of this process if not given.
    """
    environ = os.environ if environ is None else environ
    keys = key_variables()
    return {name: text for name, text in environ.items() if name not in keys}
