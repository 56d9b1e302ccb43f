"""Lettering: text on a picture, in the one font that Pillow brings. It has the letters of English only, so accents are
drawn by hand, and what it lacks otherwise is written in other words or not at all."""

from __future__ import annotations

import unicodedata
from functools import cache

from PIL import ImageDraw, ImageFont

Point = tuple[float, float]

BOLD = 0.022
"""Width of the stroke around a letter that makes it bold, in its size."""

SPELT = {
    "≥": ">\u0331", "≤": "<\u0331", "≈": "~", "×": "x", "→": "->", "←": "<-", "–": "-", "—": "-", "−": "-", "ß": "ss",
    "ẞ": "SS", "æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D",
    "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ı": "i", "„": "“", "‚": "‘", "€": "EUR", "£": "GBP",
}  # fmt: skip
"""What the font lacks and everybody reads."""

ABOVE: dict[str, list[list[Point]]] = {
    "\u0300": [[(-0.6, -1), (0.5, 0)]],
    "\u0301": [[(0.6, -1), (-0.5, 0)]],
    "\u0302": [[(-0.9, 0), (0, -1), (0.9, 0)]],
    "\u0303": [[(-1, 0), (-0.5, -0.7), (0.5, -0.1), (1, -0.8)]],
    "\u0304": [[(-0.9, -0.4), (0.9, -0.4)]],
    "\u0306": [[(-0.9, -1), (-0.5, -0.2), (0.5, -0.2), (0.9, -1)]],
    "\u0307": [[(0, -0.4)]],
    "\u0308": [[(-0.8, -0.4)], [(0.8, -0.4)]],
    "\u030a": [[(0, -1), (0.6, -0.5), (0, 0), (-0.6, -0.5), (0, -1)]],
    "\u030b": [[(-0.2, -1), (-0.8, 0)], [(0.9, -1), (0.3, 0)]],
    "\u030c": [[(-0.9, -1), (0, 0), (0.9, -1)]],
}
"""Accents as lines, a line of one point being a dot: half as wide and as high as `MARK`, from their foot upwards."""

BELOW: dict[str, list[list[Point]]] = {
    "\u0323": [[(0, 0.6)]],
    "\u0326": [[(0.2, 0.4), (-0.2, 1.2)]],
    "\u0327": [[(0, 0), (0.4, 0.6), (-0.3, 1)]],
    "\u0328": [[(0.3, 0), (0, 0.6), (0.5, 1)]],
    "\u0331": [[(-1.7, -0.25), (1.7, -0.25)]],
}

MARK: Point = (0.115, 0.13)
GAP, LINE, DOT = 0.075, 0.07, 0.06
"""From a letter to its accent, width of its lines, radius of its dots; all in the size of the letters."""

DOTTED = "ij"
"""Letters whose dot stands for any accent."""


def written(text: str) -> str | None:
    """A text in characters that can be drawn: letters, and accents after them. Signs that cannot are left out; None
    where a letter cannot, since that would make other words."""
    spelt = "".join(SPELT.get(character, character) for character in unicodedata.normalize("NFC", text))
    kept = []
    for character in unicodedata.normalize("NFKD", spelt):
        if character in ABOVE or character in BELOW or _is_there(character):
            kept.append(character)
        elif unicodedata.category(character)[0] in "LMN":
            return None
    return " ".join("".join(kept).split())


class Lettering:
    """Writes on a picture.

    Args:
        draw: the picture.
        scale: pixels of it to a unit of all that is given here.
    """

    def __init__(self, draw: ImageDraw.ImageDraw, scale: int) -> None:
        self._draw = draw
        self._scale = scale

    def width(self, text: str, size: float) -> float:
        """How wide a text gets."""
        bases, _ = _parted(text)
        return _font(size * self._scale).getlength(bases) / self._scale

    def write(self, at: Point, text: str, size: float, colour: str, bold: bool = False, right: bool = False) -> None:
        """Write from a point on the line on which letters stand, or up to it."""
        bases, marks = _parted(text)
        pixels = size * self._scale
        font = _font(pixels)
        x, y = at[0] * self._scale, at[1] * self._scale
        if right:
            x -= font.getlength(bases)
        self._draw.text((x, y), bases, colour, font, "ls", stroke_width=BOLD * pixels if bold else 0)
        for place, mark in marks:
            left, top, end, foot = font.getbbox(bases[place], anchor="ls")
            middle = x + font.getlength(bases[:place]) + (left + end) / 2
            edge = y + (top - GAP * pixels if mark in ABOVE else foot + GAP / 2 * pixels)
            self._mark((middle, edge), mark, pixels, colour, 1 + 0.3 * bold)

    def fitted(self, text: str, size: float, width: float) -> str:
        """As much of a text as has room, with an ellipsis where that is not all."""
        if self.width(text, size) <= width:
            return text
        while text and self.width(f"{text}…", size) > width:
            text = text[:-1]
        return f"{text.rstrip()}…"

    def lines(self, text: str, size: float, width: float, most: int) -> list[str]:
        """A text in so many lines at most; what has no room ends in an ellipsis."""
        lines: list[str] = []
        words = text.split()
        while words and len(lines) < most:
            count = 1
            while count < len(words) and self.width(" ".join(words[: count + 1]), size) <= width:
                count += 1
            last = len(lines) == most - 1
            lines.append(self.fitted(" ".join(words if last else words[:count]), size, width))
            words = words[count:]
        return lines

    def _mark(self, at: Point, mark: str, pixels: float, colour: str, weight: float) -> None:
        for line in (ABOVE | BELOW)[mark]:
            points = [(at[0] + x * MARK[0] * pixels, at[1] + y * MARK[1] * pixels) for x, y in line]
            radius = (DOT if len(points) == 1 else LINE / 2) * pixels * weight
            if len(points) > 1:
                self._draw.line(points, colour, round(2 * radius))
            for x, y in points:
                self._draw.ellipse((x - radius, y - radius, x + radius, y + radius), colour)


def _parted(text: str) -> tuple[str, list[tuple[int, str]]]:
    """The letters, and the accents with the place of the letter that each belongs to."""
    bases, marks = "", []
    for character in text:
        if character not in ABOVE and character not in BELOW:
            bases += character
        elif bases and bases[-1] not in DOTTED:
            marks.append((len(bases) - 1, character))
    return bases, marks


@cache
def _font(pixels: float) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(pixels)
    assert isinstance(font, ImageFont.FreeTypeFont), "Pillow was built without FreeType, which its wheels are not"
    return font


@cache
def _is_there(character: str) -> bool:
    """Whether the font has a character; what it lacks it draws as a box, as it does U+FFFF."""
    font = _font(40)
    return character == " " or bytes(font.getmask(character)) != bytes(font.getmask("\uffff"))
