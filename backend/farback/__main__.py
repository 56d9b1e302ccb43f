"""`python -m farback`."""

from __future__ import annotations

from .cli import main

if __name__ == "__main__":  # worker processes load this module as well, and must not become servers
    main()
