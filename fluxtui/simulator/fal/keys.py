"""The keys that the simulated fal knows, and who asks with one.

Source: fal-client 1.0.3 (the header), third-party reports of the refusals, read 2026-11.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fluxtui.simulator.core.keys import POOR_CREDITS, AccessKey

if TYPE_CHECKING:
    from fluxtui.simulator.core.accounts import Account, Accounts

VALID_KEY = "sim-id:sim-valid"
POOR_KEY = "sim-id:sim-poor"
FORBIDDEN_KEY = "sim-id:sim-forbidden"
SCOPED_KEY = "sim-id:sim-scoped"

MALFORMED = "Invalid Key Authorization header format. Expected '<key_id>:<key_secret>'."
UNKNOWN = "No user found for Key ID and Secret"
LOCKED = "User is locked. Reason: Exhausted balance. Top up your balance at fal.ai/dashboard/billing."
NOT_PERMITTED = "This key may not call this application."

_HEADER = re.compile(r"Key ([^\s:]+:[^\s:]+)")


def fal_keys(credits_of_valid: float) -> tuple[AccessKey, ...]:
    """Return the keys of every simulator; all but the poor one begin with what they need."""
    return (
        AccessKey(VALID_KEY, "valid", credits_of_valid),
        AccessKey(POOR_KEY, "poor", POOR_CREDITS),
        AccessKey(FORBIDDEN_KEY, "forbidden", 0.0, permitted=False, admin=False),
        AccessKey(SCOPED_KEY, "scoped", credits_of_valid, admin=False),
    )


def authenticated(accounts: Accounts, header: str | None) -> Account:
    """Return the account that an `Authorization` header names. Raises FalError (401, 403)."""
    from fluxtui.simulator.fal.errors import FalError, refused

    match = _HEADER.fullmatch(header or "")
    if match is None:
        raise FalError(refused(401, MALFORMED))
    account = accounts.with_secret(match[1])
    if account is None:
        raise FalError(refused(401, UNKNOWN))
    if not account.key.permitted:
        raise FalError(refused(403, NOT_PERMITTED))
    return account
