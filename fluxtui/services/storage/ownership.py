"""Whose file it is: nothing is read, run or sent of what somebody else could have put there or changed.

As OpenSSH's StrictModes, with the exception that Debian and Fedora make for it: a group in which there is
nobody but the user (umask 002) is as good as the user alone.

Source: OpenSSH's sshd_config(5), StrictModes, and Debian's patch "Allow harmless group-writability", looked
up 2026-11.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from functools import lru_cache
from pathlib import Path, PurePath

from fluxtui.domain.errors import UntrustedFile
from fluxtui.domain.text import safe_text
from fluxtui.system.dataclass import dataclass
from fluxtui.system.private_files import knows_owners

_MOST_LINKS = 40
_MOST_TOLD = 3
_OVERFLOW_UID = Path("/proc/sys/kernel/overflowuid")
_UID_MAP = Path("/proc/self/uid_map")


class Role(Enum):
    """What something is to us, and so how much is asked of it.

    OWN is the data directory and what is in it: ours, and writable by us alone. GIVEN is the configuration
    and the directory that holds it: root may have made it. PASSAGE is a directory on the way, or a program:
    a group may write there (Debian's /usr/local, Homebrew), everybody may not, and no other user may own it.
    """

    OWN = "own"
    GIVEN = "given"
    PASSAGE = "passage"


class OwnershipFault(Enum):
    """What can be wrong: somebody else owns it, a group can write to it, everybody can."""

    FOREIGN = "foreign"
    GROUP = "group"
    EVERYBODY = "everybody"


@dataclass(frozen=True)
class Us:
    """Who we are to the file system.

    Attributes:
        uid: the effective user id.
        is_private_group: tells of a group's id whether nobody but us, or root, is in it.
        system: ids of owners who can do anything anyway.
    """

    uid: int
    is_private_group: Callable[[int], bool]
    system: frozenset[int] = frozenset({0})


@dataclass(frozen=True)
class Finding:
    """Something that others could have put there or changed.

    Attributes:
        path: of it.
        fault: what is wrong.
        role: what it is to us.
        uid: of its owner.
        gid: of its group.
        is_certain: False where the file system keeps no owners and permissions, so that nothing can be told.
        is_shared: whether it is a directory that is everybody's by intention, as /tmp is.
        has_list: whether it has an access list, in which others can stand beside the group.
    """

    path: Path
    fault: OwnershipFault
    role: Role
    uid: int
    gid: int
    is_certain: bool = True
    is_shared: bool = False
    has_list: bool = False

    def sentence(self) -> str:
        """Return what is wrong, without a full stop."""
        place = safe_text(self.path)
        if self.fault is OwnershipFault.FOREIGN:
            return f"{place} belongs to {_user_name(self.uid)}"
        if self.fault is OwnershipFault.GROUP:
            beside = " or by others in its access list" if self.has_list else ""
            return f"{place} can be changed by the group {_group_name(self.gid)}{beside}"
        return f"{place} can be changed by everybody on this machine"


def fault_in(found: os.stat_result, role: Role, us: Us, *, has_list: bool = False) -> OwnershipFault | None:
    """Judge whether others could have put something there or can change it.

    Args:
        found: what the system says of it, of a link itself and not of where it leads.
        role: what it is to us.
        us: who we are.
        has_list: whether it has an access list, in which others can stand beside the group.
    """
    owners = {us.uid} if role is Role.OWN else {us.uid, *us.system}
    if found.st_uid not in owners:
        return OwnershipFault.FOREIGN
    if stat.S_ISLNK(found.st_mode):
        return None
    keeps_others_apart = stat.S_ISDIR(found.st_mode) and found.st_mode & stat.S_ISVTX
    if keeps_others_apart and role is not Role.OWN:
        return None
    if found.st_mode & stat.S_IWOTH:
        return OwnershipFault.EVERYBODY
    if role is Role.PASSAGE or not found.st_mode & stat.S_IWGRP:
        return None
    return OwnershipFault.GROUP if has_list or not us.is_private_group(found.st_gid) else None


def we() -> Us:
    """Return who this process is."""
    return Us(os.geteuid(), _is_private_group, _system_owners())


def finding_in(
    found: os.stat_result, path: Path, role: Role, us: Us | None = None, *, is_certain: bool | None = None
) -> Finding | None:
    """Judge what was found at a path, or in a file that is open.

    Args:
        found: of `fstat` where it can be, so that nobody can exchange it meanwhile.
        path: where it is.
        role: what it is to us.
        us: who we are; this process if None.
        is_certain: whether its file system keeps owners and permissions; tried if None.
    """
    has_list = _has_list(found, path)
    fault = fault_in(found, role, us or we(), has_list=has_list)
    if fault is None:
        return None
    if is_certain is None:
        is_certain = knows_owners(path if stat.S_ISDIR(found.st_mode) else path.parent)
    is_shared = stat.S_ISDIR(found.st_mode) and bool(found.st_mode & stat.S_ISVTX)
    return Finding(path, fault, role, found.st_uid, found.st_gid, is_certain, is_shared, has_list)


def findings_on_way(path: Path, us: Us | None = None) -> tuple[Finding, ...]:
    """Judge the directories and links that lead to a path, which itself is not judged.

    What lies above the user's home is left to the system, as OpenSSH does: it is the administrator's.
    """
    us = us or we()
    steps = dict(_steps(path))
    steps.pop(Path(os.path.realpath(path)), None)
    home = _home(us)
    above = set(home.parents) if home in steps else set()
    found = (
        finding_in(status, step, Role.PASSAGE, us) for step, status in steps.items() if step not in above
    )
    return tuple(finding for finding in found if finding is not None)


def findings_at(
    path: Path, role: Role, us: Us | None = None, *, opened: os.stat_result | None = None
) -> tuple[Finding, ...]:
    """Judge what a path names, where it exists, and the way to it.

    Of a file that was given, the directory that holds it is judged as strictly as the file.

    Args:
        path: of it; links are followed, and what they lead to is judged too.
        role: what it is to us.
        us: who we are; this process if None.
        opened: what `fstat` says of it where it is open, so that nobody can exchange it meanwhile.
    """
    us = us or we()
    on_way = findings_on_way(path, us)
    real = Path(os.path.realpath(path))
    judged = [real.parent, real] if role is Role.GIVEN and not real.is_dir() else [real]
    found = []
    for place in judged:
        try:
            status = opened if opened is not None and place == real else os.lstat(place)
            found.append(finding_in(status, place, role, us))
        except OSError:
            # It is not there, or it is told what is wrong with it when it is opened.
            continue
    strict = tuple(finding for finding in found if finding is not None)
    return (*(each for each in on_way if each.path not in {one.path for one in strict}), *strict)


def refuse(findings: Iterable[Finding], consequence: str) -> None:
    """Raise `UntrustedFile` if there is a finding that is certain.

    Args:
        findings: all of them.
        consequence: a part of a sentence that says what was not done: `nothing of it was read`.
    """
    certain = [finding for finding in findings if finding.is_certain]
    if not certain:
        return
    told = "; ".join(finding.sentence() for finding in certain[:_MOST_TOLD])
    more = f"; and {len(certain) - _MOST_TOLD} more" if len(certain) > _MOST_TOLD else ""
    raise UntrustedFile(f"{told}{more}: {consequence}.", next_step=mend(certain))


def mend(findings: Iterable[Finding], us: int | None = None) -> str:
    """Return a sentence with the commands that mend what was found, to be copied into a shell.

    Args:
        findings: what is to be mended.
        us: our user id; that of this process if None.
    """
    findings, us = tuple(findings), os.geteuid() if us is None else us
    foreign = [finding for finding in findings if finding.fault is OwnershipFault.FOREIGN]
    loose = [finding for finding in findings if finding.fault is not OwnershipFault.FOREIGN]
    given = [finding.path for finding in foreign if finding.role is not Role.PASSAGE]
    commands = []
    if given:
        # One that becomes ours is judged anew, and by then nobody else may write there.
        commands.append(f"sudo chown {us} {_words(given)} && chmod go-w {_words(given)}")
    if loose:
        is_ours = all(finding.uid == us for finding in loose)
        places = _words(finding.path for finding in loose)
        commands.append(f"{'' if is_ours else 'sudo '}chmod go-w {places}")
    # As with sudo, which may keep the home of the user.
    as_owner = us == 0 and any(finding.uid for finding in foreign)
    first = "Run the program as its owner, without sudo. " if as_owner else ""
    if len(given) < len(foreign) or any(finding.is_shared for finding in findings):
        return f"{first}{'Or name' if first else 'Name'} one in directories of your own, or of the system."
    told = f"If you trust what is in it, run: {' && '.join(commands)}"
    return f"{first}{told.replace('sudo ', '') if us == 0 else told}"


def _words(paths: Iterable[PurePath]) -> str:
    from fluxtui.domain.shell import shell_word

    return " ".join(shell_word(path) for path in dict.fromkeys(paths))


def _steps(path: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """Yield each directory and link that is gone through to what a path names, and that at last.

    It ends where there is nothing more, and where one may not look: there nothing can be opened either.
    """
    absolute = path.absolute()
    left, real, links = [*reversed(absolute.parts[1:])], Path(absolute.anchor), 0
    yield real, os.lstat(real)
    while left:
        name = left.pop()
        if name == "..":
            real = real.parent
            continue
        here = real / name
        try:
            found = os.lstat(here)
        except OSError:
            return
        yield here, found
        if not stat.S_ISLNK(found.st_mode):
            real = here
            continue
        links += 1
        if links > _MOST_LINKS:
            return
        target = PurePath(os.readlink(here))
        if target.is_absolute():
            real = Path(target.anchor)
        left += reversed([part for part in target.parts if part != target.anchor])


def _home(us: Us) -> Path:
    """Return the user's home where it is theirs, else the root, which nothing is above."""
    home = Path(os.path.realpath(os.path.expanduser("~")))
    try:
        return home if os.stat(home).st_uid == us.uid else Path("/")
    except OSError:
        return Path("/")


def _has_list(found: os.stat_result, path: Path) -> bool:
    """Whether what a group can write to has an access list: the group's bits stand for all of that."""
    if not found.st_mode & stat.S_IWGRP or not hasattr(os, "getxattr"):
        return False
    try:
        return bool(os.getxattr(path, "system.posix_acl_access", follow_symlinks=False))
    except OSError:
        return False


def _is_private_group(gid: int) -> bool:
    """Whether nobody but us, or root, is in a group, and somebody is."""
    members = _members(gid)
    return bool(members) and members <= {0, os.geteuid()}


@lru_cache(maxsize=16)
def _members(gid: int) -> frozenset[int]:
    """Return the ids of all users in a group, none where that cannot be told."""
    import grp
    import pwd

    try:
        named = {pwd.getpwnam(name).pw_uid for name in grp.getgrgid(gid).gr_mem}
        return frozenset(named | {entry.pw_uid for entry in pwd.getpwall() if entry.pw_gid == gid})
    except (KeyError, OSError):
        return frozenset()


@lru_cache(maxsize=1)
def _system_owners() -> frozenset[int]:
    """Return the ids that stand for the system's owner: root, and in a container what it shows for him."""
    try:
        mapped = [line.split() for line in _UID_MAP.read_text(encoding="ascii").splitlines()]
        if mapped and mapped != [["0", "0", "4294967295"]]:
            return frozenset({0, int(_OVERFLOW_UID.read_text(encoding="ascii"))})
    except (OSError, ValueError):
        # No Linux, or no /proc.
        return frozenset({0})
    return frozenset({0})


def _user_name(uid: int) -> str:
    import pwd

    try:
        return f"another user ({safe_text(pwd.getpwuid(uid).pw_name, limit=40)})" if uid else "root"
    except (KeyError, OSError):
        return f"another user ({uid})"


def _group_name(gid: int) -> str:
    import grp

    try:
        return safe_text(grp.getgrgid(gid).gr_name, limit=40)
    except (KeyError, OSError):
        return str(gid)
