"""The keys that the simulated service knows."""

from __future__ import annotations

from dataclasses import dataclass

VALID_KEY = "sim-valid"
POOR_KEY = "sim-poor"
FORBIDDEN_KEY = "sim-forbidden"

POOR_CREDITS = 0.5


@dataclass(frozen=True, slots=True)
class AccessKey:
    """One API key: its secret text, the name by which records call it, and what it may do."""

    secret: str
    name: str
    credits: float
    permitted: bool = True
    admin: bool = True
    """Whether it may ask about the account, where a service tells keys apart that way."""


def default_keys(credits_of_valid: float) -> tuple[AccessKey, ...]:
    """Return the three keys of every simulator; `credits_of_valid` is the balance of the valid one."""
    return (
        AccessKey(VALID_KEY, "valid", credits_of_valid),
        AccessKey(POOR_KEY, "poor", POOR_CREDITS),
        AccessKey(FORBIDDEN_KEY, "forbidden", 0.0, permitted=False),
    )
