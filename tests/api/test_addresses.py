from __future__ import annotations

import pytest

from fluxtui.api.addresses import check_base_url, check_other_bases, is_loopback
from fluxtui.domain.errors import ConfigError


@pytest.mark.parametrize(
    "address",
    [
        "https://api.bfl.ai",
        "https://api.bfl.ai/",
        "https://proxy.example:8443/bfl",
        "http://127.0.0.1:8000",
        "http://localhost:1",
        "http://[::1]:8000",
    ],
)
def test_usable_base_urls(address: str) -> None:
    check_base_url(address)


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("http://api.bfl.ai", "readable by others"),
        ("http://127.0.0.1.evil.example", "readable by others"),
        ("http://localhost.evil.example", "readable by others"),
        ("ftp://api.bfl.ai", "must begin with https://"),
        ("api.bfl.ai", "must begin with https://"),
        ("", "must begin with https://"),
        ("https://", "must begin with https://"),
        ("https://user:pw@api.bfl.ai", "at most a path"),
        ("https://api.bfl.ai?x=1", "at most a path"),
        ("https://api.bfl.ai#x", "at most a path"),
        ("https://api.bfl.ai:port", "is not an address"),
        ("https://[::1", "is not an address"),
    ],
)
def test_unusable_base_urls_are_explained(address: str, reason: str) -> None:
    with pytest.raises(ConfigError) as raised:
        check_base_url(address)
    assert reason in raised.value.problems[0].reason
    assert raised.value.problems[0].field == "base_url"


def test_a_password_in_a_base_url_is_not_shown() -> None:
    with pytest.raises(ConfigError) as raised:
        check_base_url("https://user:hunter2@api.bfl.ai?token=hunter3")
    assert "hunter" not in raised.value.sentence()


@pytest.mark.parametrize(
    ("base_url", "other"),
    [
        ("https://queue.fal.run", "https://rest.fal.ai"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8001"),
        ("http://127.0.0.1:8000", "https://rest.fal.ai"),
    ],
)
def test_usable_other_bases(base_url: str, other: str) -> None:
    check_other_bases(base_url, {"rest": other})


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ("http://rest.fal.ai", "readable by others"),
        ("http://127.0.0.1:8001", "because the base URL is not on this machine"),
        ("https://user:hunter2@rest.fal.ai", "at most a path"),
        ("", "must begin with https://"),
    ],
)
def test_unusable_other_bases_are_explained_by_their_role(other: str, reason: str) -> None:
    with pytest.raises(ConfigError) as raised:
        check_other_bases("https://queue.fal.run", {"rest": other})
    assert raised.value.problems[0].field == "rest"
    assert reason in raised.value.problems[0].reason
    assert "hunter2" not in raised.value.sentence()


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "127.0.0.1", "127.8.8.8", "::1", "[::1]"])
def test_loopback(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["localhost.", "127.1", "0x7f000001", "2130706433", "0.0.0.0", "x", ""])  # noqa: S104
def test_not_plainly_loopback(host: str) -> None:
    assert not is_loopback(host)
