"""What a fault of the program says at its end."""

from __future__ import annotations

import logging
import os
import sys
import traceback

FAILED = (
    "fluxtui: A fault in the program ended it; the log has the details (fluxtui doctor says where it is).\n"
    "No job is lost: they go on at the next start."
)
FAILED_EARLY = (
    "fluxtui: A fault in the program ended it before its log had begun: {fault}.\n"
    "Nothing was sent, and no job is lost: they go on at the next start."
)


def parting_words() -> str:
    """Return what the terminal is left with after the fault that is being handled."""
    return FAILED if _is_logged() else FAILED_EARLY.format(fault=_last_fault())


def _is_logged() -> bool:
    """Whether what is logged is written to a file yet."""
    handlers = logging.getLogger().handlers
    return any(isinstance(it, logging.FileHandler) and it.baseFilename != os.devnull for it in handlers)


def _last_fault() -> str:
    """Return the kind and the place of the fault being handled, without its words: they can hold anything."""
    kind, _, trace = sys.exc_info()
    steps = traceback.extract_tb(trace)
    place = f" at {os.path.basename(steps[-1].filename)}:{steps[-1].lineno}" if steps else ""
    return f"{kind.__name__ if kind is not None else 'unknown'}{place}"
