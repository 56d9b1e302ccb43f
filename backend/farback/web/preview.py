"""Preview: a snapshot as a picture, for sites that show a link by one. It must be read at a quarter of its size."""

from __future__ import annotations

import io
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from ..arrays import Floats
from .digest import Digest, Model
from .lettering import Lettering, written

WIDTH, HEIGHT = 1200, 630
"""What sites that show links ask for: 1.91 to 1, and large enough for dense screens."""

SCALE = 2
"""Drawn at twice the size and made smaller, which smooths all edges."""

PAGE, CARD, TEXT, MUTED, FAINT = "#f4f3ef", "#ffffff", "#1b2230", "#5a6273", "#e4e5ea"
NAVY, YELLOW = "#14213d", "#fee838"
MODELS = ("#5f6675", "#c2410c", "#0b7a6f", "#2450c8", "#8226c9", "#b81765", "#5b7410", "#8a5a00")
"""The page's own colours where it is light, from `style.css`."""

CIVIDIS = ("00224e", "123570", "3b496c", "575d6d", "707173", "8a8678", "a59c74", "c3b369", "e1cc55", "fee838")
NOT_FINITE = (225, 29, 132)
"""The page's colours of magnitudes, from `scales.js`."""

LEVELS = 64
"""Steps of a heatmap's colours: more cannot be told apart, and take more room."""
DECADES = 4
"""How far below the largest entry the scale begins, as on the page."""

COLOURS = 256
"""Colours of the whole picture: nobody sees that there are no more, and it takes half the room."""

MARGIN, BAND = 52, 168
"""Pixels to the edges; height of the title's band."""
TOP, FOOT = BAND + 26, 536
"""Between these the rows are."""
TALLEST = 110
"""Highest row."""
SIDE = 300
"""Width and height of the heatmap."""


class Track(NamedTuple):
    """Where bars are drawn: one step of time is `unit` pixels."""

    left: float
    right: float
    unit: float

    def at(self, steps: int) -> float:
        """Where so many steps back are."""
        return min(self.left + steps * self.unit, self.right)


