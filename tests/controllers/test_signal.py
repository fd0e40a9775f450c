"""What listens to a controller is not kept by it."""

from __future__ import annotations

import weakref

from fluxtui.controllers.signal import Signal
from fluxtui.system.weak_methods import weak_method


class Listener:
    def __init__(self) -> None:
        self.told = 0

    def tell(self) -> None:
        self.told += 1


def test_a_method_listens_for_as_long_as_what_it_belongs_to_is_there() -> None:
    signal, listener, others = Signal(), Listener(), list[int]()
    seen, call = weakref.ref(listener), weak_method(listener.tell)
    end = signal.connect(listener.tell)
    signal.connect(lambda: others.append(1))
    signal.send()
    call()
    assert listener.told == 2
    del listener
    assert seen() is None
    signal.send()
    end()
    assert others == [1, 1]
