from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluxtui.api.hosts import HostPolicy, parsed
from fluxtui.api.reach import Reach
from fluxtui.domain.errors import UnexpectedAnswer

BFL = HostPolicy("https://api.bfl.ai", (".bfl.ai",))
PROXY = HostPolicy("https://proxy.example:8443/bfl", (".bfl.ai",))
LOCAL = HostPolicy("http://127.0.0.1:8000", (".bfl.ai",))
OTHERS = {"rest": "https://rest.fal.ai", "platform": "https://api.fal.ai/v1"}
FAL = HostPolicy("https://queue.fal.run", ("fal.run",), OTHERS)
LOCAL_OTHERS = {"rest": "http://127.0.0.1:8001/rest", "platform": "http://localhost:80"}
LOCAL_FAL = HostPolicy("http://127.0.0.1:8000", ("fal.run",), LOCAL_OTHERS)


@pytest.mark.parametrize(
    ("policy", "address"),
    [
        (BFL, "https://api.bfl.ai/v1/get_result?id=1"),
        (BFL, "https://API.BFL.AI/v1/get_result?id=1"),
        (BFL, "https://api.bfl.ai:443/x"),
        (BFL, "https://api.eu2.bfl.ai/v1/get_result?id=1"),
        (PROXY, "https://proxy.example:8443/x"),
        (PROXY, "https://proxy.example/x"),
        (PROXY, "https://api.us.bfl.ai/x"),
        (LOCAL, "http://127.0.0.1:8001/x"),
        (LOCAL, "http://localhost:9/x"),
        (LOCAL, "http://[::1]:9/x"),
        (LOCAL, "https://127.0.0.1:8443/x"),
        (LOCAL, "https://api.bfl.ai/x"),
        (FAL, "https://queue.fal.run/fal-ai/flux-2/requests/1"),
        (FAL, "https://fal.run/x"),
        (FAL, "https://rest.fal.ai/storage/upload/initiate?storage_type=fal-cdn-v3"),
        (FAL, "https://api.fal.ai/v2/x"),
        (LOCAL_FAL, "http://127.0.0.1:8000/x"),
        (LOCAL_FAL, "http://127.0.0.1:8001/x"),
        (LOCAL_FAL, "http://localhost/x"),
        (LOCAL_FAL, "http://localhost:80/x"),
    ],
)
def test_hosts_that_may_have_the_key(policy: HostPolicy, address: str) -> None:
    assert str(policy.resolve(address)) == str(parsed(address))


@pytest.mark.parametrize(
    ("policy", "address"),
    [
        (BFL, "http://api.bfl.ai/x"),
        (BFL, "http://127.0.0.1/x"),
        (BFL, "http://[::1]/x"),
        (BFL, "https://127.0.0.1/x"),
        (BFL, "https://bfl.ai/x"),
        (BFL, "https://evilbfl.ai/x"),
        (BFL, "https://api.bfl.ai.evil.example/x"),
        (BFL, "https://api.bfl.ai@evil.example/x"),
        (BFL, "https://evil.example@api.bfl.ai/x"),
        (BFL, "https://api.bfl.ai%40evil.example/x"),
        (BFL, "https://api.bfl.ai\\@evil.example/x"),
        (BFL, "https://evil.example\\.bfl.ai/x"),
        (BFL, "https://evil.example%2f.bfl.ai/x"),
        (BFL, "https://evil.example#.bfl.ai"),
        (BFL, "https://evil.example?.bfl.ai"),
        (BFL, "https://evil.example/.bfl.ai"),
        (BFL, "https://api.bfl.ai./x"),
        (BFL, "https://api.bfl.ai:8443/x"),
        (BFL, "https://eu.bfl.ai:8443/x"),
        (BFL, "https://api.bfl.ai:99999/x"),
        (BFL, "https://.bfl.ai/x"),
        (BFL, "https://ev il.bfl.ai/x"),
        (BFL, "https://api.bfl.ai\t.evil.example/x"),
        (BFL, "https:///api.bfl.ai/x"),
        (BFL, "ftp://api.bfl.ai/x"),
        (BFL, "file:///etc/passwd"),
        (BFL, "javascript:alert(1)"),
        (BFL, "api.bfl.ai/x"),
        (BFL, ""),
        (BFL, "https://\ud800.bfl.ai/x"),
        (PROXY, "https://proxy.example:9000/x"),
        (PROXY, "http://proxy.example:8443/x"),
        (LOCAL, "http://api.bfl.ai/x"),
        (LOCAL, "http://127.0.0.1.evil.example/x"),
        (LOCAL, "http://localhost.evil.example/x"),
        (LOCAL, "http://127.1/x"),
        (LOCAL, "http://localhost@evil.example/x"),
        (LOCAL, "http://10.0.0.1/x"),
        (LOCAL, "https://evil.example/x"),
        (FAL, "https://v3.fal.media/files/x"),
        (FAL, "https://other.fal.run/x"),
        (FAL, "https://fal.ai/x"),
        (FAL, "https://rest.fal.ai:8443/x"),
        (FAL, "http://rest.fal.ai/x"),
        (FAL, "http://127.0.0.1:8000/x"),
        (LOCAL_FAL, "http://127.0.0.1:8002/x"),
        (LOCAL_FAL, "http://127.0.0.1/x"),
        (LOCAL_FAL, "http://localhost:8000/x"),
        (LOCAL_FAL, "http://localhost:8001/x"),
        (LOCAL_FAL, "http://[::1]:8000/x"),
        (LOCAL_FAL, "https://127.0.0.1:8000/x"),
        (LOCAL_FAL, "https://fal.run/x"),
    ],
)
def test_addresses_that_are_refused(policy: HostPolicy, address: str) -> None:
    with pytest.raises(UnexpectedAnswer) as raised:
        policy.resolve(address)
    assert not raised.value.retryable


