"""The keys that the simulated Replicate knows."""

from __future__ import annotations

from dataclasses import dataclass

VALID_KEY = "r8_sim_valid"
POOR_KEY = "r8_sim_poor"
THROTTLED_KEY = "r8_sim_throttled"

FILES_SECRET = "simulated-files-secret"  # noqa: S105
"""Signs the addresses of uploaded files that are fetched without a key."""
WEBHOOK_SECRET = "whsec_c2ltdWxhdGVkLXdlYmhvb2stc2VjcmV0"  # noqa: S105
"""What `GET /v1/webhooks/default/secret` gives; webhooks themselves are never called."""


@dataclass(frozen=True, slots=True)
class AccessKey:
    """One token: its secret text, the name by which records call it, its account's user name, its credits.

    `few_creates` puts it under the limit for accounts with little credit.
    """

    secret: str
    name: str
    username: str
    credits: float
    few_creates: bool = False


def default_keys(credits_of_valid: float) -> tuple[AccessKey, ...]:
    """Return the three keys of every simulator; `credits_of_valid` is the balance of the valid one."""
    return (
        AccessKey(VALID_KEY, "valid", "sim-valid", credits_of_valid),
        AccessKey(POOR_KEY, "poor", "sim-poor", 0.0),
        AccessKey(THROTTLED_KEY, "throttled", "sim-throttled", 300.0, few_creates=True),
    )
