"""Recent: what was made lately and takes a while to make."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Recent(Generic[T]):
    """The values that were made last. One is made at a time, however many ask for it first.

    Args:
        most: values that are kept.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[str, T] = OrderedDict()
        self._making = threading.Lock()

    def get(self, key: str, make: Callable[[], T]) -> T:
        """What goes by that key, made where it is not there."""
        found = self._values.get(key)  # nobody who asks for what is there waits for what is not
        if found is not None:
            return found
        with self._making:
            if key not in self._values:
                self._values[key] = make()
            while len(self._values) > self._most:
                self._values.popitem(last=False)
            return self._values[key]
