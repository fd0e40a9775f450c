"""The simulator in the background of a demo."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import httpx
import pytest

from fluxtui.demo import simulation
from fluxtui.demo.simulation import SimulatorError, Speed, simulator
from fluxtui.simulator.core.keys import VALID_KEY
from fluxtui.simulator.fal.keys import VALID_KEY as FAL_KEY
from fluxtui.simulator.replicate.keys import VALID_KEY as REPLICATE_KEY
from fluxtui.simulator.runware.keys import VALID_KEY as RUNWARE_KEY

FAST = Speed(training=0.2, image=0.05)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "simulator"
    ready = tmp_path / "simulator" / "ready.json"
    if ready.exists():
        stop(json.loads(ready.read_text())["pid"])
    for process in simulation._left_running:
        process.poll()


def stop(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    for _ in range(4000):
        if not alive(pid):
            return
        time.sleep(0.01)


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_demos_at_the_same_time_share_one(folder: Path) -> None:
    with simulator(folder, FAST) as first, simulator(folder, FAST) as second:
        assert first == second


def test_after_a_kill_it_comes_back_at_the_same_address(folder: Path) -> None:
    with simulator(folder, FAST) as before:
        stop(json.loads((folder / "ready.json").read_text())["pid"])
        with simulator(folder, FAST) as after:
            assert after == before


class Impostor(BaseHTTPRequestHandler):
    """Answers as a simulator does, but cannot know its secret."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        body = json.dumps({"status": "ok", "proof": "0" * 64}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words: object) -> None:
        """Say nothing."""


def impostor_at(port: int, kind: type[BaseHTTPRequestHandler] = Impostor) -> ThreadingHTTPServer:
    """Return an impostor on a port; threads of a killed process may still hold it for a moment."""
    for _ in range(4000):
        with suppress(OSError):
            return ThreadingHTTPServer(("127.0.0.1", port), kind)
        time.sleep(0.01)
    raise AssertionError(f"port {port} never became free")


def test_somebody_else_on_its_port_is_not_believed(folder: Path) -> None:
    with simulator(folder, FAST) as before:
        stop(json.loads((folder / "ready.json").read_text())["pid"])
        port = int(before.bfl.rpartition(":")[2])
        with impostor_at(port) as impostor:
            threading.Thread(target=impostor.serve_forever, args=(0.01,), daemon=True).start()
            with simulator(folder, FAST) as after:
                assert after.bfl != before.bfl
            impostor.shutdown()
    assert [path.partition("?")[0] for path in Impostor.asked] == ["/simulator/health"]


class Dripper(BaseHTTPRequestHandler):
    """Answers one byte at a time and never to the end."""

    def do_GET(self) -> None:
        with suppress(OSError):
            for _ in range(6000):
                self.wfile.write(b"H")
                time.sleep(0.02)

    def log_message(self, *words: object) -> None:
        """Say nothing."""


class Redirector(Impostor):
    """Sends whoever asks to somewhere else."""

    followed: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.followed.append(self.path)
        self.send_response(302)
        self.send_header("Location", f"http://{self.headers['Host']}/followed")
        self.end_headers()


@pytest.mark.parametrize("kind", [Dripper, Redirector])
def test_somebody_else_on_its_port_leads_nowhere_and_holds_nobody_up(
    folder: Path, kind: type[BaseHTTPRequestHandler], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulation, "ASK_SECONDS", 0.3)
    with simulator(folder, FAST) as before:
        stop(json.loads((folder / "ready.json").read_text())["pid"])
        port = int(before.bfl.rpartition(":")[2])
        with impostor_at(port, kind) as impostor:
            impostor.daemon_threads = True
            threading.Thread(target=impostor.serve_forever, args=(0.01,), daemon=True).start()
            began = time.monotonic()
            known = simulation._announced(folder)
            assert known is not None
            assert not simulation._is_proven(known)
            assert time.monotonic() - began < 30
            impostor.shutdown()
    assert "/followed" not in Redirector.followed


def test_what_proves_it_is_for_the_user_alone(folder: Path) -> None:
    with simulator(folder, FAST):
        ready = folder / "ready.json"
        assert ready.stat().st_mode & 0o777 == 0o600
        assert len(json.loads(ready.read_text())["secret"]) == 64


def test_a_process_that_has_its_id_now_is_left_alone(folder: Path) -> None:
    with simulator(folder, FAST):
        ready = folder / "ready.json"
        document = json.loads(ready.read_text())
        stop(document["pid"])
        with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
            ready.write_text(json.dumps({**document, "pid": other.pid}))
            with simulator(folder, FAST):
                assert other.poll() is None
            other.kill()


