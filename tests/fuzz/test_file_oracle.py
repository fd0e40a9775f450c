"""What counts as a failure of a door, each seen in a door that has just that fault."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from fluxtui.domain.errors import PictureError
from tests.fuzz.running import Input, Room, Totals, sample_of, try_input
from tests.fuzz.samples import Cases, Item, Kind, Sample, one_file, written
from tests.fuzz.watching import Watch
from tests.fuzz.within import Order, Report

ROOT = Path(__file__).parents[2]


class OneDoor:
    """A door that does what a test wants."""

    name = "one"
    seconds = 0.5
    secret = True
    heavy: frozenset[str] = frozenset()

    def __init__(self, visit: Callable[[Room], str]) -> None:
        self._visit = visit
        self.cases: Cases = {"case": lambda: one_file("a.txt", b"case")}

    def sample(self, chance: Random) -> Sample:
        return one_file("a.txt", chance.randbytes(8))

    def visit(self, room: Room, chance: Random) -> str:
        return self._visit(room)

    def close(self) -> None:
        pass


@pytest.fixture
def room(tmp_path: Path) -> Room:
    (tmp_path / "room").mkdir()
    return Room(tmp_path / "room")


@pytest.fixture
def reasons(room: Room) -> Callable[[Callable[[Room], str]], str]:
    """Return a function that tells why a door fails that does something, or `''`."""

    def told(visit: Callable[[Room], str]) -> str:
        watch = Watch((room.own,), (room.secret,))
        failure = try_input(OneDoor(visit), room, watch, Input(1), Totals())
        return " ".join(failure.reasons) if failure is not None else ""

    return told


def refuse(words: str) -> Callable[[Room], str]:
    def visit(room: Room) -> str:
        raise PictureError(words)

    return visit


def write_private(room: Room) -> str:
    with os.fdopen(os.open(room.own / "a", os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
        file.write(b"x")
    return "taken"


@pytest.mark.parametrize("visit", [lambda room: "taken", refuse("is damaged."), write_private])
def test_what_is_allowed_is_no_failure(reasons: Callable[..., str], visit: Callable[[Room], str]) -> None:
    assert reasons(visit) == ""


def wait(room: Room) -> str:
    begun = time.process_time()
    while time.process_time() - begun < 0.6:
        pass
    return "taken"


def leak(room: Room) -> str:
    os.dup(0)
    return "taken"


def write_for_all(room: Room) -> str:
    (room.own / "a").write_bytes(b"")
    (room.own / "a").chmod(0o644)
    return "taken"


def change_the_input(room: Room) -> str:
    (room.given / "a.txt").unlink()
    return "taken"


def leave_temporary(room: Room) -> str:
    (room.temporary / "a").write_bytes(b"")
    return "taken"


def shout(room: Room) -> str:
    os.write(2, b"past the program")
    return "taken"


def show(room: Room) -> str:
    room.show("\x1b[2J")
    return "taken"


@pytest.mark.parametrize(
    ("visit", "reason"),
    [
        (lambda room: str(1 // 0), "ZeroDivisionError"),
        (lambda room: os.environ["NO SUCH NAME"], "KeyError"),
        (refuse("is \x1b[2J damaged"), "cannot be shown"),
        (refuse("two\nlines"), "cannot be shown"),
        (refuse("long " * 5_000), "sentence of"),
        (refuse(""), "sentence of 0"),
        (wait, "of computing"),
        (leak, "left open"),
        (write_for_all, "not private"),
        (change_the_input, "changed outside"),
        (leave_temporary, "changed outside"),
        (show, "cannot be shown"),
    ],
)
def test_what_is_not_allowed_is_told(
    reasons: Callable[..., str], visit: Callable[[Room], str], reason: str
) -> None:
    assert reason in reasons(visit)


def test_what_is_written_past_the_program_is_told(
    reasons: Callable[..., str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with (tmp_path / "terminal").open("wb") as file:
        before = os.dup(2)
        os.dup2(file.fileno(), 2)
        try:
            told = reasons(shout)
        finally:
            os.dup2(before, 2)
            os.close(before)
    assert "past the program" in told


@pytest.mark.parametrize(
    ("event", "arguments"),
    [
        ("subprocess.Popen", ("gs", ["gs"], None, None)),
        ("os.posix_spawn", ("/bin/sh", ["sh"], {})),
        ("os.exec", ("/bin/sh", ["sh"], None)),
        ("socket.connect", (None, ("127.0.0.1", 80))),
        ("pickle.find_class", ("os", "system")),
        ("open", ("{elsewhere}/a", "w", 0)),
        ("open", ("{elsewhere}/a", None, os.O_WRONLY | os.O_CREAT)),
        ("open", ("{elsewhere}/secret.txt", "r", 0)),
        ("os.remove", ("{elsewhere}/a", -1)),
        ("os.rename", ("{own}/a", "{elsewhere}/a", -1, -1)),
        ("os.symlink", ("a", "{elsewhere}/a", -1)),
        ("os.mkdir", ("{own}/../a", 0o777, -1)),
    ],
)
def test_watch_tells_what_reaches_out(room: Room, event: str, arguments: tuple[object, ...]) -> None:
    watch = Watch((room.own,), (room.secret,))
    filled = tuple(
        one.format(own=room.own, elsewhere=room.root) if isinstance(one, str) else one for one in arguments
    )
    watch.noted(event, filled)
    assert not watch.faults
    with watch.watching():
        watch.noted(event, filled)
    assert len(watch.faults) == 1


def test_watch_lets_pass_what_stays_inside(room: Room) -> None:
    watch = Watch((room.own,), (room.secret,))
    with watch.watching():
        watch.noted("open", (str(room.own / "a"), "w", 0))
        watch.noted("open", (str(room.given / "a"), "r", 0))
        watch.noted("open", (3, "w", 0))
        watch.noted("os.symlink", (str(room.secret), str(room.own / "a"), -1))
        watch.noted("os.remove", (str(room.own / "a"), -1))
    assert watch.faults == []


def test_the_interpreter_tells_the_watch(tmp_path: Path) -> None:
    script = (
        "import subprocess, sys\nfrom pathlib import Path\nfrom tests.fuzz.watching import Watch\n"
        "watch = Watch((Path('own').resolve(),))\nwatch.install()\n"
        "with watch.watching():\n    open('a', 'w').close()\n    subprocess.run([sys.executable, '-c', ''])\n"
        "print(*(fault.split()[0] for fault in watch.faults))\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    # A newer Python tells of the system's call as well.
    assert set(ended.stdout.split()) >= {"open", "subprocess.Popen"}


def test_an_input_is_the_same_each_time() -> None:
    door = OneDoor(lambda room: "taken")
    first, again, other = (sample_of(door, Input(seed))[0] for seed in (7, 7, 8))
    assert first == again != other
    assert sample_of(door, Input(case="case"))[0] == one_file("a.txt", b"case")


def test_samples_are_written_without_following_anything(tmp_path: Path) -> None:
    place = tmp_path / "given"
    place.mkdir()
    target = tmp_path / "elsewhere"
    sample = (
        Item(b"a", os.fsencode(target), Kind.LINK),
        Item(b"a", b"through the link"),
        Item(b"p", b"", Kind.PIPE),
        Item(b"p", b"into the pipe"),
        Item(b"../../up", b"up"),
    )
    written(sample, place)
    assert not target.exists()
    assert (place / "up").read_bytes() == b"up"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["given"]


def test_replay_line_tries_just_that_input(tmp_path: Path) -> None:
    program = str(ROOT / "benchmarks" / "fuzz.py")
    ended = subprocess.run(
        [sys.executable, program, "tables", "--replay", "5"],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    assert "tables: 1 inputs" in ended.stdout
    assert "--replay 5" in ended.stdout


def test_a_run_goes_on_behind_an_input_that_ends_the_process() -> None:
    order = Order("tables", seed=10, count=20)
    following = order.behind(Input(14), Report("tables"))
    assert following is not None
    assert (following.seed, following.count, following.cases) == (15, 15, False)
    assert order.behind(Input(29), Report("tables")) is None
    assert Order.from_json(order.to_json()) == order
