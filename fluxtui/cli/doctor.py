"""`fluxtui doctor`: what the terminal can show and where things are kept, without any secret."""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Collection, Iterable
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from fluxtui import __version__
from fluxtui.domain.errors import FluxError, UntrustedFile
from fluxtui.domain.text import safe_text
from fluxtui.providers.registry import provider_hosts
from fluxtui.system.event_loop import run_to_end

if TYPE_CHECKING:
    from fluxtui.services.config import ConfigService
    from fluxtui.services.storage.ownership import Finding

UNCERTAIN = (
    "its file system keeps no owners and permissions (FAT, CIFS, /mnt/c of WSL), so whether others can "
    "change it cannot be told."
)

PACKAGES = ("textual", "pillow", "httpx", "pydantic")


def run_doctor(options: argparse.Namespace) -> int:
    """Print what was found and return 0, or 1 if configuration or data directory cannot be used."""
    _say("program", f"fluxtui {__version__}, Python {platform.python_version()}, {platform.system()}")
    _say("packages", ", ".join(f"{name} {_version(name)}" for name in PACKAGES))
    fine = _tell_config(options)
    safe = _tell_owners(options)
    _tell_terminal(options)
    return 0 if fine and safe else 1


def _say(label: str, text: str) -> None:
    print(f"{label:<14}{safe_text(text)}")  # noqa: T201


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "missing"


def _tell_config(options: argparse.Namespace) -> bool:
    from fluxtui.cli.config import data_directory, load_config
    from fluxtui.cli.logs import log_path
    from fluxtui.services.journal.search import MISSING, has_fts5

    try:
        config = load_config(options)
    except UntrustedFile:
        _say("configuration", "not read, for what is told below")
        return False
    except FluxError as error:
        _say("configuration", error.sentence())
        return False
    found = "" if config.path.exists() else " (not there; defaults are used)"
    _say("configuration", f"{config.path}{found}")
    for warning in config.warnings:
        _say("warning", warning)
    for name in config.config.profiles:
        _tell_profile(config, name)
    keyring = run_to_end(config.keyring.state())
    _say("keyring", f"{keyring.name} can keep keys" if keyring.usable else f"not used: {keyring.reason}")
    try:
        _say("data", str(data_directory(config, options)))
    except FluxError as error:
        _say("data", error.sentence())
        return False
    if not has_fts5():
        _say("warning", MISSING)
    _say("log", f"{log_path()}, level {config.config.log.level}")
    return True


def _tell_profile(config: ConfigService, name: str) -> None:
    """Say where a profile's service is, and whether there is a key; a command is run to see it."""
    from fluxtui.services.config.checks import command_words
    from fluxtui.services.config.programs import command_findings

    profile = config.config.profiles[name]
    active = " (active)" if name == config.config.profile else ""
    title = provider_hosts(profile.provider).title
    _say("profile", f"{name}{active}: {title} ({profile.provider}) at {profile.base_url}")
    try:
        known = run_to_end(config.key(name)) is not None
    except UntrustedFile:
        _say("", "its command was not run, for what follows")
        _tell_findings(command_findings(command_words(profile.api_key_command or ())))
    except FluxError as error:
        _say("", error.sentence())
    else:
        found = f"key from {config.key_source(name)}: found (not shown)"
        _say("", found if known else "no key: nothing can be sent")


def _tell_owners(options: argparse.Namespace) -> bool:
    """Say what others could have put in place or changed; False where the program does not start for it."""
    from fluxtui.cli.config import chosen_directory, data_directory, load_config
    from fluxtui.cli.logs import log_path
    from fluxtui.services.config import ConfigService
    from fluxtui.services.storage.claiming import inspected
    from fluxtui.services.storage.ownership import Role, findings_at
    from fluxtui.services.storage.service import StorageService
    from fluxtui.system.directories import default_data_directory

    try:
        path = ConfigService(getattr(options, "config", None)).path
        told = findings_at(path, Role.GIVEN)
        fine = _tell_findings(told)
        try:
            data = data_directory(load_config(options), options)
        except FluxError:
            # What it says of the place is not known; what the command line says is.
            given = getattr(options, "data_dir", None) or os.environ.get("FLUXTUI_DATA_DIR")
            data = chosen_directory(given) if given else default_data_directory()
    except FluxError:
        # A name that stands for nothing: told with the configuration.
        return False
    for place in (data, log_path().parent):
        try:
            found = inspected(place.absolute())
        except OSError as error:
            _say("warning", f"{place} cannot be looked through: {error.strerror}.")
            continue
        if not found.is_certain:
            _say("warning", f"{place}: {UNCERTAIN}")
        fine = _tell_findings(found.refused, told) and fine
        told = (*told, *found.refused)
        if found.loose and not found.refused:
            _say("warning", f"{place} is open to others. All in it is yours; the next start closes it.")
    fault = StorageService(data).unusable() if fine else None
    if fault is not None:
        _say("refused", fault)
    return fine and fault is None


def _tell_findings(findings: Iterable[Finding], told: Collection[Finding] = ()) -> bool:
    """Say each of them that is not told yet, with what mends it; False if there is one that is certain."""
    from fluxtui.services.storage.ownership import mend

    findings = tuple(findings)
    for finding in (each for each in findings if each not in told):
        if finding.is_certain:
            _say("refused", f"{finding.sentence()}. {mend((finding,))}")
        else:
            _say("warning", f"{finding.path}: {UNCERTAIN}")
    return not any(finding.is_certain for finding in findings)


def _tell_terminal(options: argparse.Namespace) -> None:
    from fluxtui.terminal.intermediary import Intermediary
    from fluxtui.terminal.probe import probe_terminal
    from fluxtui.terminal.ttys import require_terminal, size_of

    complaint = require_terminal()
    if complaint:
        _say("terminal", complaint)
        return
    _tell_characters()
    terminal = probe_terminal(getattr(options, "images", None) or "auto")
    columns, rows = size_of(sys.stderr.fileno())
    _say("terminal", f"{terminal.name or os.environ.get('TERM', 'unknown')}, {columns}x{rows}")
    _say("pictures", f"{terminal.protocol.value}, cells of {terminal.cell_width}x{terminal.cell_height} px")
    where = ["over SSH"] if terminal.over_ssh else []
    where += [f"in {terminal.between.value}"] if terminal.between else []
    _say("line", ", ".join(where) or "local")
    colours = "24-bit, which the terminal is known to show" if terminal.truecolor else "by TERM and COLORTERM"
    _say("colours", "256, for GNU screen" if terminal.between is Intermediary.SCREEN else colours)
    for reason in terminal.reasons:
        _say("", reason)
    if terminal.note:
        _say("note", terminal.note)


def _tell_characters() -> None:
    from fluxtui.terminal.characters import is_utf8, understands_utf8

    found = os.environ.get("LC_ALL") or os.environ.get("LC_CTYPE") or os.environ.get("LANG") or "not set"
    answers = {True: "understands UTF-8", False: "takes UTF-8 for other characters", None: "does not answer"}
    understood = understands_utf8(sys.stdin.fileno(), sys.stderr.fileno())
    _say("characters", f"the locale is {found}; the terminal {answers[understood]}")
    if understood is False:
        _say("warning", "Let the terminal use UTF-8: FluxTUI draws with nothing else.")
    elif not is_utf8(sys.stderr.encoding):
        _say("", "FluxTUI writes UTF-8 all the same")