def drawn(digest: Digest, matrix: Floats | None) -> bytes:
    """The picture as PNG; the same bits each time.

    Args:
        digest: what there is to say.
        matrix: connectivity of the best model, where it is known.
    """
    image = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), PAGE)
    pen = Pen(image)
    pen.title(digest)
    pen.rows(digest, WIDTH - MARGIN if matrix is None else WIDTH - 2 * MARGIN - SIDE)
    if matrix is not None:
        pen.heatmap(matrix, digest.models[digest.best])
    file = io.BytesIO()
    small = image.reduce(SCALE)
    small.quantize(COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
    return file.getvalue()


class Pen:
    """Draws the parts of a picture, in pixels of the finished one."""

    def __init__(self, image: Image.Image) -> None:
        self._image = image
        self._draw = ImageDraw.Draw(image)
        self._text = Lettering(self._draw, SCALE)

    def title(self, digest: Digest) -> None:
        """The band at the top: what it is about, and whose it is. A title in letters that cannot be drawn stands beside
        the picture all the same."""
        self._box(0, 0, WIDTH, BAND, NAVY)
        name, size = "farback", 38.0
        left = WIDTH - MARGIN - self._text.width(name, size)
        self._text.write((left, 72), name, size, CARD, bold=True)
        self._sign(left - 62, 34, 48)
        text = written(digest.title) or digest.task
        width = left - 62 - 2 * MARGIN
        [size, lines] = next(
            (size, lines)
            for size, most in ((50.0, 1), (44.0, 2))
            for lines in [self._text.lines(text, size, width, most)]
            if most == 2 or not lines[-1].endswith("…") or text.endswith("…")
        )
        down = BAND / 2 + 0.36 * size - (len(lines) - 1) * 0.6 * size
        for number, line in enumerate(lines):
            self._text.write((MARGIN, down + number * 1.2 * size), line, size, CARD, bold=True)

    def rows(self, digest: Digest, end: float) -> None:
        """HOW FAR BACK: a bar for what each model does, an outline for what its gradient sees."""
        height = min(TALLEST, (FOOT - TOP) / len(digest.models))
        top = TOP + (FOOT - TOP - height * len(digest.models)) / 2
        size = min(36.0, 0.7 * height)
        number = min(50.0, 0.85 * height)
        names = [self._text.fitted(written(model.name) or "", size, 290) for model in digest.models]
        told = [written(str(model.reach)) or "" if model.reach else "?" for model in digest.models]
        left = MARGIN + max(self._text.width(name, size) for name in names) + 24
        right = end - max(self._text.width(text, number) for text in told) - 20
        track = Track(left, right, (right - left) / digest.longest)
        for at, (model, name, text) in enumerate(zip(digest.models, names, told, strict=True)):
            middle = top + (at + 0.5) * height
            self._text.write((MARGIN, middle + 0.35 * size), name, size, TEXT, bold=True)
            self._bar(model, track, middle, 0.31 * height)
            self._text.write((end, middle + 0.36 * number), text, number, MODELS[model.colour], bold=True, right=True)
        self._axis(track, digest.longest, top + height * len(digest.models))

    def heatmap(self, matrix: Floats, model: Model) -> None:
        """Which inputs each output of the best model depends on."""
        left, top = WIDTH - MARGIN - SIDE, TOP + 8
        painted = Image.fromarray(_painted(matrix, SIDE))
        self._box(left - 5, top - 5, left + SIDE + 5, top + SIDE + 5, CARD, 8)
        self._image.paste(painted.resize((SIDE * SCALE, SIDE * SCALE), Image.Resampling.NEAREST), (
            round(left * SCALE), round(top * SCALE),
        ))  # fmt: skip
        name = self._text.fitted(written(model.name) or "", 24, SIDE)
        self._text.write((left, top + SIDE + 36), name, 24, MODELS[model.colour], bold=True)
        self._text.write((left, top + SIDE + 66), "what each output depends on", 22, MUTED)

    def _bar(self, model: Model, track: Track, middle: float, half: float) -> None:
        self._box(track.left, middle - half, track.right, middle + half, FAINT, 4)
        colour = MODELS[model.colour]
        if model.horizon and model.horizon.value:
            self._outline(track.left, middle - half, track.at(model.horizon.value), middle + half, colour)
        if model.reach and model.reach.value:
            self._box(track.left, middle - 0.6 * half, track.at(model.reach.value), middle + 0.6 * half, colour, 5)
        if model.at_start is not None:
            at = track.at(model.at_start)
            self._box(at - 2, middle - half - 4, at + 2, middle + half + 4, TEXT)

    def _axis(self, track: Track, longest: int, top: float) -> None:
        size = 26.0
        line = top + 34
        self._text.write((track.left, line), "0", size, MUTED)
        self._text.write((track.right, line), f"{longest} step{'s' * (longest > 1)} back", size, MUTED, right=True)
        line = HEIGHT - 26
        left = float(MARGIN)
        for kind, words in (("solid", "reach"), ("outline", "gradient horizon"), ("tick", "before training")):
            if kind == "solid":
                self._box(left, line - 16, left + 34, line, MUTED, 4)
            elif kind == "outline":
                self._outline(left, line - 20, left + 34, line + 4, MUTED)
            else:
                self._box(left + 12, line - 22, left + 16, line + 6, TEXT)
            shift = 26 if kind == "tick" else 44
            self._text.write((left + shift, line), words, 24, MUTED)
            left += shift + self._text.width(words, 24) + 30

    def _outline(self, left: float, top: float, right: float, bottom: float, colour: str) -> None:
        self._box(left, top, right, bottom, colour, 6)
        self._box(left, top + 3, right - 3, bottom - 3, _mixed(colour, FAINT, 0.14), 4)

    def _box(
        self, left: float, top: float, right: float, bottom: float, colour: str | tuple[int, int, int], round_: int = 0
    ) -> None:
        corners = [round(value * SCALE) for value in (left, top, right, bottom)]
        corners[2:] = max(corners[2] - 1, corners[0]), max(corners[3] - 1, corners[1])  # both ends are painted
        radius = min(round_ * SCALE, (corners[2] - corners[0]) / 2)
        self._draw.rounded_rectangle(corners, radius, colour)

    def _sign(self, left: float, top: float, size: float) -> None:
        """The page's icon, from `favicon.svg`."""
        unit = size / 32
        for x, y, width, part in ((6, 21, 20, 1.0), (12, 14, 14, 0.75), (19, 7, 7, 0.5)):
            corners = (left + x * unit, top + y * unit, left + (x + width) * unit, top + (y + 4) * unit)
            self._box(*corners, _mixed(YELLOW, NAVY, part), 2)


def _painted(matrix: Floats, most: int) -> NDArray[np.uint8]:
    """A matrix of magnitudes in colours, (rows, columns, 3), at most so many of each."""
    rows, columns = (np.linspace(0, size, min(size, most), endpoint=False).astype(int) for size in matrix.shape)
    shown = matrix[rows][:, columns].astype(np.float64)
    finite = np.isfinite(shown)
    largest = shown.max(where=finite, initial=0.0) or 1.0
    with np.errstate(divide="ignore", invalid="ignore"):
        share = 1 + np.log10(shown / largest) / DECADES
    levels = np.rint(np.nan_to_num(share, nan=0.0, neginf=0.0).clip(0, 1) * (LEVELS - 1)).astype(int)
    anchors = np.array([_rgb(f"#{anchor}") for anchor in CIVIDIS])
    places = np.linspace(0, len(CIVIDIS) - 1, LEVELS)
    ramp = np.stack([np.interp(places, range(len(CIVIDIS)), anchors[:, channel]) for channel in range(3)], axis=1)
    colours: NDArray[np.uint8] = np.where(finite[..., None], np.rint(ramp)[levels], NOT_FINITE).astype(np.uint8)
    return colours


def _mixed(colour: str, ground: str, part: float) -> tuple[int, int, int]:
    red, green, blue = (round(a * part + b * (1 - part)) for a, b in zip(_rgb(colour), _rgb(ground), strict=True))
    return red, green, blue


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
