"""The keys that the simulated Runware knows."""

from __future__ import annotations

from fluxtui.simulator.core.keys import AccessKey

VALID_KEY = "RwSimValid0000000000000000000001"
POOR_KEY = "RwSimPoor00000000000000000000002"
FORBIDDEN_KEY = "RwSimForbidden000000000000000003"


def default_keys(credits_of_valid: float) -> tuple[AccessKey, ...]:
    """Return the three keys of every simulator; `credits_of_valid` is the balance of the valid one."""
    return (
        AccessKey(VALID_KEY, "valid", credits_of_valid),
        AccessKey(POOR_KEY, "poor", 0.0),
        AccessKey(FORBIDDEN_KEY, "forbidden", 0.0, permitted=False),
    )
