"""The figure of a probe. Plotly is imported here alone, when a figure is asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..config import HORIZON_THRESHOLD
from .own_module import refuse

if TYPE_CHECKING:
    from plotly.graph_objects import Figure  # type: ignore[import-untyped]

    from .own import Probe

DIVERGING = [
    (0.0, "#084689"), (0.2, "#608bc3"), (0.35, "#a1c1eb"), (0.45, "#d3e6fe"), (0.5, "#f7f7f7"),
    (0.55, "#faddcc"), (0.65, "#e3b396"), (0.8, "#b77850"), (1.0, "#792d00"),
]  # fmt: skip
"""The page's map for signed values: blue and orange of equal lightness around a neutral zero."""
LINES = ["#00224e", "#b77850", "#707173", "#608bc3"]
"""Of the layers, the bottom one first; told apart by lightness too."""
PANEL, GAP = 220, 90
"""Height of a panel, and the room for its title and axis, in pixels."""


class Panel(NamedTuple):
    """One pair of axes."""

    title: str
    traces: list[dict[str, Any]]
    x_axis: dict[str, Any]
    y_axis: dict[str, Any]


def draw(probe: Probe, kind: str, sequence: int) -> Figure:
    """See `Probe.figure`."""
    B = probe.x.shape[1]
    if kind != "all" and kind not in KINDS:
        refuse("kind", f"There is no figure {kind!r}; there are all, {', '.join(KINDS)}.")
    if isinstance(sequence, bool) or not isinstance(sequence, int) or not 0 <= sequence < B:
        refuse("sequence", f"`sequence` is {sequence!r}; there are {B} sequences, from 0 to {B - 1}.")
    drawn = KINDS.values() if kind == "all" else [KINDS[kind]]
    return _below_each_other([panel for panels in drawn for panel in panels(probe, sequence)])


def _below_each_other(panels: Sequence[Panel]) -> Figure:
    from plotly.subplots import make_subplots  # type: ignore[import-untyped]

    height = len(panels) * (PANEL + GAP)
    figure = make_subplots(
        rows=len(panels),
        cols=1,
        subplot_titles=[panel.title for panel in panels],
        vertical_spacing=GAP / height if len(panels) > 1 else 0,
    )
    for row, panel in enumerate(panels, 1):
        figure.update_xaxes(panel.x_axis, row=row, col=1)
        figure.update_yaxes(panel.y_axis, row=row, col=1)
        low, high = figure.layout[f"yaxis{row if row > 1 else ''}"].domain
        for trace in panel.traces:
            if trace["type"] == "heatmap":  # each has a colour bar of its own, beside it
                trace["colorbar"] = {"y": (low + high) / 2, "len": high - low, **trace["colorbar"]}
            else:
                trace |= {"legend": f"legend{row if row > 1 else ''}"}
                figure.update_layout({trace["legend"]: {"y": high, "yanchor": "top"}})
            figure.add_trace(trace, row=row, col=1)
    return figure.update_layout(height=height, template="plotly_white", margin={"t": 60, "b": 60})


def _states(probe: Probe, b: int) -> list[Panel]:
    arrays = [
        (f"{title} of layer {layer}", states[:, b].T)
        for layer, both in enumerate(probe.states)
        for title, states in (("Hidden state h", both.h), ("Cell state c", both.c))
        if states is not None
    ]
    return [Panel(title, [_signed(z)], {"title": "step t"}, {"title": "unit"}) for title, z in arrays]


def _signed(z: Any) -> dict[str, Any]:
    """z  # (units, T)"""
    largest = float(np.max(np.abs(z), initial=0.0, where=np.isfinite(z))) or 1.0
    hover = "t %{x}, unit %{y}: %{z:.4g}<extra></extra>"
    return {"type": "heatmap", "z": z, "zmin": -largest, "zmax": largest, "colorscale": DIVERGING, "colorbar": {},
            "hovertemplate": hover}  # fmt: skip


def _gradient(probe: Probe, _: int) -> list[Panel]:
    lines = [_line(np.arange(len(G)), G, f"layer {layer}", layer) for layer, G in enumerate(probe.signal)]
    title = f"Gradient signal G on its way back from step {probe.at}, median over sequences"
    return [Panel(title, lines, {"title": "step t", "range": [-0.5, len(probe.x) - 0.5]}, _log("G"))]


def _connectivity(probe: Probe, b: int) -> list[Panel]:
    C = probe.connectivity[b]
    z = np.full(C.shape, np.nan)  # an exact zero has no logarithm and stays blank, as the future does
    np.log10(C, out=z, where=C > 0)
    trace = {
        "type": "heatmap", "z": z, "customdata": C, "colorscale": "Cividis", "colorbar": {"title": "log10"},
        "hovertemplate": "output k %{y}, input t %{x}: %{customdata:.4g}<extra></extra>", "hoverongaps": False,
    }  # fmt: skip
    y_axis = {"title": "output time k", "autorange": "reversed"}
    return [Panel("Connectivity |∂s_k / ∂x_t|", [trace], {"title": "input time t"}, y_axis)]


def _profile(probe: Probe, _: int) -> list[Panel]:
    shares = probe.profile[: probe.at + 1]
    lags = np.arange(len(shares))
    threshold = _line(lags, np.full(len(shares), HORIZON_THRESHOLD), f"{HORIZON_THRESHOLD:.0%}", 2)
    threshold["line"]["dash"] = "dash"
    title = f"Connectivity of step {probe.at} by lag, share of the largest, median over sequences"
    x_axis = {"title": "lag d: steps before the answer", "range": [probe.at + 0.5, -0.5]}
    return [Panel(title, [_line(lags, shares, "share", 0), threshold], x_axis, _log("share"))]


def _line(x: Any, y: Any, name: str, colour: int) -> dict[str, Any]:
    """y on a log axis, where zero has no place."""
    drawn = np.where(y > 0, y, np.nan)
    style = {"color": LINES[colour % len(LINES)]}
    return {"type": "scatter", "x": x, "y": drawn, "mode": "lines", "name": name, "line": style}


def _log(title: str) -> dict[str, Any]:
    return {"title": title, "type": "log", "exponentformat": "power"}


KINDS: dict[str, Callable[[Probe, int], list[Panel]]] = {
    "states": _states,
    "gradient": _gradient,
    "connectivity": _connectivity,
    "profile": _profile,
}
"""What can be drawn, in the order of the page's panels."""
