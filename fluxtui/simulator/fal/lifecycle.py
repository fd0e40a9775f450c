"""The headers by which a client says how long its files live.

Source: fal-client 1.0.3, which sends both and says that uploads to the CDN expect the first and those to a
storage behind it the second; @fal-ai/client 1.10.1, which sends the first alone; fal.ai documentation on
media expiration; all read 2026-11. Which of them fal obeys where is not known: here either will do, and
the faults `lifecycle-only` and `preference-only` let one alone count.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from fluxtui.simulator.core.faults import LIFECYCLE_ONLY, PREFERENCE_ONLY, FaultBox
from fluxtui.simulator.fal.errors import FalError, gateway_failure

LIFECYCLE, PREFERENCE = "X-Fal-Object-Lifecycle", "X-Fal-Object-Lifecycle-Preference"
_OBEYED = {LIFECYCLE_ONLY: (LIFECYCLE,), PREFERENCE_ONLY: (PREFERENCE,)}


def obeyed_headers(faults: FaultBox, where: str) -> tuple[str, ...]:
    """Return the names of the headers that count for a request, the first that is sent before the others."""
    fault = faults.take(where, tuple(_OBEYED))
    return (LIFECYCLE, PREFERENCE) if fault is None else _OBEYED[fault.kind]


def asked_lifetime(
    headers: Mapping[str, str], obeyed: tuple[str, ...] = (LIFECYCLE, PREFERENCE)
) -> float | None:
    """Return the seconds that files are to live, None where nothing is asked. Raises FalError (400)."""
    name = next((name for name in obeyed if headers.get(name) is not None), None)
    return None if name is None else _seconds(name, headers[name])


def _seconds(name: str, text: str) -> float | None:
    try:
        document = json.loads(text)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise FalError(gateway_failure(400, "bad_request", f"{name} is no JSON object."))
    seconds = document.get("expiration_duration_seconds")
    if seconds is None:
        return None
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds <= 0:
        raise FalError(gateway_failure(400, "bad_request", "expiration_duration_seconds must be above 0."))
    return float(seconds)
