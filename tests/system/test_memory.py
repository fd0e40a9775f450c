"""Memory that is free: kept for what comes next while there is much work, given back otherwise."""

from __future__ import annotations

import pytest

from fluxtui.system import memory
from fluxtui.system.memory import ALONE_BYTES, AT_HAND_BYTES, keep_memory_together, memory_at_hand


def test_memory_is_at_hand_from_the_first_work_to_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[object] = []
    monkeypatch.setattr(memory, "_heap", memory._Heap())
    monkeypatch.setattr(memory, "_set_options", lambda *options: told.append(dict(options)[-3]))
    monkeypatch.setattr(memory, "give_back_memory", lambda: told.append("given back"))
    with memory_at_hand():
        assert told == [], "nobody asked for it to be kept together"
    keep_memory_together()
    with memory_at_hand(), memory_at_hand():
        assert told == [ALONE_BYTES, AT_HAND_BYTES]
    assert told == [ALONE_BYTES, AT_HAND_BYTES, ALONE_BYTES, "given back"]
