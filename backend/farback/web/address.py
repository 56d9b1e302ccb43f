"""Address: where people reach this server, for what must name it as a whole: links that leave the page."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Depends, HTTPException, Request

from .access import InSettings

HOST = re.compile(r"(?:[\w-]+(?:\.[\w-]+)*\.?|\[[0-9a-f:.]+\])(?::\d{1,5})?", re.ASCII | re.IGNORECASE)


def host_of(request: Request) -> str:
    """The host and port that were asked for.

    Raises:
        HTTPException: what the request calls so is none (400).
    """
    host = request.headers.get("host", "")
    if not HOST.fullmatch(host):
        raise HTTPException(400, "The header `Host` names no host.")
    return host.lower()


def _base(request: Request, settings: InSettings) -> str:
    """The explorer's absolute address, with a slash at its end.

    Without a setting it is put together from what was asked for. `X-Forwarded-Host` and the like are not read, since
    anybody can send them; of the scheme uvicorn believes the proxies that it was told to trust.
    """
    if settings.public_url:
        return f"{settings.public_url.rstrip('/')}/"
    return f"{request.scope['scheme']}://{host_of(request)}{settings.prefix.rstrip('/')}/"


Base = Annotated[str, Depends(_base)]
"""The explorer's absolute address, with a slash at its end."""
