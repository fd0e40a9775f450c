"""Whose the configuration is, and what a key command of it runs."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from fluxtui.domain.errors import ConfigError, UntrustedFile
from fluxtui.services.config import ConfigService
from fluxtui.services.config.command import key_from_command
from fluxtui.services.config.programs import command_findings, run_files, trusted_program
from fluxtui.services.config.reading import permission_warning
from fluxtui.services.storage.ownership import Us

Configured = Callable[..., ConfigService]


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A program that leaves a sign that it ran, and prints a key."""
    path = tmp_path / "bin" / "print-key"
    path.parent.mkdir()
    path.write_text(f"#!/bin/sh\ntouch '{tmp_path}/ran'\necho bfl_printed\n")
    path.chmod(0o700)
    return path


async def test_a_file_that_everybody_can_write_is_not_read(configured: Configured, path: Path) -> None:
    service = configured("this is not even TOML")
    path.chmod(0o666)
    with pytest.raises(UntrustedFile) as caught:
        service.load()
    assert caught.value.sentence() == (
        f"{path} can be changed by everybody on this machine: nothing of it was read, run or sent. "
        f"If you trust what is in it, run: chmod go-w {path}"
    )


def test_the_directory_that_holds_it_counts_as_much(configured: Configured, path: Path) -> None:
    service = configured("")
    path.parent.chmod(0o777)
    with pytest.raises(UntrustedFile, match="fluxtui can be changed"):
        service.load()
    path.parent.chmod(0o1777)
    service.load()


def test_a_link_to_dotfiles_is_followed_and_its_target_judged(tmp_path: Path) -> None:
    real = tmp_path / "dotfiles.toml"
    real.write_text("[images]\nprotocol = 'none'\n")
    real.chmod(0o600)
    link = tmp_path / "config.toml"
    link.symlink_to(real)
    assert ConfigService(link, environ={}).load().images.protocol == "none"
    real.chmod(0o606)
    with pytest.raises(UntrustedFile, match=r"dotfiles\.toml"):
        ConfigService(link, environ={}).load()


def test_links_that_lead_to_each_other_are_told(tmp_path: Path) -> None:
    link = tmp_path / "fluxtui"
    link.symlink_to(link)
    with pytest.raises(ConfigError, match="cannot be read"):
        ConfigService(link / "config.toml", environ={}).load()


def test_no_configuration_at_all_can_be_asked_for() -> None:
    ConfigService(Path(os.devnull), environ={}).load()


def test_a_key_is_not_written_where_others_could_take_the_file_away(
    configured: Configured, path: Path
) -> None:
    path.parent.mkdir()
    path.parent.chmod(0o777)
    with pytest.raises(UntrustedFile, match="nothing was written there"):
        configured().save({"profiles.bfl.api_key": "bfl_new"})
    assert list(path.parent.iterdir()) == []


def test_the_advice_for_a_readable_file_can_be_pasted(tmp_path: Path) -> None:
    path = tmp_path / "it's here.toml"
    path.touch()
    path.chmod(0o644)
    service = ConfigService(path, environ={})
    service.load()
    assert service.warnings[0].endswith(f"""chmod 600 '{tmp_path}/it'"'"'s here.toml'""")


def test_a_readable_file_of_root_is_not_told_to_be_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "config.toml"
    path.touch()
    path.chmod(0o444)
    monkeypatch.setattr("os.geteuid", lambda: path.stat().st_uid + 1)
    assert (permission_warning(path) or "").endswith("It is not yours, so keep no key in it.")


@pytest.mark.parametrize("before", [(), ("sh",), ("/bin/sh", "-e"), ("env", "-u", "X", "A=1", "sh")])
async def test_a_program_that_everybody_can_change_is_not_run(program: Path, before: tuple[str, ...]) -> None:
    words = (*before, str(program))
    assert (await key_from_command(words)).get_secret_value() == "bfl_printed"
    (program.parent.parent / "ran").unlink()
    program.chmod(0o757)
    with pytest.raises(
        UntrustedFile, match=r"print-key can be changed by everybody .*: nothing of it was run"
    ):
        await key_from_command(words)
    program.chmod(0o700)
    program.parent.chmod(0o777)
    with pytest.raises(UntrustedFile, match="bin can be changed by everybody"):
        await key_from_command(words)
    assert not (program.parent.parent / "ran").exists()