def test_the_refusal_names_the_host_and_not_the_query() -> None:
    with pytest.raises(UnexpectedAnswer) as raised:
        BFL.resolve("https://evil.example/poll?signature=abc")
    assert "evil.example" in raised.value.sentence()
    assert "abc" not in raised.value.sentence()


@pytest.mark.parametrize("path", ["/v1/credits", "/v1/x?y=1", "//evil.example/x", "/@evil.example"])
def test_a_path_stays_on_the_profiles_host(path: str) -> None:
    url = PROXY.resolve(path)
    assert (url.host, url.port) == ("proxy.example", 8443)
    assert url.path.startswith("/bfl/")


@pytest.mark.parametrize(
    ("policy", "base", "address"),
    [
        (FAL, "", "https://queue.fal.run/models?x=1"),
        (FAL, "rest", "https://rest.fal.ai/models?x=1"),
        (FAL, "platform", "https://api.fal.ai/v1/models?x=1"),
        (LOCAL_FAL, "rest", "http://127.0.0.1:8001/rest/models?x=1"),
    ],
)
def test_a_path_is_below_the_base_of_its_role(policy: HostPolicy, base: str, address: str) -> None:
    assert str(policy.resolve("/models?x=1", base)) == address


@given(st.text(max_size=40))
def test_whatever_is_asked_the_key_stays_at_trusted_hosts(text: str) -> None:
    for address in (text, f"https://{text}", f"https://{text}.bfl.ai/", f"https://api.bfl.ai{text}"):
        try:
            url = BFL.resolve(address)
        except UnexpectedAnswer:
            continue
        assert url.scheme == "https"
        assert url.host.endswith(".bfl.ai")
        assert url.raw_host.replace(b".", b"").replace(b"-", b"").replace(b"_", b"").isalnum()


@pytest.mark.parametrize(
    ("policy", "address", "allowed"),
    [
        (BFL, "https://delivery-eu1.bfl.ai/results/1.png?sig=2", True),
        (BFL, "https://storage.example/1.png", True),
        (BFL, "http://storage.example/1.png", False),
        (BFL, "http://127.0.0.1/1.png", False),
        (LOCAL, "http://127.0.0.1:9/1.png", True),
        (LOCAL, "http://storage.example/1.png", False),
    ],
)
def test_where_results_may_be_fetched_from_and_files_sent_to(
    policy: HostPolicy, address: str, allowed: bool
) -> None:
    url = parsed(address)
    if allowed:
        policy.check_download(url)
        policy.check_upload(url)
    else:
        with pytest.raises(UnexpectedAnswer, match="result is offered"):
            policy.check_download(url)
        with pytest.raises(UnexpectedAnswer, match="file should go to"):
            policy.check_upload(url)


LAN = HostPolicy("https://10.0.0.7:8443")
IN_A_LAN = (
    "https://10.0.0.9/1.png",
    "https://192.168.1/1.png",
    "https://[fd00::1]/1.png",
    "https://[::ffff:10.0.0.1]/1.png",
    "https://167772161/1.png",
)
ON_THIS_MACHINE = (
    "https://127.0.0.1/1.png",
    "https://localhost/1.png",
    "https://[::1]:9/1.png",
    "https://127.1/1",
)
METADATA = (
    "https://169.254.169.254/latest",
    "https://2852039166/",
    "https://0xa9fea9fe/",
    "https://[fe80::1]/",
)


@pytest.mark.parametrize(
    ("policy", "refused", "taken"),
    [
        (
            BFL,
            (*IN_A_LAN, *ON_THIS_MACHINE, *METADATA),
            ("https://8.8.8.8/1.png", "https://cdn.example/1.png"),
        ),
        (PROXY, (*IN_A_LAN, *ON_THIS_MACHINE, *METADATA), ("https://cdn.example/1.png",)),
        (LAN, (*ON_THIS_MACHINE, *METADATA), (*IN_A_LAN, "https://cdn.example/1.png")),
        (LOCAL, (*IN_A_LAN, *METADATA), (*ON_THIS_MACHINE, "https://cdn.example/1.png")),
    ],
)
def test_a_service_sends_us_only_to_networks_that_it_is_in_itself(
    policy: HostPolicy, refused: tuple[str, ...], taken: tuple[str, ...]
) -> None:
    for address in taken:
        policy.check_download(parsed(address))
        policy.check_upload(parsed(address))
    for address in refused:
        with pytest.raises(UnexpectedAnswer, match="not there itself, so nothing was asked"):
            policy.check_download(parsed(address))
        with pytest.raises(UnexpectedAnswer, match="not there itself, so nothing was sent"):
            policy.check_upload(parsed(address))


def test_where_a_server_of_the_profile_has_been_reached_is_its_own_network() -> None:
    policy = HostPolicy("https://pictures.office.example", (".bfl.ai",))
    policy.learn(parsed("https://files.office.example/x"), "10.0.0.7")
    assert not policy.may_reach(Reach.PRIVATE)
    policy.learn(parsed("https://pictures.office.example/v1/credits"), "10.0.0.7")
    assert policy.may_reach(Reach.PRIVATE)
    assert not policy.may_reach(Reach.LOOPBACK)
    assert not policy.may_reach(Reach.LINK_LOCAL)
