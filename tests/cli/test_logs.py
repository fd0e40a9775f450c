"""The log: private, small, shared, and free of secrets in messages and tracebacks."""

from __future__ import annotations

import base64
import logging
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from fluxtui.cli import logs
from fluxtui.cli.logs import PrivateRotatingFile, redacted, start_log, stop_log
from fluxtui.domain.errors import StorageError

KEY = SecretStr("k9-very-secret")
FAL_KEY = "01234567-89ab-cdef-0123-456789abcdef:0123456789abcdef0123456789abcdef"
BLOB = base64.b64encode(bytes(range(256)) + bytes(44)).decode()


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "state" / "fluxtui.log"
    start_log(path, "info", lambda: [KEY])
    yield path
    stop_log()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"Illegal header value b'{KEY.get_secret_value()}'", "Illegal header value b'[secret]'"),
        ("headers: {'x-key': 'other', 'accept': '*/*'}", "headers: {'x-key': '[secret]', 'accept': '*/*'}"),
        ("[(b'X-Key', b'other'), (b'a', b'b')]", "[(b'X-Key', b'[secret]'), (b'a', b'b')]"),
        ("Authorization: Bearer abc.def", "Authorization: [secret]"),
        ("BFL_API_KEY=other next", "BFL_API_KEY=[secret] next"),
        ("Authorization: Key 12:ab next", "Authorization: [secret] next"),
        ("FAL_KEY=12:ab REPLICATE_API_TOKEN=cd", "FAL_KEY=[secret] REPLICATE_API_TOKEN=[secret]"),
        ("sent r8_0123456789abcdef away", "sent [secret] away"),
        (f"sent {FAL_KEY} away", "sent [secret] away"),
        ("GET https://d.example/a/b.png?se=1&sig=xyz%3D 403", "GET https://d.example/a/b.png?[…] 403"),
        ("the query was se=1&sig=xyz%3D", "the query was se=1&sig=[…]"),
        (f"'file_data': '{BLOB}'", "'file_data': '[400 characters of base64]'"),
        ("data:image/png;base64,iVBORw0=", "data:image/png;base64,[8 characters of base64]"),
        ("job 01JD: waiting at https://api.bfl.ai/v1", "job 01JD: waiting at https://api.bfl.ai/v1"),
        ('File "/usr/lib/python3.11/a.py", line 3', 'File "/usr/lib/python3.11/a.py", line 3'),
    ],
)
def test_what_is_secret_goes_and_the_rest_stays(text: str, shown: str) -> None:
    assert redacted(text, [KEY]) == shown


def test_a_traceback_holds_no_secret(log: Path) -> None:
    try:
        raise ValueError(f"cannot send {KEY.get_secret_value()} to https://x.example/r?sig=abc and {BLOB}")
    except ValueError:
        logging.getLogger("fluxtui.x").exception("job %s: its driver failed", "01JD")
    written = log.read_text()
    assert "ERROR" in written
    assert "fluxtui.x: job 01JD: its driver failed" in written
    assert "ValueError: cannot send [secret] to https://x.example/r?[…] and" in written
    assert "sig=abc" not in written
    assert BLOB not in written


def test_text_from_outside_forges_no_line_and_no_escape(log: Path) -> None:
    logging.getLogger("fluxtui").warning("bad\x1b[2J\n2026-01-01T00:00:00.000Z ERROR forged")
    first, second = log.read_text().splitlines()
    assert first.endswith("fluxtui: bad")
    assert second.startswith("    2026")


def test_it_is_for_the_user_alone(log: Path) -> None:
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert stat.S_IMODE(log.parent.stat().st_mode) == 0o700


def test_other_packages_are_heard_from_warnings_on(log: Path) -> None:
    start_log(log, "debug", list)
    logging.getLogger("fluxtui.api").debug("ours")
    logging.getLogger("httpx").info("HTTP Request: GET https://x.example/?sig=1")
    logging.getLogger("httpx").warning("theirs")
    assert [line.rpartition(": ")[2] for line in log.read_text().splitlines()] == ["ours", "theirs"]


def test_the_level_holds(log: Path) -> None:
    start_log(log, "error", list)
    logging.getLogger("fluxtui").warning("less")
    logging.getLogger("asyncio").warning("less")
    logging.getLogger("fluxtui").error("enough")
    assert len(log.read_text().splitlines()) == 1


def test_it_stays_small(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "FILE_BYTES", 2000)
    start_log(log, "info", list)
    for number in range(200):
        logging.getLogger("fluxtui").info("line %d", number)
    names = sorted(path.name for path in log.parent.iterdir())
    assert names == ["fluxtui.log", "fluxtui.log.1", "fluxtui.log.2", "fluxtui.log.3"]
    assert all(path.stat().st_size <= 2000 for path in log.parent.iterdir())
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in log.parent.iterdir())
    assert "line 199" in log.read_text()


def test_a_log_put_aside_by_another_program_is_left(log: Path) -> None:
    logging.getLogger("fluxtui").info("before")
    log.rename(log.with_suffix(".aside"))
    logging.getLogger("fluxtui").info("after")
    assert "after" in log.read_text()
    assert "after" not in log.with_suffix(".aside").read_text()


def test_a_failing_log_is_given_up_in_silence(log: Path, capfd: pytest.CaptureFixture[str]) -> None:
    log.unlink()
    log.mkdir()
    logging.getLogger("fluxtui").error("nobody hears this")
    logging.getLogger("fluxtui").error("nor this")
    assert not any(isinstance(handler, PrivateRotatingFile) for handler in logging.getLogger().handlers)
    assert capfd.readouterr() == ("", "")


def test_a_place_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError):
        start_log(tmp_path / "file" / "fluxtui.log", "info", list)
    (tmp_path / "elsewhere").write_text("")
    (tmp_path / "link.log").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StorageError):
        start_log(tmp_path / "link.log", "info", list)
    stop_log()
    assert (tmp_path / "elsewhere").read_text() == ""
