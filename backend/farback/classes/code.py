"""Code: by which a class is called. It is said aloud, read from the last row and typed on a phone."""

from __future__ import annotations

import re
import secrets

from ..errors import NotFound
from ..strict import shown

LETTERS = "FHJKLMRTWXY246789"
"""No two that look alike (0 and O, 1 and I, 5 and S, 8 and B) or sound alike (B, C, D, E, G, P, T; M and N), and no
vowels, so that no code is a word."""

LENGTH = 7
"""17^7 is 410 million codes. With 50 classes in use and as many wrong codes as an address may try
(`MAX_WRONG_CODES`), whoever tries all day meets one in two months."""

CODE = re.compile(f"[{LETTERS}]{{{LENGTH}}}")

FILLING = re.compile(r"[\s-]")
"""What people write between letters to read them more easily."""


def new_code() -> str:
    """A code that nobody guesses."""
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


def read_code(text: str) -> str:
    """A code as a person typed it: in small letters, with blanks.

    Raises:
        NotFound: it can be none; says what one looks like.
    """
    code = FILLING.sub("", text).upper()
    if not CODE.fullmatch(code):
        said = f"{shown(text)} is no class code. A code has {LENGTH} letters and digits, out of {LETTERS}."
        raise NotFound(said, "code")
    return code
