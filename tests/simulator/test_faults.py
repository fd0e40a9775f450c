"""Which fault strikes which request."""

from __future__ import annotations

from random import Random

import pytest

from fluxtui.simulator.core.faults import Fault, FaultBox, fault_from_document, parse_fault


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("500", Fault(kind="500")),
        ("429-retry-after=7", Fault(kind="429-retry-after", seconds=7)),
        ("503:2@poll", Fault(kind="503", count=2, where="poll")),
        ("ingress-502@fal.submit", Fault(kind="ingress-502", service="fal", where="submit")),
        ("500:1@replicate.any", Fault(kind="500", count=1, service="replicate")),
        ("latency=1.5:25%@submit", Fault(kind="latency", seconds=1.5, rate=0.25, where="submit")),
    ],
)
def test_an_option_describes_a_fault(text: str, fault: Fault) -> None:
    assert parse_fault(text) == fault


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("earthquake", "no fault 'earthquake'"),
        ("500@moon", "not 'moon'"),
        ("500@moon.poll", "not 'moon'"),
        ("500:0", "1 or more"),
        ("500:150%", "from 0 to 1"),
        ("500:1.5", "whole number"),
        ("latency=9999999999", "1000000000"),
        ("latency=1.2.3", "cannot be read"),
        ("", "reads kind"),
    ],
)
def test_nonsense_is_refused_with_a_reason(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_fault(text)


@pytest.mark.parametrize(
    "document",
    [{"kind": "500", "count": True}, {"kind": "500", "rate": "x"}, {"kind": "500", "colour": 1}, {}],
)
def test_a_wrong_document_is_refused(document: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="fault"):
        fault_from_document(document)


def test_a_count_is_used_up_and_only_where_it_applies() -> None:
    box = FaultBox([Fault(kind="500", count=2, where="poll")], Random(1))
    assert box.take("submit", ("500",)) is None
    assert box.take("poll", ("503",)) is None
    assert box.take("poll", ("500",)) is not None
    assert box.listed()[0]["count"] == 1
    assert box.take("poll", ("500",)) is not None
    assert box.take("poll", ("500",)) is None
    assert box.listed() == []


def test_a_service_sees_only_its_own_faults_and_all_share_a_count() -> None:
    box = FaultBox([Fault(kind="500", count=1), Fault(kind="503", service="fal")], Random(1))
    fal, replicate = box.of("fal"), box.of("replicate")
    assert box.take("poll", ("503",)) is None
    assert replicate.take("poll", ("503",)) is None
    assert fal.take("poll", ("503",)) is not None
    assert replicate.take("poll", ("500",)) is not None
    assert fal.take("poll", ("500",)) is None
    box.clear()
    assert fal.listed() == []


def test_a_rate_strikes_its_share() -> None:
    box = FaultBox([Fault(kind="500", rate=0.3)], Random(1))
    struck = sum(box.take("poll", ("500",)) is not None for _ in range(1000))
    assert 250 < struck < 350
