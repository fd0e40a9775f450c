"""The side of kitty's file transfer that saves files, after kitty's documentation and its own code."""

from __future__ import annotations

import re
from base64 import b64decode, standard_b64encode
from dataclasses import dataclass, field

COMMAND = re.compile(rb"\x1b\]5113;([^\x1b]*)\x1b\\")


@dataclass
class Session:
    """What kitty keeps of a session: whether the user granted it, and its open files by id."""

    is_granted: bool = False
    names: dict[str, str] = field(default_factory=dict)
    written: dict[str, bytearray] = field(default_factory=dict)


class Kitty:
    """Answers commands; what is saved is in `files`, by path."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.permissions: set[int] = set()
        self.grants = True
        self.finished: list[str] = []
        self.cancelled: list[str] = []
        self.faults: list[str] = []
        self._sessions: dict[str, Session] = {}
        self._rest = b""

    def answer(self, data: bytes) -> bytes:
        """Take what a program sends, and return the replies to the commands in it."""
        stream, answers, end = self._rest + data, b"", 0
        for found in COMMAND.finditer(stream):
            fields = dict(part.split("=", 1) for part in found[1].decode("ascii").split(";"))
            answers += self._follow(fields)
            end = found.end()
        self._rest = stream[
            max(end, stream.rfind(b"\x1b]")) if b"\x1b]" in stream[end:] else len(stream) - 1 :
        ]
        return answers

    def _follow(self, fields: dict[str, str]) -> bytes:
        action, name = fields["ac"], fields["id"]
        session = self._sessions.get(name)
        if session is None:
            if action != "send":
                self.faults.append(f"{action} without a session")
                return b""
            if not self.grants:
                return self._status(fields, "EPERM:User refused the transfer")
            self._sessions[name] = Session(is_granted=True)
            return self._status(fields, "OK")
        if action == "cancel":
            self._close(name)
            self.cancelled.append(name)
            return self._status({"id": name}, "CANCELED")
        if action == "finish":
            self._close(name)
            self.finished.append(name)
            return b""
        return self._follow_file(action, fields, session)

    def _follow_file(self, action: str, fields: dict[str, str], session: Session) -> bytes:
        file = fields["fid"]
        if action == "file":
            path = b64decode(fields["n"], validate=True).decode()
            assert path.startswith(("/", "~/"))
            assert file not in session.names
            self.permissions.add(int(fields["prm"]))
            session.names[file] = path
            there = self.files.get(path)
            size: dict[str, str] = {} if there is None else {"sz": str(len(there))}
            return self._status(fields | size, "STARTED")
        data = b64decode(fields["d"], validate=True)
        assert action in ("data", "end_data")
        assert len(data) <= 4096
        written = session.written.setdefault(file, bytearray())
        written += data
        if action == "end_data":
            self.files[session.names[file]] = bytes(written)
            del session.written[file]
            return self._status(fields | {"sz": str(len(written))}, "OK")
        return self._status(fields | {"sz": str(len(written))}, "PROGRESS")

    def _close(self, name: str) -> None:
        session = self._sessions.pop(name)
        for file, written in session.written.items():
            self.files[session.names[file]] = bytes(written)

    @staticmethod
    def _status(fields: dict[str, str], status: str) -> bytes:
        told = {key: fields[key] for key in ("id", "fid", "sz") if key in fields}
        encoded = standard_b64encode(status.encode()).decode("ascii")
        pairs = [("ac", "status"), *told.items(), ("st", encoded)]
        return b"\x1b]5113;" + ";".join(f"{key}={value}" for key, value in pairs).encode() + b"\x1b\\"
