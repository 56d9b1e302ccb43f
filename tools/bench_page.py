"""What the page costs in a real Chromium, printed as rows of the benchmark's table.

- From the click on Train to the first painted frame: the time between two marks of the page's own, with all that a
  person waits for in it, the server's start of the runs too.
- Opening a snapshot, and an embedded one: from the start of the navigation to the page's mark of its first painting.
- A live frame: the page's own measure of each painting; and all time that Chromium spends in scripts between the first
  frame of training step 16 or later and the end of the runs, over the number of paintings in between.
- One heatmap, from its bytes to the canvas, beside Plotly's `react` on arrays that are decoded already.

Whatever waits for the page waits for a promise that an observer keeps: to ask again and again would be counted as
time of the page.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from farback.bench.table import Row, spread
from tests.serving import serving
from tools import chromium

WARM = {"FARBACK_PREPARE_LESSONS": "0"}
"""A server that has nothing to do but what is measured: a new one trains the lessons' models at first."""

DONE_WITHIN = 300_000
"""Milliseconds for a comparison of larger models on a machine that may be busy."""
CLICKS = 7
"""Clicks on Train, each with another seed, so that none of them is answered from the store."""
LAPTOP: ViewportSize = {"width": 1280, "height": 800}
HIGH: ViewportSize = {"width": 1280, "height": 4000}
"""A window in which every panel is in sight, and so is painted at every frame."""
LIVE = "/?task=recall&lag=99&training.steps=400&training.stop=never&models=" + ",".join(
    f"{cell}~hidden:64" for cell in ("feedforward", "rnn", "gru", "lstm")
)
"""Four models whose heatmaps have 100 steps of 64 units."""

LATER = "canvas[data-step]" + "".join(f":not([data-step='{step}'])" for step in (0, 1, 2, 4, 8))
"""A canvas at training step 16 or later: frames of earlier steps are of these alone."""
PAINTINGS = "performance.getEntriesByName('farback:frame').map((entry) => entry.duration)"
PATIENCE = """(promise, within) => Promise.race([promise, new Promise((_, failed) => setTimeout(() => {
  const { dataset } = document.documentElement;
  failed(new Error(`the page stays ${dataset.state} and says: ${document.body.innerText}`));
}, within))])"""
"""A page that never comes to what is waited for tells why."""
UNTIL = f"""([selector, attribute, within]) => ({PATIENCE})(new Promise((done) => {{
  const watch = new MutationObserver(() => look());
  const look = () => {{
    if (!document.querySelector(selector)) return;
    watch.disconnect();
    done();
  }};
  watch.observe(document, {{ subtree: true, attributeFilter: [attribute] }});
  look();
}}), within)"""
PAINTED_AFTER_CLICK = f"""(within) => ({PATIENCE})(new Promise((done) => {{
  const at = (name) => performance.getEntriesByName(name).at(-1)?.startTime ?? 0;
  new PerformanceObserver((_, watch) => {{
    if (at("farback:painted") <= at("farback:train")) return;
    watch.disconnect();
    done(at("farback:painted") - at("farback:train"));
  }}).observe({{ type: "mark" }});
  document.querySelector("[data-testid=train]").click();
}}), within)"""
"""Clicks on Train; tells the milliseconds between two marks that the page sets itself."""

PAINTED_AFTER_OPENING = f"""(within) => ({PATIENCE})(new Promise((done) => {{
  const look = () => performance.getEntriesByName("farback:painted")[0]?.startTime;
  if (look()) return done(look());
  new PerformanceObserver(() => look() && done(look())).observe({{ type: "mark" }});
}}), within)"""
"""Milliseconds from the start of the navigation to the page's own mark."""

ONE_HEATMAP = """async ([steps, units, times]) => {
  const [{ decodeArray }, { paintHeatmap }] = await Promise.all([import("./decode.js"), import("./draw/heatmap.js")]);
  await new Promise((done, failed) => {
    const script = Object.assign(document.createElement("script"), { src: "plotly.js", onload: done, onerror: failed });
    document.head.append(script);
  });
  const shape = `${steps},${units}`;
  const scale = { dtype: "u1", shape, scale: 1 / 127, offset: -128 / 127, map: "linear", signed: true };
  const drawn = () => Array.from({ length: steps * units }, () => 1 + Math.floor(255 * Math.random()));
  const across = (codes) =>
    Array.from({ length: units }, (_, u) => Array.from({ length: steps }, (_, t) => codes[t * units + u]));
  const canvas = document.body.appendChild(document.createElement("canvas"));
  const plot = document.body.appendChild(document.createElement("div"));
  const layout = { width: 400, height: 200 };
  await Plotly.newPlot(plot, [{ type: "heatmap", z: across(drawn()) }], layout);
  const ours = [], theirs = [];
  for (let i = 0; i < times; i++) {
    const codes = drawn(), z = across(codes);
    const wire = { ...scale, bdata: btoa(String.fromCharCode(...codes)) };
    const began = performance.now();
    for (let again = 0; again < 20; again++) {
      const matrix = decodeArray(wire);
      paintHeatmap(canvas, { matrix, timeFirst: true, palette: "diverging", domain: [-1, 1], log: false }, false);
    }
    const painted = performance.now();
    await Plotly.react(plot, [{ type: "heatmap", z }], layout);
    ours.push((painted - began) / 20);
    theirs.push(performance.now() - painted);
  }
  return [ours, theirs];
}"""
"""Decoding from the wire and painting, beside Plotly's `react` on arrays that are decoded already, in turns. Ours is
repeated, because the browser's clock is coarse."""


