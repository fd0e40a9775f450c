"""How long a download may go on."""

from __future__ import annotations

from fluxtui.api.downloads import DownloadDeadline
from fluxtui.api.limits import WEIGHTS_LIMITS, DownloadLimits

LIMITS = DownloadLimits(total=100, slowest=1000, longest=10_000, window=60, least=5000, what="LoRA file")


def given_up_at(rate: float, limits: DownloadLimits = LIMITS) -> float:
    """Return when a server is given up that sends so many bytes each second for ever."""
    pace, now = DownloadDeadline(limits, 0.0), 0.0
    while now < pace.deadline:
        now += 1
        pace.took(int(rate * now), now)
    return now


def test_what_drips_is_given_up_within_a_window() -> None:
    assert given_up_at(0.02) == 60
    assert given_up_at(80) == 60


def test_what_is_slower_than_the_slowest_gets_only_what_it_has_earned() -> None:
    assert 100 < given_up_at(500) <= 201


def test_what_is_quick_is_given_up_at_the_longest_alone() -> None:
    assert given_up_at(1000) == given_up_at(1e6) == 10_000


def test_a_quick_beginning_earns_no_drip_behind_it() -> None:
    pace = DownloadDeadline(LIMITS, 0.0)
    pace.took(50_000_000, 10.0)
    for second in range(20, 70, 10):
        pace.took(50_000_000 + second, float(second))
    assert pace.deadline == 70.0
    assert pace.fault() == "sent only 60 B of the LoRA file in 60 seconds, less than 5.0 kB"


def test_a_lora_without_a_size_takes_hours_at_most_and_a_dripping_one_a_minute() -> None:
    assert given_up_at(10_001, WEIGHTS_LIMITS) == 6 * 3600
    assert given_up_at(900, WEIGHTS_LIMITS) == 60
    assert given_up_at(2000, WEIGHTS_LIMITS) < 400
