"""Lines for a shell on the user's own machine: copying pictures from here, forwarding a port to here."""

from __future__ import annotations

import ipaddress
import os
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import Self

from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.text import safe_text
from fluxtui.system.dataclass import dataclass

SSH_PORT = 22
LOOPBACK = "127.0.0.1"

_HOST = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]*)")
_IPV6 = re.compile(r"[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(?:%[A-Za-z0-9._-]+)?")
_USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._+\\-]*")
_PLAIN = re.compile(r"(?![A-Za-z0-9%+,./:=@_-])[\x00-\x7f]")
"""What a shell or a pattern could read as more than itself."""

_TOLD_AS_IS = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-")


@dataclass(frozen=True)
class RemoteHost:
    """This machine, as the user's own machine reaches it.

    Attributes:
        name: host name, name in the ssh configuration, or address.
        user: to log in as, or `''` to leave it to the ssh configuration.
        port: of the SSH server, or None to leave it to the ssh configuration.
        is_guess: whether nobody told that the name can be reached from where the user sits.
    """

    name: str
    user: str = ""
    port: int | None = None
    is_guess: bool = False

    @classmethod
    def found(
        cls,
        *,
        configured: str | None,
        port: int | None,
        user: str,
        hostname: str,
        environ: Mapping[str, str],
    ) -> Self:
        """Return the host: as configured (`name`, `user@name`), else what SSH says, else the machine's name.

        What SSH says is a guess where addresses are translated on the way: a private address here, asked for
        from one that is not.

        Source: OpenSSH's ssh(1), SSH_CONNECTION (address and port of the client, then of the server), read
        2026-11.

        Raises:
            InvalidInput: a name that no shell should be given.
        """
        if configured:
            given_user, at, name = configured.rpartition("@")
            return cls(_checked_host(name), _checked_user(given_user) if at else "", port)
        parts = environ.get("SSH_CONNECTION", "").split()
        if len(parts) == 4 and parts[3].isdecimal():
            known = cls(_checked_host(parts[2]), _checked_user(user), port or _unusual(int(parts[3])))
            return replace(known, is_guess=_is_translated(client=parts[0], server=parts[2]))
        return cls(_checked_host(hostname), _checked_user(user), port, is_guess=True)

    @property
    def login(self) -> str:
        """Who and where, as ssh takes it: `jo@host`."""
        return f"{self.user}@{self.name}" if self.user else self.name

    def place(self, path: PurePath) -> str:
        """Return who, where and which file, as scp takes it, for one word of a shell.

        A backslash stands before every character with a meaning: with the old protocol (the only one before
        OpenSSH 8.7, still the usual one before 9.0) a shell on this side reads the path, with SFTP scp itself
        reads it as a pattern, and both take the backslashes away.

        Source: OpenSSH's scp(1), -O and CAVEATS, and release notes of 8.7 and 9.0, read 2026-11.

        Raises:
            InvalidInput: the path has a line break or another control character in it.
        """
        text = _plain_path(path)
        host = f"[{self.name}]" if ":" in self.name else self.name
        at = f"{self.user}@" if self.user else ""
        return f"{at}{host}:" + _PLAIN.sub(lambda found: "\\" + found[0], text)


def scp_line(host: RemoteHost, paths: Sequence[PurePath]) -> str:
    """Return the line that copies absolute paths of this machine into the directory where it is typed.

    Raises:
        InvalidInput: there is no path, or one that no line can be made for.
    """
    if not paths:
        raise InvalidInput("There is no picture to copy.")
    port = ["-P", str(host.port)] if host.port is not None else []
    return shlex.join(["scp", *port, *(host.place(path) for path in paths), "."])


def forward_line(host: RemoteHost, port: int) -> str:
    """Return the line that makes a port of this machine's loopback one of the machine where it is typed.

    The address in front keeps it from other machines there, also where ssh is set up to let them in.

    Source: OpenSSH's ssh(1), -L and -N, read 2026-11.
    """
    given = ["-p", str(host.port)] if host.port is not None else []
    return shlex.join(["ssh", "-N", "-L", f"{LOOPBACK}:{port}:{LOOPBACK}:{port}", *given, host.login])


def shell_word(path: PurePath) -> str:
    """Return a path as one word of a shell, in visible characters only whatever its name holds.

    Source: POSIX.1-2024, XCU 2.2.4 (dollar-single-quotes), for names that cannot be shown; read 2026-11.
    """
    text = str(path)
    if safe_text(text) == text and text.isprintable():
        return shlex.quote(text)
    told = (chr(byte) if byte in _TOLD_AS_IS else f"\\{byte:03o}" for byte in os.fsencode(text))
    return f"$'{''.join(told)}'"


def _plain_path(path: PurePath) -> str:
    text = str(path)
    if safe_text(text) != text or not text.isprintable():
        raise InvalidInput(
            f"The name {safe_text(text, limit=80)} has a line break or an invisible character in it, "
            "and a line for a shell could do something else with it.",
            next_step="Rename the file, or use the page.",
        )
    return text


def is_login(text: str) -> bool:
    """Whether a text is a host or `user@host` that a shell can be given."""
    user, at, name = text.rpartition("@")
    return _is_host(name) and bool(not at or _USER.fullmatch(user))


def _is_host(name: str) -> bool:
    return bool(_HOST.fullmatch(name) or _IPV6.fullmatch(name))


def _unusual(port: int) -> int | None:
    return None if port == SSH_PORT else port


def _is_translated(*, client: str, server: str) -> bool:
    try:
        return ipaddress.ip_address(server).is_private and not ipaddress.ip_address(client).is_private
    except ValueError:
        return True


def _checked_host(name: str) -> str:
    if not _is_host(name):
        raise InvalidInput(
            f"{safe_text(name, limit=80) or 'Nothing'} is not the name of a host.",
            next_step="Set home.host in the configuration file.",
        )
    return name


def _checked_user(name: str) -> str:
    if not _USER.fullmatch(name):
        raise InvalidInput(
            f"{safe_text(name, limit=80) or 'Nothing'} is not the name of a user.",
            next_step="Set home.host as user@host in the configuration file.",
        )
    return name
