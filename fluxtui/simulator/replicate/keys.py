"""The keys that the simulated Replicate knows."""

from __future__ import annotations

from dataclasses import dataclass

from fluxtui.simulator.core.keys import AccessKey

VALID_KEY = "r8_sim_valid"
POOR_KEY = "r8_sim_poor"
THROTTLED_KEY = "r8_sim_throttled"

FILES_SECRET = "simulated-files-secret"  # noqa: S105
"""Signs the addresses of uploaded files that are fetched without a key."""
WEBHOOK_SECRET = "whsec_c2ltdWxhdGVkLXdlYmhvb2stc2VjcmV0"  # noqa: S105
"""What `GET /v1/webhooks/default/secret` gives; webhooks themselves are never called."""

_LITTLE_CREDIT = 300.0


@dataclass(frozen=True, slots=True)
class MemberKey(AccessKey):
    """A token. `username` begins the names of its models; `few_creates` limits it as having little credit.

    Models that a state of earlier versions kept begin with `former_username`.
    """

    username: str = ""
    former_username: str = ""
    few_creates: bool = False


def default_keys(credits_of_valid: float) -> tuple[MemberKey, ...]:
    """Return the three keys of every simulator; `credits_of_valid` is the balance of the valid one."""
    return (
        MemberKey(VALID_KEY, "valid", credits_of_valid, username="member-1", former_username="sim-valid"),
        MemberKey(POOR_KEY, "poor", 0.0, username="member-2", former_username="sim-poor"),
        MemberKey(
            THROTTLED_KEY,
            "throttled",
            _LITTLE_CREDIT,
            username="member-3",
            former_username="sim-throttled",
            few_creates=True,
        ),
    )
