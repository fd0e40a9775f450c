from __future__ import annotations

import pytest

from fluxtui.domain.money import Estimate, show_credits, show_usd, usd


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0, "$0.00"),
        (0.07, "$0.07"),
        (0.014, "$0.014"),
        (0.025, "$0.025"),
        (0.1, "$0.10"),
        (0.105, "$0.10"),
        (4, "$4.00"),
        (1234.5, "$1,234.50"),
        (0.03 + 1e-12, "$0.03"),
        (-0.014, "-$0.014"),
        (-2, "-$2.00"),
    ],
)
def test_usd_for_people(amount: float, text: str) -> None:
    assert show_usd(amount) == text


def test_credits_are_cents() -> None:
    assert usd(400) == 4
    assert show_credits(7) == "$0.07"


def test_estimates_multiply_and_tell_whether_they_are_exact() -> None:
    estimate = Estimate(7, "a picture").times(4)
    assert estimate.usd == pytest.approx(0.28)
    assert (estimate.credits, estimate.show()) == (28, "$0.28")
    assert Estimate(4.5, "2 MP out", exact=False).times(2).show() == "~$0.09"
