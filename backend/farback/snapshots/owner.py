"""Owner: whoever saved a snapshot holds a secret, told once, and may delete it with that."""

from __future__ import annotations

import hashlib
import hmac
import secrets

SECRET_BYTES = 24
"""32 letters: 192 bits, so that a plain hash of it tells nothing and need not be slow."""

LETTERS = "abcdefghijklmnopqrstuvwxyz234567"

ID_LETTERS = 12
"""Letters of base 32, lower case: short enough to be typed from a slide, without letters that are taken for digits in
speech or print (0 and 1 are left out). 60 bits: at 1,000 guesses a second among 10,000 snapshots, one is met in
thousands of years."""


def new_id() -> str:
    """An id that nobody guesses."""
    return "".join(secrets.choice(LETTERS) for _ in range(ID_LETTERS))


def new_secret() -> str:
    """A secret; only its hash is kept."""
    return secrets.token_urlsafe(SECRET_BYTES)


def hashed(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def fits(secret: str, kept: str) -> bool:
    """Whether a secret is the one; takes as long whatever is wrong with it."""
    return hmac.compare_digest(hashed(secret), kept)
