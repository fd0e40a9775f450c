"""Who is let in: programs that mean this address, and no web page."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from fluxtui.simulator.admin import ADMIN_HEADER
from fluxtui.simulator.core import connections
from fluxtui.simulator.core.keys import VALID_KEY
from fluxtui.simulator.core.settings import Settings
from fluxtui.simulator.fal import keys as fal
from fluxtui.simulator.replicate import keys as replicate
from fluxtui.simulator.replicate.uploads import download_signature
from fluxtui.simulator.running import Simulator, running_simulator


def ports(simulator: Simulator) -> list[str]:
    """Return the addresses of all ports."""
    own = [simulator.base_url, simulator.polling_base_url, simulator.delivery_base_url]
    return [*own, *simulator.fal.urls.values(), *simulator.replicate.urls.values()]


@pytest.mark.parametrize(
    "host",
    ["evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "127.0.0.1.evil.example:{port}", "127.1:{port}", ""],
)
def test_a_name_that_was_made_to_lead_here_is_refused_at_every_port(simulator: Simulator, host: str) -> None:
    for url in ports(simulator):
        named = host.format(port=urlsplit(url).port)
        answer = httpx.get(f"{url}/simulator/ledger", headers={"host": named})
        assert answer.status_code == 421, (url, named)


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "LOCALHOST", "[::1]"])
def test_its_own_names_are_taken(simulator: Simulator, name: str) -> None:
    host = f"{name}:{urlsplit(simulator.base_url).port}"
    assert httpx.get(f"{simulator.base_url}/simulator/ledger", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:3000"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_what_a_web_page_sends_changes_and_tells_nothing(
    simulator: Simulator, client: httpx.Client, headers: dict[str, str]
) -> None:
    client.post("/v1/flux-dev", json={"prompt": "a fox"}).raise_for_status()
    for url in ports(simulator):
        assert httpx.post(f"{url}/simulator/reset", headers=headers).status_code == 403
        assert httpx.post(f"{url}/simulator/faults", headers=headers, json={"kind": "503"}).status_code == 403
        told = httpx.get(f"{url}/simulator/ledger", headers=headers)
        assert (told.status_code, "flux-dev" in told.text) == (403, False)
    assert client.post("/v1/flux-dev", json={"prompt": "a"}, headers=headers).status_code == 403
    assert [entry["endpoint"] for entry in simulator.ledger()] == ["flux-dev"]
    assert client.get("/simulator/faults").json() == []


def test_its_own_pages_and_the_address_bar_are_let_in(simulator: Simulator) -> None:
    for headers in (
        {"origin": simulator.base_url},
        {"sec-fetch-site": "none"},
        {"sec-fetch-site": "same-origin"},
    ):
        assert httpx.get(f"{simulator.base_url}/simulator/health", headers=headers).status_code == 200


def keys_of(simulator: Simulator) -> dict[str, str]:
    """Return the key that works at each service."""
    return simulator.call(simulator._simulation.keys)


@pytest.fixture(scope="module")
def private() -> Iterator[Simulator]:
    with running_simulator(Settings(private=True, seconds_per_image=0.1)) as running:
        yield running


def test_the_keys_that_everybody_knows_open_nothing_of_a_private_one(private: Simulator) -> None:
    own = keys_of(private)
    asked = {
        "bfl": (f"{private.base_url}/v1/credits", "x-key", "", VALID_KEY),
        "fal": (f"{private.fal.urls['platform']}/v1/account/billing", "authorization", "Key ", fal.VALID_KEY),
        "replicate": (
            f"{private.replicate.urls['api']}/v1/files",
            "authorization",
            "Bearer ",
            replicate.VALID_KEY,
        ),
    }
    for service, (url, header, before, public) in asked.items():
        for key, allowed in ((public, False), (own[service], True), (own[service][:-1], False)):
            status = httpx.get(url, headers={header: before + key}).status_code
            assert (status == 200) == allowed, (service, status)


def test_the_admin_paths_of_a_private_one_want_its_admin_key(private: Simulator) -> None:
    admin = private.call(lambda: private._simulation.keyring.admin_key)
    with httpx.Client(base_url=private.base_url) as client:
        for wrong in ({}, {ADMIN_HEADER: "x"}, {ADMIN_HEADER: "admin"}, {"x-key": VALID_KEY}):
            for method, path in (
                ("GET", "ledger"),
                ("GET", "violations"),
                ("GET", "faults"),
                ("POST", "faults"),
                ("DELETE", "faults"),
                ("POST", "finetunes"),
                ("POST", "reset"),
            ):
                answer = client.request(method, f"/simulator/{path}", headers=wrong, json={"kind": "503"})
                assert answer.status_code == 403, (method, path)
            assert set(client.get("/simulator/health?nonce=1", headers=wrong).json()) == {"status", "proof"}
        right = {ADMIN_HEADER: admin}
        assert client.get("/simulator/ledger", headers=right).json() == []
        assert "credits" in client.get("/simulator/health", headers=right).json()


def test_the_own_keys_outlive_a_reset_and_a_restart(tmp_path: Path) -> None:
    settings = Settings(private=True, state_directory=tmp_path)
    seen = []
    for _ in range(3):
        with running_simulator(settings) as running:
            seen.append(keys_of(running))
            running.reset()
    assert seen[0] == seen[1] == seen[2]
    with running_simulator(Settings(private=True)) as running:
        assert keys_of(running) != seen[0]


def test_an_address_of_a_file_cannot_be_signed_with_what_everybody_knows(private: Simulator) -> None:
    key = keys_of(private)["replicate"]
    with httpx.Client(base_url=private.replicate.urls["api"]) as client:
        file = client.post(
            "/v1/files", headers={"authorization": f"Bearer {key}"}, files={"content": ("a.txt", b"mine")}
        ).json()
        query = {"owner": "sim-valid", "expiry": "99999999999"}
        query["signature"] = download_signature(query["owner"], file["id"], query["expiry"])
        assert client.get(f"/v1/files/{file['id']}/download", params=query).status_code == 404


def test_whoever_opens_connections_and_says_nothing_keeps_nobody_out(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "MOST_CONNECTIONS", 20)
    parts = urlsplit(simulator.base_url)
    with ExitStack() as stack, httpx.Client(base_url=simulator.base_url) as before:
        before.get("/simulator/health").raise_for_status()
        silent = [
            stack.enter_context(socket.create_connection((str(parts.hostname), int(parts.port or 0)), 5))
            for _ in range(60)
        ]
        for one in silent[:41]:
            with pytest.raises(ConnectionError):
                if not one.recv(1):
                    raise ConnectionResetError
        assert httpx.get(f"{simulator.base_url}/simulator/health").status_code == 200
        assert before.get("/simulator/health").status_code == 200


def test_it_can_set_cookies_and_tells_who_sends_them_back(simulator: Simulator, client: httpx.Client) -> None:
    simulator.faults("cookies")
    answer = client.get("/v1/credits")
    assert answer.headers.get_list("set-cookie")[0].startswith("visitor=")
    httpx.get(f"{simulator.base_url}/simulator/health", headers={"cookie": "theme=dark; x=visitor=simulated"})
    assert simulator.violations() == []
    client.get("/v1/credits")
    (violation,) = simulator.violations()
    assert (violation["service"], violation["what"][:23]) == ("bfl", "A cookie was sent back.")


class Silent:
    """A connection on which nothing was asked; how it ends is told to nobody yet."""

    cycle = None

    def __init__(self, port: int) -> None:
        self.port, self.aborted, self.transport = port, 0, self

    def get_extra_info(self, _name: str) -> tuple[str, int]:
        """Return the client."""
        return ("127.0.0.1", self.port)

    def abort(self) -> None:
        """End it."""
        self.aborted += 1


def test_of_many_that_come_at_once_each_gives_way_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MOST_CONNECTIONS", 20)
    known, all_ = connections.Connections(), [Silent(port) for port in range(1, 61)]
    for one in all_:
        known.opened(one)  # type: ignore[arg-type]
    assert [one.aborted for one in all_] == [1] * 40 + [0] * 20
