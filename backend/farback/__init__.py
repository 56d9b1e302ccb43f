"""Farback shows how far back a recurrent network can connect information.

`farback.run(spec)` trains one model and yields its frames; `farback.probe(module, x)` measures a torch module of one's
own. They are loaded when they are first used, because they bring torch along and the web process does without.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["__version__", "probe", "run"]

if TYPE_CHECKING:
    from .pipeline import run
    from .probing.own import probe

_LAZY = {"probe": ".probing.own", "run": ".pipeline"}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module 'farback' has no attribute {name!r}")
    return getattr(import_module(_LAZY[name], __name__), name)
