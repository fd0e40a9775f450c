"""In which network an address lies, however it is spelled."""

from __future__ import annotations

import pytest

from fluxtui.api.reach import Reach, reach_of


@pytest.mark.parametrize(
    ("wanted", "spellings"),
    [
        (
            Reach.LOOPBACK,
            "127.0.0.1 127.1 2130706433 0x7f.1 0177.0.0.1 127.9.9.9 0.0.0.0 0 ::1 [::1] :: localhost "
            "LOCALHOST. any.localhost ::ffff:127.0.0.1 ::127.0.0.1 64:ff9b::7f00:1 2002:7f00:1::",
        ),
        (
            Reach.LINK_LOCAL,
            "169.254.169.254 2852039166 0xa9fea9fe 0251.0376.0251.0376 ::ffff:169.254.169.254 "
            "fe80::1 fe80::1%eth0",
        ),
        (
            Reach.PRIVATE,
            "10.0.0.1 10.1 172.16.0.1 192.168.1 100.64.0.1 198.18.0.1 fd00::1 fd00:ec2::254 fec0::1 "
            "224.0.0.1 255.255.255.255 ff02::1 ::ffff:10.0.0.1 64:ff9b::a00:1 2002:a00:1::",
        ),
        (Reach.PUBLIC, "8.8.8.8 134744072 2606:4700::1111 ::ffff:8.8.8.8 64:ff9b::808:808 2002:808:808::"),
        (None, "api.bfl.ai metadata.google.internal localhost.example 127.0.0.1.example 1.2.3.4.5 0x"),
    ],
)
def test_each_spelling_means_its_network(wanted: Reach | None, spellings: str) -> None:
    assert {host: reach_of(host) for host in spellings.split()} == dict.fromkeys(spellings.split(), wanted)
