"""`fluxtui adopt`: takes over the models of the application that FluxTUI replaces."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fluxtui.domain.errors import FluxError, StorageError
from fluxtui.domain.text import plural, safe_text
from fluxtui.services.typed_paths import homeless, meant
from fluxtui.system.dataclass import dataclass
from fluxtui.system.event_loop import run_to_end

if TYPE_CHECKING:
    from fluxtui.domain.finetune import Finetune

MODELS_FILE = "models.json"
CONFIG_FILE = "config.json"
_MOST_SHOWN = 200
_LOOKED_IN = ("", "data")
"""Where below a directory that was named its files are looked for."""


@dataclass
class Adoption:
    """What came of it: the finetunes that were taken over, and a sentence for each thing that was not."""

    finetunes: list[Finetune] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    keys: list[Path] = field(default_factory=list)
    """Old configurations that hold a key; it is never copied, since the new place is the user's choice."""


def run_adopt(options: argparse.Namespace) -> int:
    """Take over what the paths hold and tell of it; returns 0, 1 with problems, or 2 where nothing went."""
    from fluxtui.cli.config import CANNOT_START, complain, data_directory, load_config

    try:
        config = load_config(options)
        profile = config.config.profile
        adoption = read_old_files(options.paths, profile)
        run_to_end(_keep(adoption, data_directory(config, options).absolute()))
    except FluxError as error:
        complain(error.sentence())
        return CANNOT_START
    if getattr(options, "json", False):
        print(json.dumps(_as_json(adoption, profile), indent=2))  # noqa: T201
    else:
        _tell(adoption, profile)
    return 1 if adoption.problems else 0


def read_old_files(paths: Sequence[Path], profile: str) -> Adoption:
    """Read old `models.json` and `config.json` files, or directories with them, for a profile."""
    adoption = Adoption()
    for path in paths:
        named = meant(path)
        if reason := homeless(named):
            adoption.problems.append(f"{safe_text(path, limit=200)} {reason}.")
            continue
        found = _files_at(named)
        if not found:
            adoption.problems.append(f"{safe_text(path)}: there is neither {MODELS_FILE} nor {CONFIG_FILE}.")
        for file in found:
            try:
                _read(file, profile, adoption)
            except StorageError as error:
                adoption.problems.append(error.sentence())
    return adoption


def _files_at(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    places = [path / below / name for below in _LOOKED_IN for name in (MODELS_FILE, CONFIG_FILE)]
    return [place for place in places if place.is_file()]


def _read(file: Path, profile: str, adoption: Adoption) -> None:
    from fluxtui.services.moving import read_old_key, read_old_models

    if file.name == CONFIG_FILE:
        if read_old_key(file) is not None:
            adoption.keys.append(file)
        return
    old = read_old_models(file, profile)
    adoption.finetunes += old.finetunes
    adoption.problems += [f"{safe_text(file)}, {problem.sentence()}" for problem in old.problems]


async def _keep(adoption: Adoption, data_dir: Path) -> None:
    """Write the finetunes into the journal, all or none. Raises `StorageError`."""
    from fluxtui.services.journal import Journal
    from fluxtui.services.storage import StorageService

    if not adoption.finetunes:
        return
    storage = StorageService(data_dir)
    storage.prepare()
    journal = Journal(storage.journal_path)
    await journal.open()
    try:
        await journal.finetunes.put_many(adoption.finetunes)
    finally:
        await journal.close()


def _as_json(adoption: Adoption, profile: str) -> dict[str, Any]:
    return {
        "profile": profile,
        "finetunes": [{"id": item.id, "name": item.name} for item in adoption.finetunes],
        "problems": adoption.problems,
        "configurations_with_a_key": [str(path) for path in adoption.keys],
    }


def _tell(adoption: Adoption, profile: str) -> None:
    lines = [
        f"{plural(len(adoption.finetunes), 'finetune')} taken over into the profile {profile}.",
        *(f"  {item.name}  {item.id}" for item in adoption.finetunes[:_MOST_SHOWN]),
    ]
    for path in adoption.keys:
        lines.append(f"{path} holds a key. It was not copied: paste it into F7 Settings, or set BFL_API_KEY.")
    lines += adoption.problems[:_MOST_SHOWN]
    if len(adoption.problems) > _MOST_SHOWN:
        lines.append(f"and {len(adoption.problems) - _MOST_SHOWN:,} more; --json tells all of them.")
    for line in lines:
        print(safe_text(line))  # noqa: T201