def rows() -> Iterator[Row]:
    """All measurements, one after another, on a server of their own."""
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(Path(folder), WARM) as address,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium.find())
        yield first_painting(browser, address)
        yield from opening(browser, address)
        yield from live_view(browser, address)
        yield one_heatmap(browser, address)
        browser.close()


def _open(browser: Browser, address: str, path: str, viewport: ViewportSize | None = None) -> Page:
    page = browser.new_page(base_url=address, viewport=viewport or LAPTOP)
    page.goto(path)
    return page


def _until_done(page: Page) -> None:
    page.evaluate(UNTIL, ["html[data-state=done]", "data-state", DONE_WITHIN])


def _until_live(page: Page) -> None:
    """Until a canvas shows a training step of 16 or later: on a slow machine all may leave 16 itself out."""
    page.evaluate(UNTIL, [LATER, "data-step", DONE_WITHIN])


def first_painting(browser: Browser, address: str) -> Row:
    """From the click on Train to the first painted frame: four models, a warm server."""
    waits = []
    page = _open(browser, address, "/")
    for seed in range(CLICKS):
        _until_done(page)
        page.goto(f"/?task=recall&lag=40&seed={seed}")
        _until_done(page)
        page.get_by_test_id("main-number").fill(str(30 + seed))
        page.get_by_test_id("main-number").press("Tab")
        waits.append(float(page.evaluate(PAINTED_AFTER_CLICK, DONE_WITHIN)) / 1000)
    page.close()
    return Row("click on Train to the first painted frame, 4 models", "", f"{spread(waits)} s", "under 0.5 s")


def opening(browser: Browser, address: str) -> Iterator[Row]:
    """From the address to the first painted heatmaps of a snapshot of four models: a warm server, an empty cache."""
    page = _open(browser, address, "/?task=recall&lag=40&training.steps=400&training.stop=never")
    _until_done(page)
    ids = page.evaluate("performance.getEntriesByType('resource').map(({ name }) => name)")
    stream = next(address for address in ids if "/api/stream" in address)
    runs = parse_qs(urlsplit(stream).query)["run"]
    made = page.request.post(f"{address}/api/snapshots", data={"runs": runs, "title": "Four models"}).json()
    page.close()
    for path, what in (("s", "a snapshot"), ("embed", "an embedded snapshot")):
        waits = []
        for _ in range(CLICKS + 1):
            page = _open(browser, address, f"/{path}/{made['id']}")
            waits.append(float(page.evaluate(PAINTED_AFTER_OPENING, DONE_WITHIN)) / 1000)
            page.close()
        # The first opening joins the page's files, as the first after every change does.
        yield Row(
            f"opening {what}: first heatmaps, 4 models, an empty cache", "", f"{spread(waits[1:])} s", "under 0.7 s"
        )


def live_view(browser: Browser, address: str) -> Iterator[Row]:
    """What a live frame costs the page while four models train, every panel in sight."""
    page = _open(browser, address, LIVE, HIGH)
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    _until_live(page)
    page.evaluate("performance.clearMeasures('farback:frame')")
    before = _script_seconds(session)
    _until_done(page)
    script = 1000 * (_script_seconds(session) - before)
    paintings = page.evaluate(PAINTINGS)
    heatmaps = page.locator("canvas[data-panel]").count()
    page.close()
    tenths = statistics.quantiles(paintings, n=10)
    yield Row(
        f"painting a live frame, 4 models, {heatmaps} canvases, T, H = 100, 64",
        "",
        f"{statistics.median(paintings):.1f} ms (nine in ten under {tenths[-1]:.1f}), {len(paintings)} frames",
        "under 8 ms",
    )
    yield Row(
        "all script time of that page, decoding included, a painted frame", "",
        f"{script / len(paintings):.1f} ms", "under 8 ms",
    )  # fmt: skip


def _script_seconds(session: Any) -> float:
    metrics = session.send("Performance.getMetrics")["metrics"]
    return float(next(metric["value"] for metric in metrics if metric["name"] == "ScriptDuration"))


def one_heatmap(browser: Browser, address: str) -> Row:
    """One heatmap of 100 steps and 64 units: our canvas beside Plotly's `react`, in turns in the same page."""
    page = _open(browser, address, "/?task=recall&lag=4&models=rnn")
    _until_done(page)
    ours, theirs = page.evaluate(ONE_HEATMAP, [100, 64, 40])
    page.close()
    ratios = [b / a for a, b in zip(ours, theirs, strict=True) if a > 0]
    detail = f"{statistics.median(theirs):.1f} ms against {statistics.median(ours):.2f} ms"
    return Row("Plotly's react / canvas, one heatmap of 64 x 100", f"{statistics.median(ratios):.0f}", detail, "")
