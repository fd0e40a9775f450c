"""Whose a file is, judged from what the system says of it: no test here needs to be root, or not to be."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from fluxtui.domain.errors import ConfigError, StorageError, UntrustedFile
from fluxtui.services.storage.ownership import (
    Finding,
    OwnershipFault,
    Role,
    Us,
    fault_in,
    finding_in,
    findings_at,
    findings_on_way,
    mend,
    refuse,
    we,
)

OURS, PRIVATE, SHARED = 1000, 1000, 50
US = Us(OURS, lambda gid: gid == PRIVATE)
FILE, DIRECTORY, LINK = stat.S_IFREG, stat.S_IFDIR, stat.S_IFLNK


def status(kind: int, mode: int, uid: int = OURS, gid: int = PRIVATE) -> os.stat_result:
    return os.stat_result((kind | mode, 1, 1, 1, uid, gid, 0, 0, 0, 0))


@pytest.mark.parametrize(
    ("role", "kind", "mode", "uid", "gid", "fault"),
    [
        (Role.OWN, DIRECTORY, 0o700, OURS, PRIVATE, None),
        (Role.OWN, DIRECTORY, 0o755, OURS, SHARED, None),
        (Role.OWN, DIRECTORY, 0o775, OURS, PRIVATE, None),
        (Role.OWN, DIRECTORY, 0o775, OURS, SHARED, OwnershipFault.GROUP),
        (Role.OWN, DIRECTORY, 0o777, OURS, PRIVATE, OwnershipFault.EVERYBODY),
        (Role.OWN, DIRECTORY, 0o1777, OURS, PRIVATE, OwnershipFault.EVERYBODY),
        (Role.OWN, DIRECTORY, 0o700, 0, 0, OwnershipFault.FOREIGN),
        (Role.OWN, FILE, 0o600, 1001, PRIVATE, OwnershipFault.FOREIGN),
        (Role.OWN, LINK, 0o777, OURS, PRIVATE, None),
        (Role.OWN, LINK, 0o777, 1001, PRIVATE, OwnershipFault.FOREIGN),
        (Role.GIVEN, FILE, 0o644, OURS, SHARED, None),
        (Role.GIVEN, FILE, 0o644, 0, 0, None),
        (Role.GIVEN, FILE, 0o664, OURS, PRIVATE, None),
        (Role.GIVEN, FILE, 0o664, OURS, SHARED, OwnershipFault.GROUP),
        (Role.GIVEN, FILE, 0o646, 0, 0, OwnershipFault.EVERYBODY),
        (Role.GIVEN, FILE, 0o1666, OURS, PRIVATE, OwnershipFault.EVERYBODY),
        (Role.GIVEN, FILE, 0o444, 1001, PRIVATE, OwnershipFault.FOREIGN),
        (Role.GIVEN, DIRECTORY, 0o1777, 0, 0, None),
        (Role.PASSAGE, DIRECTORY, 0o1777, 0, 0, None),
        (Role.PASSAGE, DIRECTORY, 0o2775, 0, SHARED, None),
        (Role.PASSAGE, DIRECTORY, 0o775, OURS, SHARED, None),
        (Role.PASSAGE, DIRECTORY, 0o777, 0, 0, OwnershipFault.EVERYBODY),
        (Role.PASSAGE, DIRECTORY, 0o755, 1001, SHARED, OwnershipFault.FOREIGN),
        (Role.PASSAGE, DIRECTORY, 0o1777, 1001, SHARED, OwnershipFault.FOREIGN),
        (Role.PASSAGE, FILE, 0o775, 0, SHARED, None),
        (Role.PASSAGE, FILE, 0o757, OURS, PRIVATE, OwnershipFault.EVERYBODY),
    ],
)
def test_who_may_own_and_write_what(
    role: Role, kind: int, mode: int, uid: int, gid: int, fault: OwnershipFault | None
) -> None:
    assert fault_in(status(kind, mode, uid, gid), role, US) is fault


def test_in_a_container_what_stands_for_root_is_root() -> None:
    contained = Us(OURS, US.is_private_group, frozenset({0, 65534}))
    found = status(DIRECTORY, 0o755, 65534)
    assert fault_in(found, Role.PASSAGE, contained) is None
    assert fault_in(found, Role.PASSAGE, US) is OwnershipFault.FOREIGN
    assert fault_in(found, Role.OWN, contained) is OwnershipFault.FOREIGN


def test_an_access_list_can_name_others_beside_a_private_group() -> None:
    found = status(FILE, 0o660)
    assert fault_in(found, Role.GIVEN, US, has_list=True) is OwnershipFault.GROUP
    finding = Finding(Path("/x"), OwnershipFault.GROUP, Role.GIVEN, OURS, 0, has_list=True)
    assert finding.sentence().endswith(" or by others in its access list")


def test_a_group_is_private_where_nobody_else_is_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    import grp
    import pwd

    from fluxtui.services.storage import ownership

    users = {"root": (0, 0), "me": (os.geteuid(), 7001), "other": (54321, 7002)}
    groups = {7001: [], 7002: ["me"], 7003: ["root"], 7004: [], 7005: ["gone"]}

    def user(name: str) -> pwd.struct_passwd:
        return pwd.struct_passwd((name, "x", *users[name], "", "/", "/bin/sh"))

    monkeypatch.setattr(pwd, "getpwnam", user)
    monkeypatch.setattr(pwd, "getpwall", lambda: [user(name) for name in users])
    monkeypatch.setattr(grp, "getgrgid", lambda gid: grp.struct_group(("g", "x", gid, groups[gid])))
    ownership._members.cache_clear()
    try:
        told = {gid: we().is_private_group(gid) for gid in (*groups, 7999)}
    finally:
        ownership._members.cache_clear()
    assert told == {7001: True, 7002: False, 7003: True, 7004: False, 7005: False, 7999: False}


def faults(findings: tuple[Finding, ...]) -> dict[str, OwnershipFault]:
    return {finding.path.name: finding.fault for finding in findings}


@pytest.fixture
def us() -> Us:
    """Who we are, with a group of the test's files that others are in."""
    return Us(os.geteuid(), lambda _: False)


