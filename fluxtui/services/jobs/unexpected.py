"""What our own code, or a library, did not expect of a service's answer, as an error like any other."""

from __future__ import annotations

import logging
import traceback
from pathlib import Path

from fluxtui.domain.errors import UnexpectedAnswer

_log = logging.getLogger(__name__)


def unexpected_fault(what: str, error: Exception) -> UnexpectedAnswer:
    """Return our error for an exception that is none of ours; where it happened is logged, not its words.

    Args:
        what: what was being done, for the log, such as `job 1234`.
        error: its words can hold addresses and bodies.
    """
    frames = traceback.extract_tb(error.__traceback__)
    place = ", ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames[-3:])
    _log.error("%s: %s at %s", what, type(error).__name__, place)
    return UnexpectedAnswer(
        f"What the service answered makes this program fail ({type(error).__name__}); the log says where."
    )
