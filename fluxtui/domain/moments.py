"""Which times can be: what a service, a file or a damaged journal tells can be any year."""

from __future__ import annotations

from datetime import datetime

_FIRST_YEAR, _LAST_YEAR = 1970, 9000
"""Between these every time is one in every zone; nothing that this program tells of is older or younger."""


def can_be(moment: datetime) -> bool:
    """Tell whether a time says its zone and can be turned into that of any other."""
    return moment.tzinfo is not None and _FIRST_YEAR <= moment.year <= _LAST_YEAR