def test_every_directory_and_link_on_the_way_is_judged(tmp_path: Path, us: Us) -> None:
    (tmp_path / "open" / "below").mkdir(0o700, parents=True)
    (tmp_path / "open").chmod(0o777)
    (tmp_path / "link").symlink_to("open/below")
    assert faults(findings_on_way(tmp_path / "link" / "data", us)) == {"open": OwnershipFault.EVERYBODY}
    assert faults(findings_on_way(tmp_path / "link" / ".." / ".." / "data", us)) == {
        "open": OwnershipFault.EVERYBODY
    }
    assert faults(findings_at(tmp_path / "link", Role.OWN, us)) == {"open": OwnershipFault.EVERYBODY}
    (tmp_path / "open").chmod(0o1777)
    assert findings_on_way(tmp_path / "link" / "data", us) == ()


def test_a_link_of_somebody_else_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("nowhere")
    stranger = Us(os.geteuid() + 1, lambda _: False, frozenset())
    assert "link" in faults(findings_on_way(tmp_path / "link" / "data", stranger))


def test_links_in_circles_end(tmp_path: Path, us: Us) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    assert findings_at(tmp_path / "a", Role.GIVEN, us) == ()


def test_what_lies_above_the_home_is_the_administrators(
    tmp_path: Path, us: Us, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "people" / "me"
    home.mkdir(parents=True)
    home.parent.chmod(0o777)
    assert faults(findings_on_way(home / "data", us)) == {"people": OwnershipFault.EVERYBODY}
    monkeypatch.setenv("HOME", str(home))
    assert findings_on_way(home / "data", us) == ()
    assert faults(findings_on_way(home.parent / "elsewhere", us)) == {"people": OwnershipFault.EVERYBODY}
    home.chmod(0o777)
    assert faults(findings_on_way(home / "data", us)) == {"me": OwnershipFault.EVERYBODY}


def test_a_given_file_is_judged_with_its_directory_and_where_it_leads(tmp_path: Path, us: Us) -> None:
    real = tmp_path / "dotfiles"
    real.mkdir(0o700)
    (real / "config.toml").touch(0o600)
    link = tmp_path / "config.toml"
    link.symlink_to(real / "config.toml")
    assert findings_at(link, Role.GIVEN, us) == ()
    real.chmod(0o770)
    (real / "config.toml").chmod(0o602)
    assert faults(findings_at(link, Role.GIVEN, us)) == {
        "dotfiles": OwnershipFault.GROUP,
        "config.toml": OwnershipFault.EVERYBODY,
    }


def test_what_is_open_is_judged_and_not_what_has_its_name_by_now(tmp_path: Path, us: Us) -> None:
    path = tmp_path / "config.toml"
    path.touch(0o600)
    path.chmod(0o666)
    with path.open() as file:
        path.unlink()
        path.touch(0o600)
        found = findings_at(path, Role.GIVEN, us, opened=os.fstat(file.fileno()))
    assert faults(found) == {"config.toml": OwnershipFault.EVERYBODY}


def test_a_file_system_without_owners_cannot_be_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fluxtui.services.storage.ownership.knows_owners", lambda _: False)
    finding = finding_in(status(DIRECTORY, 0o777, uid=0), tmp_path, Role.OWN, US)
    assert finding is not None
    assert not finding.is_certain
    refuse((finding,), "nothing was read")


def test_a_refusal_says_what_is_wrong_and_the_command_that_mends_it(tmp_path: Path) -> None:
    place = tmp_path / "a b"
    finding = Finding(place, OwnershipFault.EVERYBODY, Role.OWN, os.geteuid(), 0)
    with pytest.raises(UntrustedFile) as caught:
        refuse((finding,), "nothing of it was read")
    assert isinstance(caught.value, ConfigError)
    assert isinstance(caught.value, StorageError)
    assert caught.value.sentence() == (
        f"{place} can be changed by everybody on this machine: nothing of it was read. "
        f"If you trust what is in it, run: chmod go-w '{place}'"
    )


def test_what_belongs_to_another_is_given_by_root() -> None:
    theirs = Finding(Path("/x/data"), OwnershipFault.FOREIGN, Role.OWN, 1001, 0)
    roots = Finding(Path("/x"), OwnershipFault.EVERYBODY, Role.PASSAGE, 0, 0)
    assert mend((theirs, roots), OURS) == (
        "If you trust what is in it, run: sudo chown 1000 /x/data && chmod go-w /x/data && sudo chmod go-w /x"
    )
    assert "run:" not in mend((Finding(Path("/y"), OwnershipFault.FOREIGN, Role.PASSAGE, 1001, 0),), OURS)


def test_root_is_told_to_be_the_owner() -> None:
    theirs = Finding(Path("/home/me/data"), OwnershipFault.FOREIGN, Role.OWN, 1001, 0)
    assert mend((theirs,), 0) == (
        "Run the program as its owner, without sudo. "
        "If you trust what is in it, run: chown 0 /home/me/data && chmod go-w /home/me/data"
    )


def test_root_in_the_home_of_a_user_is_told_to_be_that_user() -> None:
    home = Finding(Path("/home/me"), OwnershipFault.FOREIGN, Role.PASSAGE, 1001, 1001)
    assert mend((home,), 0) == (
        "Run the program as its owner, without sudo. "
        "Or name one in directories of your own, or of the system."
    )


def test_many_findings_are_counted() -> None:
    findings = [Finding(Path(f"/x/{number}"), OwnershipFault.GROUP, Role.OWN, 1, 1) for number in range(9)]
    with pytest.raises(UntrustedFile, match="and 6 more: nothing"):
        refuse(findings, "nothing was read")
