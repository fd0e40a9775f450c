"""The header by which a client says how long its files live.

Source: fal-client 1.0.3 and fal.ai documentation on media expiration, read 2026-11.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from fluxtui.simulator.fal.errors import FalError, gateway_failure

HEADER = "X-Fal-Object-Lifecycle-Preference"


def asked_lifetime(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that files are to live, None where nothing is asked. Raises FalError (400)."""
    text = headers.get(HEADER)
    if text is None:
        return None
    try:
        document = json.loads(text)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise FalError(gateway_failure(400, "bad_request", f"{HEADER} is no JSON object."))
    seconds = document.get("expiration_duration_seconds")
    if seconds is None:
        return None
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds <= 0:
        raise FalError(gateway_failure(400, "bad_request", "expiration_duration_seconds must be above 0."))
    return float(seconds)
