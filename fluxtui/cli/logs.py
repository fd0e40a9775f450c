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

from fluxtui.domain.keys import key_filter, without_keys
from fluxtui.domain.signatures import without_signatures
from fluxtui.domain.text import safe_text
from fluxtui.services.storage.claiming import claim
from fluxtui.services.storage.files import storage_fault
from fluxtui.system.private_files import open_lasting, set_mode

FILE_BYTES = 1_000_000
"""At this size a log is put aside and a new one begun."""
OLD_FILES = 3
"""How many logs that were put aside are kept."""

_log = logging.getLogger(__name__)

KnownSecrets = Callable[[], Iterable[SecretStr]]

_SHORTEST_SECRET = 4
_NAMED = re.compile(
    r"""(?ix) \b ( x-key | authorization | (?:bfl_|fluxtui_|runware_)?api[_-]?key
              | fal_key(?:_secret)? | replicate_api_token )
        ( ["']? \s* [:=] \s* | ["'] \s* , \s* ) ( (?:b?["'])? )
        (?: (?:bearer|key|basic|token) \s+ )? [^\s"',;)\]}]+"""
)
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
    values = (secret.get_secret_value() for secret in secrets)
    known = frozenset(value for value in values if len(value) >= _SHORTEST_SECRET)
    text = key_filter(known, "[secret]").without(text)
    text = without_keys(_NAMED.sub(r"\1\2\3[secret]", text), "[secret]")
    text = without_signatures(text, "[…]")
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
    descriptor = open_lasting(path, flags)
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
        UntrustedFile: its directory is somebody else's, or others can write there.
        StorageError: the file cannot be written; nothing is logged then.
    """
    stop_log()
    root = logging.getLogger()
    # Without any handler, logging writes warnings to standard error, which is the screen.
    root.addHandler(logging.NullHandler())
    logging.captureWarnings(True)
    closed = claim(path.parent.absolute())
    try:
        handler = PrivateRotatingFile(path, maxBytes=FILE_BYTES, backupCount=OLD_FILES, encoding="utf-8")
    except OSError as error:
        raise storage_fault(error, path, "cannot be written") from error
    handler.setFormatter(SafeFormatter(known_secrets))
    handler.setLevel(level.upper())
    logging.getLogger("fluxtui").setLevel(level.upper())
    root.addHandler(handler)
    for told in closed:
        _log.warning("%s", told)


def stop_log() -> None:
    """Close the log, if one was started."""
    root = logging.getLogger()
    for handler in root.handlers[:]:
        if isinstance(handler, PrivateRotatingFile | logging.NullHandler):
            root.removeHandler(handler)
            handler.close()
    logging.captureWarnings(False)
