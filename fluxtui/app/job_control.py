"""Whether a shell can bring the program back once it is stopped."""

from __future__ import annotations

import os


def can_be_resumed() -> bool:
    """Tell whether the parent is a shell with job control, which notices that the program stops.

    Such a shell puts each job into a process group of its own, in the session of its terminal. Started by
    anything else (a script, a wrapper, the terminal itself), the program would stop for good: nobody could
    type at its terminal any more.
    """
    parent = os.getppid()
    try:
        same_session = os.getsid(parent) == os.getsid(0)
        own_group = os.getpgid(parent) != os.getpgrp()
    except OSError:
        return False
    return same_session and own_group
