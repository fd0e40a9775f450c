"""What the user is told: how grave it is, when it was said, and its words."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from fluxtui.system.dataclass import dataclass

Severity = Literal["information", "success", "warning", "error"]


@dataclass(frozen=True)
class Notice:
    """Something that was told to the user, kept until read."""

    at: datetime
    severity: Severity
    title: str
    text: str


@dataclass(frozen=True)
class Balance:
    """Credits left at the service, and when it said so."""

    credits: float
    at: datetime
