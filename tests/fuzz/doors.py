"""Every door that is tried, by its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.fuzz.adopt_door import AdoptDoor
from tests.fuzz.campaign import Door
from tests.fuzz.config_door import ConfigDoor
from tests.fuzz.jobs_door import JobsDoor
from tests.fuzz.journal_door import JournalDoor
from tests.fuzz.notes_door import NotesDoor
from tests.fuzz.page_door import PageDoor
from tests.fuzz.services_door import ServicesDoor
from tests.fuzz.state_door import StateDoor
from tests.fuzz.terminal_door import TerminalDoor
from tests.fuzz.wire_door import WireDoor

DOORS: Mapping[str, Callable[[], Door]] = {
    "services": ServicesDoor,
    "wire": WireDoor,
    "config": ConfigDoor,
    "adopt": AdoptDoor,
    "journal": JournalDoor,
    "notes": NotesDoor,
    "jobs": JobsDoor,
    "terminal": TerminalDoor,
    "page": PageDoor,
    "state": StateDoor,
}