def test_one_of_an_older_program_is_ended_and_another_takes_its_place(folder: Path) -> None:
    with simulator(folder, FAST) as before:
        ready = folder / "ready.json"
        document = json.loads(ready.read_text())
        del document["secret"]
        ready.write_text(json.dumps(document))
        with simulator(folder, FAST) as after:
            assert after == before
        assert not alive(document["pid"])


@pytest.mark.parametrize("missing", ["keys", "admin_key"])
def test_one_with_the_keys_that_everybody_knows_is_replaced(folder: Path, missing: str) -> None:
    with simulator(folder, FAST) as before:
        ready = folder / "ready.json"
        document = json.loads(ready.read_text())
        ready.write_text(json.dumps({**document, missing: ""}))
        with simulator(folder, FAST) as after:
            assert after == before
        assert not alive(document["pid"])


def test_each_demo_has_keys_of_its_own_and_a_door_of_its_own(folder: Path, tmp_path: Path) -> None:
    with simulator(folder, FAST) as ours:
        assert set(ours.keys) == {"bfl", "fal", "replicate", "runware"}
        assert not {VALID_KEY, FAL_KEY, REPLICATE_KEY, RUNWARE_KEY} & set(ours.keys.values())
        assert not any(key in repr(ours) for key in ours.keys.values())
        assert httpx.get(f"{ours.bfl}/simulator/ledger").status_code == 403
        pid = json.loads((folder / "ready.json").read_text())["pid"]
        line = Path(f"/proc/{pid}/cmdline")
        if line.exists():
            assert not any(key.encode() in line.read_bytes() for key in ours.keys.values())
    with simulator(tmp_path / "other", FAST) as theirs:
        stop(json.loads((tmp_path / "other" / "ready.json").read_text())["pid"])
    assert not set(theirs.keys.values()) & set(ours.keys.values())


def test_no_file_of_the_working_directory_is_run(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "downloads"
    here.mkdir()
    for name in ("uvicorn", "starlette", "random", "fluxtui"):
        (here / f"{name}.py").write_text(f"open({str(here / 'ran')!r}, 'w')")
    monkeypatch.chdir(here)
    monkeypatch.setenv("PYTHONPATH", os.pathsep)
    with simulator(folder, FAST):
        assert not (here / "ran").exists()


LITTLE_ROOM = """
import resource, sys
from pathlib import Path
from fluxtui.demo.simulation import Speed, simulator
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
try:
    with simulator(Path(sys.argv[1]), Speed(0.2, 0.05)):
        print("started")
except Exception as error:
    print(type(error).__name__, error)
"""


def test_without_room_nothing_is_started_and_the_reason_told(folder: Path) -> None:
    command = [sys.executable, "-c", LITTLE_ROOM, str(folder), "20000"]
    said = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
    assert said.startswith("SimulatorError The demo cannot be started")
    assert {path.name for path in folder.iterdir()} == {"held", "starting"}
    with simulator(folder, FAST) as known:
        assert known.bfl


def test_the_last_words_of_one_that_does_not_start_are_told(folder: Path) -> None:
    (folder / "state").mkdir(parents=True)
    (folder / "state" / "simulator.sqlite3").write_bytes(b"no database at all" * 100)
    with pytest.raises(SimulatorError, match="not a database"), simulator(folder, FAST):
        pass


def test_a_demo_that_starts_for_ever_is_not_waited_for_for_ever(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one does that was stopped in the middle of it."""
    monkeypatch.setattr(simulation, "LOCK_SECONDS", 0.1)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "starting").open("w") as stopped:
        fcntl.flock(stopped, fcntl.LOCK_EX)
        with pytest.raises(SimulatorError, match="does not go on"), simulator(folder, FAST):
            pass


def test_what_is_no_file_is_not_waited_for(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    os.mkfifo(folder / simulation.READY_FILE)
    with simulator(folder, FAST) as addresses:
        assert addresses.bfl.startswith("http://127.0.0.1:")


@pytest.mark.parametrize("port", ["9" * 400, "8000 --quiet", "", "１２"], ids=repr)
def test_port_that_is_none_is_no_option(tmp_path: Path, port: str) -> None:
    (tmp_path / simulation.READY_FILE).write_text(json.dumps({"submit_url": f"http://127.0.0.1:{port}"}))
    known = simulation._announced(tmp_path)
    assert known is not None
    assert set(",".join(known.port_options()[1::2])) == {"0", ","}


def test_file_about_a_simulator_that_nests_without_end_is_none(tmp_path: Path) -> None:
    (tmp_path / simulation.READY_FILE).write_text("[" * 100_000)
    assert simulation._announced(tmp_path) is None
