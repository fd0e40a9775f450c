"""The services of one simulator and the ports that each needs, by what they are for."""

from __future__ import annotations

BFL = "bfl"
ROLES = {
    "fal": ("queue", "rest", "platform", "upload", "cdn"),
    "replicate": ("api", "delivery"),
    "runware": ("api", "delivery"),
}
"""The ports of each service beside BFL, in the order of the command line and of default numbers."""

SERVICES = (BFL, *ROLES)
