"""What every test may rely on: an environment that is nobody's, and LoRA files with nothing in them."""

from __future__ import annotations

import gc
import importlib
import itertools
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import certifi
import pytest
from hypothesis import settings
from syrupy.assertion import SnapshotAssertion

if TYPE_CHECKING:
    from tests.piloting.snapshots import Snap

# Time is measured in benchmarks; on a busy machine the first example of a test may take any.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

KEY_VARIABLES = ("BFL_API_KEY", "FAL_KEY", "REPLICATE_API_TOKEN")


MEMORY = Path("/dev/shm")  # noqa: S108
MOST_BYTES = 4_000_000_000
"""What the files of all tests may take, with much room."""
TEMPORARY = "PYTEST_DEBUG_TEMPROOT"
"""pytest's own name for where temporary directories are."""
LONGEST_ID = 80
"""Of a parameter's characters that stand in the name of a test: names go from process to process."""


def pytest_configure(config: pytest.Config) -> None:
    """Take Ctrl+C as at a terminal, and keep files where nothing waits for a disk.

    What a script starts beside itself ignores Ctrl+C, and so do its children. A journal waits for a disk with
    every transaction, 15 ms for a busy one.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # Or each worker would rewrite the assertions of all modules, every time.
    sys.dont_write_bytecode = False
    if TEMPORARY not in os.environ and _takes_files_of_tests(MEMORY):
        # Its own for each run: of those that lie together pytest takes away all but three.
        root = os.environ[TEMPORARY] = tempfile.mkdtemp(prefix="fluxtui-tests-", dir=MEMORY)
        config.add_cleanup(partial(shutil.rmtree, root, ignore_errors=True))


def _takes_files_of_tests(folder: Path) -> bool:
    """Whether a file system in memory has room, and runs the programs that tests write."""
    if not (folder.is_dir() and os.access(folder, os.W_OK)):
        return False
    system = os.statvfs(folder)
    return system.f_bavail * system.f_frsize > MOST_BYTES and not system.f_flag & os.ST_NOEXEC


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a parameter that is megabytes long by its length, anything else as usual."""
    if isinstance(val, str | bytes) and len(val) > LONGEST_ID:
        return f"{argname} of {len(val)}"
    return None


def pytest_collection(session: pytest.Session) -> None:
    """Import this worker's share of the modules first, so that the others find theirs compiled."""
    worker = getattr(session.config, "workerinput", None)
    if worker is None:
        return
    number, workers = int(worker["workerid"].removeprefix("gw")), worker["workercount"]
    root = session.config.rootpath
    places = [root / place.partition("::")[0] for place in session.config.args]
    modules = sorted({file for place in places for file in place.rglob("test_*.py")})
    for module in modules[number::workers]:
        # What cannot be imported is told when it is collected.
        with suppress(Exception):
            importlib.import_module(".".join(module.relative_to(root).with_suffix("").parts))


def pytest_collection_finish() -> None:
    """Leave what stays for the whole run out of the search for garbage, and search less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 10)


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Yield directories that are nobody's; pytest would look through all before it names a new one."""
    folder = tmp_path_factory.mktemp("homes")
    return (folder / f"home{number}" for number in itertools.count())


@pytest.fixture(scope="session")
def one_authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the first of the certificates everybody trusts.

    Tests talk to loopback; to read all certificates costs each client of theirs 20 ms of computing time.
    """
    end = "-----END CERTIFICATE-----"
    first = Path(certifi.where()).read_text(encoding="utf-8").partition(end)[0]
    path = tmp_path_factory.mktemp("authority") / "one.pem"
    path.write_text(f"{first}{end}\n", encoding="utf-8")
    return path


def make_private(monkeypatch: pytest.MonkeyPatch, home: Path, authority: Path) -> None:
    """Make a home, and an environment of nobody: no key, fixed time zone, language and colours."""
    for name in list(os.environ):
        if name.startswith("FLUXTUI_") or name in (*KEY_VARIABLES, "NO_COLOR", "SSH_CONNECTION", "SSH_TTY"):
            monkeypatch.delenv(name)
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    for name, folder in {
        "XDG_CONFIG_HOME": ".config",
        "XDG_DATA_HOME": ".local/share",
        "XDG_CACHE_HOME": ".cache",
        "XDG_STATE_HOME": ".local/state",
    }.items():
        monkeypatch.setenv(name, str(home / folder))
    # Whatever keyring the machine has is not for tests.
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    # Programs that tests start, many times over, would each compile all modules.
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch, homes: Iterator[Path], one_authority: Path) -> Path:
    """Give the test a home of its own, no key, and fixed time zone, language and colours."""
    home = next(homes)
    make_private(monkeypatch, home, one_authority)
    return home


@pytest.fixture
def really_painted() -> None:
    """Asked for by tests that look at what a simulator paints."""


@pytest.fixture
def painted_plainly(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let simulators within the tests paint what costs next to nothing, unless a test looks at pictures."""
    if "really_painted" in request.fixturenames:
        return
    from fluxtui.simulator.core import rendering
    from tests.fakes import painting

    monkeypatch.setattr(rendering, "paint", painting.painted_plainly)


@pytest.fixture
def process_list() -> Callable[[], dict[int, str]]:
    """Return a function that lists the command lines of all processes by id, as everybody can."""

    def read() -> dict[int, str]:
        if not Path("/proc/self/cmdline").exists():
            command = [shutil.which("ps") or "/bin/ps", "-A", "-ww", "-o", "pid=,args="]
            listing = subprocess.run(command, capture_output=True, text=True, check=True).stdout
            return {int(pid): words for pid, words in (line.split(None, 1) for line in listing.splitlines())}
        lines = {}
        for file in Path("/proc").glob("[0-9]*/cmdline"):
            with suppress(OSError):
                words = file.read_bytes().replace(b"\0", b" ").decode(errors="replace")
                lines[int(file.parent.name)] = words
        return lines

    return read


