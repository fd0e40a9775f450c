"""The log: one private file that stays small, follows a job by its id, and holds no secret."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import re
import time
from collections.abc import Callable, Iterable
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import ClassVar

from pydantic import SecretStr

from fluxtui.domain.keys import without_keys
from fluxtui.domain.text import safe_text
from fluxtui.services.storage.files import make_private_directory, set_mode, storage_fault

FILE_BYTES = 1_000_000
"""At this size a log is put aside and a new one begun."""
OLD_FILES = 3
"""How many logs that were put aside are kept."""

KnownSecrets = Callable[[], Iterable[SecretStr]]

_SHORTEST_SECRET = 4
_NAMED = re.compile(
    r"""(?ix) \b ( x-key | authorization | (?:bfl_|fluxtui_)?api[_-]?key
              | fal_key(?:_secret)? | replicate_api_token )
        ( ["']? \s* [:=] \s* | ["'] \s* , \s* ) ( (?:b?["'])? )
        (?: (?:bearer|key|basic|token) \s+ )? [^\s"',;)\]}]+"""
)
_QUERY = re.compile(r"(?i)(https?://(?:(?!https?://)[^\s?\"'<>])++\?)[^\s\"'<>]+")
_SIGNATURE = re.compile(r"(?i)\b(sig|signature|token|x-amz-(?:(?!x-amz-)[a-z-])++)=[^\s&\"'<>]+")
_BASE64 = re.compile(r"(?<=;base64,)[A-Za-z0-9+/=]+|[A-Za-z0-9+/_-]{160,}={0,2}")


def log_path() -> Path:
    """Return the platform's place for the log of the program; the demo keeps its own with its data."""
    from platformdirs import user_log_path

    return user_log_path("fluxtui", appauthor=False) / "fluxtui.log"


def redacted(text: str, secrets: Iterable[SecretStr] = ()) -> str:
    """Return `text` without keys, queries of addresses (they are signed) and encoded pictures.

    Args:
        text: a message or a traceback.
        secrets: what is known to be secret, wherever it stands.
    """
    values = {secret.get_secret_value() for secret in secrets}
    for value in sorted(values, key=len, reverse=True):
        if len(value) >= _SHORTEST_SECRET:
            text = text.replace(value, "[secret]")
    text = without_keys(_NAMED.sub(r"\1\2\3[secret]", text), "[secret]")
    text = _QUERY.sub(r"\1[…]", text)
    text = _SIGNATURE.sub(r"\1=[…]", text)
    return _BASE64.sub(lambda found: f"[{len(found[0])} characters of base64]", text)


class SafeFormatter(logging.Formatter):
    """Writes a record with UTC time; what it tells is harmless to a terminal and free of secrets.

    Args:
        known_secrets: asked at every record, since keys come and go while the program runs.
    """

    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"
    FORMAT: ClassVar[str] = "%(asctime)s %(levelname)-7s [%(process)d] %(name)s: %(message)s"

    def __init__(self, known_secrets: KnownSecrets) -> None:
        super().__init__(self.FORMAT)
        self.converter = time.gmtime
        self._known_secrets = known_secrets

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as text; only its first line begins at the margin, so none can be forged."""
        whole = redacted(super().format(record), self._known_secrets())
        return safe_text(whole, newlines=True).replace("\n", "\n    ")


class PrivateRotatingFile(RotatingFileHandler):
    """A log for the user alone (mode 0600) that several programs can share; it never writes to the screen."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record to the log as it is now: another program may have put this one aside."""
        try:
            if self.stream is not None and not _is_at(self.stream, self.baseFilename):
                self.stream.close()
                self.stream = self._open()
        except OSError:
            self.handleError(record)
            return
        super().emit(record)

    def _open(self) -> io.TextIOWrapper:
        return io.TextIOWrapper(
            open(self.baseFilename, "ab", opener=_open_private), encoding=self.encoding, write_through=True
        )

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        """Stop: a full disk must not disturb, and standard error, where logging complains, is the screen."""
        logging.getLogger().removeHandler(self)


def _is_at(stream: io.TextIOWrapper, path: str) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(stream.fileno()), os.stat(path))
    return False


def _open_private(path: str, flags: int) -> int:
    descriptor = os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK, 0o600)
    set_mode(descriptor, 0o600)
    return descriptor


def start_log(path: Path, level: str, known_secrets: KnownSecrets) -> None:
    """Write what the program logs from now on to a file; a log started before ends.

    Other packages are heard from warnings on, whatever the level: what they tell beyond can hold anything.

    Args:
        path: the file; directories that are missing are created.
        level: `debug`, `info`, `warning` or `error`.
        known_secrets: returns what must not be written.

    Raises:
        StorageError: the file cannot be written; nothing is logged then.
    """
    stop_log()
    root = logging.getLogger()
    # Without any handler, logging writes warnings to standard error, which is the screen.
    root.addHandler(logging.NullHandler())
    logging.captureWarnings(True)
    make_private_directory(path.parent)
    try:
        handler = PrivateRotatingFile(path, maxBytes=FILE_BYTES, backupCount=OLD_FILES, encoding="utf-8")
    except OSError as error:
        raise storage_fault(error, path, "cannot be written") from error
    handler.setFormatter(SafeFormatter(known_secrets))
    handler.setLevel(level.upper())
    logging.getLogger("fluxtui").setLevel(level.upper())
    root.addHandler(handler)


def stop_log() -> None:
    """Close the log, if one was started."""
    root = logging.getLogger()
    for handler in root.handlers[:]:
        if isinstance(handler, PrivateRotatingFile | logging.NullHandler):
            root.removeHandler(handler)
            handler.close()
    logging.captureWarnings(False)