def test_a_directory_of_a_group_as_debian_and_homebrew_have_is_fine(program: Path) -> None:
    program.parent.chmod(0o2775)
    program.chmod(0o775)
    assert command_findings((str(program),), us=Us(os.geteuid(), lambda _: False)) == ()


def test_a_program_of_another_is_found(program: Path) -> None:
    stranger = Us(os.geteuid() + 1, lambda _: False, frozenset())
    assert program in {finding.path for finding in command_findings((str(program),), us=stranger)}


@pytest.mark.parametrize("words", [("./print-key",), ("bin/print-key",), ("sh", "print-key"), ("env", "./x")])
async def test_what_depends_on_the_current_directory_is_not_run(
    program: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.chdir(program.parent)
    with pytest.raises(ConfigError, match=r"another directory, so it was not run\."):
        await key_from_command(words)


@pytest.mark.parametrize("search_path", ["", ":", ".", "bin::.", "relative:../bin"])
def test_no_part_of_path_stands_for_the_current_directory(
    program: Path, monkeypatch: pytest.MonkeyPatch, search_path: str
) -> None:
    monkeypatch.chdir(program.parent)
    with pytest.raises(ConfigError, match="in no directory that PATH names in full"):
        trusted_program(("print-key",), {"PATH": search_path})
    whole = {"PATH": f"{search_path}:{program.parent}"}
    assert trusted_program(("print-key",), whole) == str(program)


@pytest.mark.parametrize(
    ("words", "script"),
    [
        (("/bin/sh", "-c", "echo x"), None),
        (("/bin/sh", "-lc", "echo x", "/y"), None),
        (("/bin/sh", "-eu", "/x/y.sh", "/z"), "/x/y.sh"),
        (("/bin/sh", "-o", "pipefail", "/x/y.sh"), "/x/y.sh"),
        (("/usr/bin/python3", "-m", "keyring", "get"), None),
        (("/usr/bin/python3.12", "-W", "ignore", "/x/y.py"), "/x/y.py"),
        (("/usr/bin/perl", "-ne", "print"), None),
        (("/bin/cat", "/x/secret"), None),
        (("/usr/bin/env", "-S", "/bin/sh /x/y.sh"), "/x/y.sh"),
        (("/usr/bin/env", "-S/bin/sh /x/y.sh"), "/x/y.sh"),
        (("/usr/bin/env", "-iS", "/bin/sh /x/y.sh"), "/x/y.sh"),
        (("/usr/bin/env", "--split-string=/bin/sh /x/y.sh"), "/x/y.sh"),
        (("/usr/bin/env", "--unset", "X", "/bin/sh", "/x/y.sh"), "/x/y.sh"),
        (("/bin/bash", "-euo", "pipefail", "-c", "pass show fal | head -1"), None),
        (("/bin/bash", "-euo", "pipefail", "/x/y.sh"), "/x/y.sh"),
        (("/bin/bash", "+x", "/x/y.sh"), "/x/y.sh"),
        (("/bin/bash", "-u", "/x/y.sh"), "/x/y.sh"),
        (("/bin/bash", "-C", "/x/y.sh"), "/x/y.sh"),
        (("/bin/bash", "--", "/x/y.sh"), "/x/y.sh"),
        (("/usr/bin/python3", "-u", "/x/y.py"), "/x/y.py"),
        (("/usr/bin/python3", "-cprint(1)", "y"), None),
        (("/usr/bin/perl", "-W", "/x/y.pl"), "/x/y.pl"),
        (("/usr/bin/perl", "-I", "/x/lib", "-e", "print"), None),
        (("/usr/bin/ruby", "-r", "json", "-e", "puts"), None),
        (("/usr/bin/osascript", "-l", "JavaScript", "-e", "1"), None),
        (("/usr/bin/node", "-r", "module", "/x/y.js"), "/x/y.js"),
    ],
)
def test_the_script_that_an_interpreter_runs_is_told_from_what_is_text(
    words: tuple[str, ...], script: str | None
) -> None:
    files = [str(file) for file in run_files(words)]
    assert files[0] == words[0]
    assert (script is None and len(files) == 1) or files[-1] == script


def test_env_is_believed_where_it_says_where_programs_are(program: Path) -> None:
    words = ("/usr/bin/env", f"PATH={program.parent}", "print-key")
    assert list(run_files(words, {"PATH": "/bin"}))[-1] == program


def test_what_env_cannot_split_is_told(program: Path) -> None:
    with pytest.raises(ConfigError, match="quotation mark"):
        list(run_files(("/usr/bin/env", "-S", "sh 'x")))