@pytest.fixture
def snap(snapshot: SnapshotAssertion, tmp_path: Path) -> Snap:
    """Return what compares a running program with the pictures stored for the test, at several sizes."""
    from tests.piloting.snapshots import Snap

    return Snap(snapshot, tmp_path)


@pytest.fixture
def textured() -> Callable[..., Any]:
    """Return a function that paints a picture of some pixels that is sharp, another one for each seed."""
    from PIL import Image

    def paint(width: int, height: int, seed: int) -> Image.Image:
        chance = random.Random(seed)
        coarse = Image.frombytes("RGB", (8, 8), chance.randbytes(8 * 8 * 3)).resize((width, height))
        fine = Image.frombytes("RGB", (64, 64), chance.randbytes(64 * 64 * 3))
        return Image.blend(coarse, fine.resize((width, height), Image.Resampling.NEAREST), 0.25)

    return paint


# Real LoRA files, as large as true ones but with nothing in them, so that they cost no time.

BYTES = {"F32": 4, "F16": 2, "BF16": 2, "F8_E4M3": 1, "I64": 8}

Shapes = Mapping[str, tuple[int, ...]]


def header_of(tensors: Shapes, metadata: Mapping[str, str] | None, dtypes: Mapping[str, str]) -> bytes:
    entries: dict[str, Any] = {} if metadata is None else {"__metadata__": dict(metadata)}
    at = 0
    for name, shape in tensors.items():
        dtype = dtypes.get(name, "BF16")
        size = BYTES[dtype]
        for edge in shape:
            size *= edge
        entries[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [at, at + size]}
        at += size
    text = json.dumps(entries).encode()
    return text + b" " * (-len(text) % 8)


def bytes_of(tensors: Shapes, dtypes: Mapping[str, str]) -> int:
    total = 0
    for name, shape in tensors.items():
        size = BYTES[dtypes.get(name, "BF16")]
        for edge in shape:
            size *= edge
        total += size
    return total


@pytest.fixture(scope="session")
def make_weights() -> Callable[..., Path]:
    """Writes a valid safetensors file for tensors of given shapes; its numbers are a hole on the disk.

    Only the first of each tensor is a small one, so that a look at them finds something.
    """

    def make(
        path: Path,
        tensors: Shapes,
        metadata: Mapping[str, str] | None = None,
        *,
        dtypes: Mapping[str, str] | None = None,
        content: bytes = b"",
    ) -> Path:
        text = header_of(tensors, metadata, dtypes or {})
        with path.open("wb") as file:
            file.write(len(text).to_bytes(8, "little") + text + content)
            file.truncate(8 + len(text) + bytes_of(tensors, dtypes or {}))
            if not content:
                for entry in json.loads(text).values():
                    if "data_offsets" in entry and entry["data_offsets"][0] != entry["data_offsets"][1]:
                        file.seek(8 + len(text) + entry["data_offsets"][0])
                        file.write(b"\x01")
        return path

    return make


@pytest.fixture(scope="session")
def pairs() -> Callable[..., dict[str, tuple[int, ...]]]:
    """Makes the two halves of the change of each layer, from what goes in and comes out of it."""

    def make(
        layers: Mapping[str, tuple[int, int]], *, rank: int = 1, prefix: str = "", ends: str = "A"
    ) -> dict[str, tuple[int, ...]]:
        down, up = {
            "A": (".lora_A.weight", ".lora_B.weight"),
            "named": (".lora_A.default.weight", ".lora_B.default.weight"),
            "down": (".lora_down.weight", ".lora_up.weight"),
            "old": (".lora.down.weight", ".lora.up.weight"),
        }[ends]
        found: dict[str, tuple[int, ...]] = {}
        for name, (goes_in, comes_out) in layers.items():
            found[f"{prefix}{name}{down}"] = (rank, goes_in)
            found[f"{prefix}{name}{up}"] = (comes_out, rank)
            if ends == "down":
                found[f"{prefix}{name}.alpha"] = ()
        return found

    return make


def klein_layers(hidden: int, doubles: int, singles: int) -> dict[str, tuple[int, int]]:
    layers = {}
    for index in range(doubles):
        for stream in ("img", "txt"):
            block = f"double_blocks.{index}.{stream}"
            layers[f"{block}_attn.qkv"] = (hidden, hidden * 3)
            layers[f"{block}_attn.proj"] = (hidden, hidden)
            layers[f"{block}_mlp.0"] = (hidden, hidden * 6)
            layers[f"{block}_mlp.2"] = (hidden * 3, hidden)
    for index in range(singles):
        layers[f"single_blocks.{index}.linear1"] = (hidden, hidden * 9)
        layers[f"single_blocks.{index}.linear2"] = (hidden * 4, hidden)
    return layers


@pytest.fixture
def klein_9b(make_weights: Callable[..., Path], pairs: Callable[..., Any], tmp_path: Path) -> Path:
    """A LoRA for FLUX.2 [klein] 9B as ai-toolkit writes it."""
    layers = klein_layers(4096, 1, 1)
    tensors = pairs(layers, prefix="diffusion_model.", rank=2)
    metadata = {"ss_base_model_version": "flux2_klein_9b", "ss_output_name": "anna"}
    return make_weights(tmp_path / "Anna Portrait.safetensors", tensors, metadata)
