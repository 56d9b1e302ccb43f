"""A class over HTTP: who may do what, what everybody is told, and that nothing that is sent breaks it."""

from __future__ import annotations

import asyncio
import json
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from farback.bench.classes import crowd
from farback.config import MAX_CLASSES_CLIENT, MAX_WRONG_CODES
from farback.web.attempts import Door
from tests.classes.stand_in import SERVE, Lessons
from tests.serving import free_port

from .site import Site, running
from .test_process import Process

CLIENT = "0123456789abcdef"
WHICH = "memory/which"
HOW = "memory/how"
NOBODY = "FHJKLMR"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running(tmp_path_factory.mktemp("site"), prepare_lessons=False) as site:
        site.app.state.lessons = Lessons()
        yield site


@pytest.fixture(autouse=True)
def door(site: Site) -> None:
    """Nothing was tried yet."""
    site.app.state.door = Door()


def make(site: Site, title: str = "Monday") -> dict[str, str]:
    made = site.http.post("/api/classes", json={"title": title})
    assert made.status_code == 201, made.text
    assert made.headers["cache-control"] == "no-store"
    told: dict[str, str] = made.json()
    return told


def said(client: str = CLIENT, prediction: str = "which", **value: Any) -> dict[str, Any]:
    return {"lesson": "memory", "prediction": prediction, "client": client, **(value or {"choice": 1})}


def answer(site: Site, code: str, **parts: Any) -> httpx.Response:
    return site.http.post(f"/api/classes/{code}/answers", json=said(**parts))


def act(site: Site, made: dict[str, str], what: str, place: str = WHICH) -> dict[str, Any]:
    headers = {"X-Farback-Secret": made["secret"]}
    done = site.http.post(f"/api/classes/{made['code']}/{place}", json={"act": what}, headers=headers)
    assert done.status_code == 200, done.text
    told: dict[str, Any] = done.json()
    return told


def refused(answer: httpx.Response, status: int, code: str) -> str:
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (status, code), error
    assert error["message"][-1] in ".…"
    message: str = error["message"]
    return message


def test_a_class_from_its_making_to_its_end(site: Site) -> None:
    made = make(site)
    code = made["code"]
    place = f"/api/classes/{code}"
    assert site.http.get("/api/classes").json() == {"hours": 24, "days": 30}
    assert site.http.get(f"/api/classes/{code.lower()}").json() == {
        "code": code,
        "title": "Monday",
        "until": made["until"],
        "asked": None,
    }
    assert act(site, made, "ask")["answers"] == 0
    hidden = {"open": True, "revealed": False, "answers": 1, "counts": None, "curve": None}
    shown = hidden | {"counts": [0, 1, 0]}
    assert answer(site, code).json() == shown
    # Who has answered sees it; others and the projector only how many there are.
    assert site.http.get(f"{place}/{WHICH}", headers={"X-Farback-Viewer": CLIENT}).json() == shown
    assert site.http.get(f"{place}/{WHICH}").json() == hidden
    assert site.http.get(place).json()["asked"] == {"lesson": "memory", "prediction": "which"} | hidden
    assert act(site, made, "reveal") == shown | {"open": False, "revealed": True}
    assert site.http.get(f"{place}/{WHICH}").json()["counts"] == [0, 1, 0]
    assert "closed" in refused(answer(site, code, client="another-client-0"), 409, "conflict")
    assert act(site, made, "clear") == hidden | {"answers": 0}

    drawn = answer(site, code, prediction="how", curve=[1, 0.5, 0.25, 0.125, 0]).json()
    curve = [1.0, 0.5, 0.25, 0.125, 0.0]
    assert drawn["curve"] == {"low": curve, "median": curve, "high": curve}
    assert drawn["counts"] is None

    assert "Only who made" in refused(site.http.delete(place), 403, "forbidden")
    ended = site.http.delete(place, headers={"X-Farback-Secret": made["secret"]})
    assert (ended.status_code, ended.content) == (204, b"")
    for gone in (site.http.get(place), answer(site, code), site.http.get(f"/class/{code}/qr.svg")):
        assert code in refused(gone, 404, "not_found")


def test_polling_costs_nothing_where_nothing_changed(site: Site) -> None:
    made = make(site)
    for path in ("", f"/{WHICH}"):
        first = site.http.get(f"/api/classes/{made['code']}{path}")
        assert first.headers["cache-control"] == "no-cache"
        assert first.headers["vary"] == "X-Farback-Viewer"
        known = {"If-None-Match": first.headers["etag"]}
        again = site.http.get(f"/api/classes/{made['code']}{path}", headers=known)
        assert (again.status_code, again.content) == (304, b"")
    answer(site, made["code"])
    assert site.http.get(f"/api/classes/{made['code']}/{WHICH}", headers=known).status_code == 200


def test_a_closed_in_frame_may_answer_and_look_but_not_lead(site: Site) -> None:
    made = make(site)
    place = f"/api/classes/{made['code']}"
    for method, path, allowed in (
        ("POST", f"{place}/answers", True),
        ("GET", place, True),
        ("GET", f"{place}/{WHICH}", True),
        ("POST", f"{place}/{WHICH}", False),
        ("DELETE", place, False),
        ("POST", "/api/classes", False),
    ):
        asked = {"Origin": "null", "Access-Control-Request-Method": method}
        before = site.http.options(path, headers=asked).headers
        assert (before.get("access-control-allow-methods") == method) == allowed, path
        assert "x-farback-secret" not in before.get("access-control-allow-headers", "").lower()
    told = site.http.post(f"{place}/answers", json=said(), headers={"Origin": "null"})
    assert told.headers["access-control-allow-origin"] == "*"


BAD: list[tuple[str, Any, int, str | None]] = [
    ("a list", [], 422, None),
    ("nothing", {}, 422, "lesson"),
    ("another lesson", said() | {"lesson": "memories"}, 404, None),
    ("another prediction", said(prediction="what"), 404, None),
    ("an unknown key", said() | {"name": "Ann"}, 422, "name"),
    ("a short client", said(client="ann"), 422, "client"),
    ("a client that is no text", said() | {"client": 1}, 422, "client"),
    ("a client with a line end", said(client=f"{CLIENT}\n"), 422, "client"),
    ("no choice", said() | {"choice": None}, 422, "choice"),
    ("a choice that is not there", said(choice=3), 422, "choice"),
    ("a negative choice", said(choice=-1), 422, "choice"),
    ("a choice beyond all", said(choice=10**30), 422, "choice"),
    ("a boolean for a choice", said(choice=True), 422, "choice"),
    ("a curve for a choice", said(curve=[0.5] * 5), 422, "choice"),
    ("both", said(choice=1, curve=[0.5] * 5), 422, "choice"),
    ("a choice for a curve", said(prediction="how", choice=1), 422, "curve"),
    ("a short curve", said(prediction="how", curve=[0.5] * 4), 422, "curve"),
    ("an empty curve", said(prediction="how", curve=[]), 422, "curve"),
    ("a long curve", said(prediction="how", curve=[0.5] * 65), 422, "curve"),
    ("a curve over the top", said(prediction="how", curve=[0.5] * 4 + [1.01]), 422, "curve.4"),
    ("a curve of texts", said(prediction="how", curve=["0.5"] * 5), 422, "curve.0"),
    ("too much", said() | {"lesson": "x" * 9000}, 413, None),
]


@pytest.mark.parametrize(("body", "status", "field"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_a_bad_answer(site: Site, body: Any, status: int, field: str | None) -> None:
    code = make(site)["code"]
    told = site.http.post(f"/api/classes/{code}/answers", json=body)
    error = told.json()["error"]
    assert (told.status_code, error["field"]) == (status, field), error
    assert error["message"][-1] in ".…"
    assert site.http.get(f"/api/classes/{code}/{WHICH}").json()["answers"] == 0


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=8,
)
PATHS = st.sampled_from(["", "/CODE", "/CODE/answers", f"/CODE/{WHICH}"]) | st.lists(
    st.text(min_size=1, max_size=12), max_size=4
).map(lambda parts: "".join(f"/{part}" for part in parts))
PARTS = st.fixed_dictionaries(
    {},
    optional={
        "lesson": st.just("memory") | ANYTHING,
        "prediction": st.sampled_from(["which", "how"]) | ANYTHING,
        "client": st.just(CLIENT) | ANYTHING,
        "choice": st.integers(-2, 4) | ANYTHING,
        "curve": st.lists(st.floats(-0.5, 1.5), max_size=6) | ANYTHING,
        "act": st.sampled_from(["ask", "open", "reveal"]) | ANYTHING,
        "title": ANYTHING,
    },
)


@pytest.fixture(scope="module")
def code(site: Site) -> str:
    """Of a class to which anything is sent."""
    return make(site)["code"]


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["GET", "POST", "DELETE", "PUT"]), PATHS, PARTS | ANYTHING)
def test_whatever_is_sent_the_answer_is_one_of_ours(site: Site, code: str, method: str, path: str, body: Any) -> None:
    site.app.state.door = Door()
    place = quote(path.replace("CODE", code))
    headers = {"Content-Type": "application/json", "X-Farback-Secret": "no secret"}
    told = site.http.request(method, f"/api/classes{place}", content=json.dumps(body).encode(), headers=headers)
    assert told.status_code < 500, told.text
    if told.is_error:
        assert told.json().keys() == {"error"}
        assert told.json()["error"]["message"][-1] in ".…"


@pytest.mark.parametrize("title", ["x" * 81, "two\nlines", "turned \u202e", 1, None])
def test_a_bad_title(site: Site, title: Any) -> None:
    told = site.http.post("/api/classes", json={"title": title})
    assert (told.status_code, told.json()["error"]["field"]) == (422, "title")


def test_codes_cannot_be_tried_until_one_is_met(site: Site) -> None:
    made, other = make(site), make(site)
    site.app.state.door = Door()
    assert answer(site, made["code"]).status_code == 200
    for number in range(MAX_WRONG_CODES):
        wrong = f"{NOBODY[:4]}" + "".join("246789"[number // 6**place % 6] for place in range(3))
        for _ in range(2 if number < 3 else 1):  # the same one again is no other
            refused(site.http.get(f"/api/classes/{wrong}"), 404, "not_found")
    # Now not even a right one is told apart, except by those who were in their class before.
    for code in (NOBODY, other["code"]):
        assert "wait a minute" in refused(site.http.get(f"/api/classes/{code}"), 429, "busy")
    assert answer(site, made["code"], client="another-client-0").status_code == 200


def test_what_was_tried_is_forgotten_after_its_time() -> None:
    now = 0.0
    door = Door(lambda: now)
    for number in range(MAX_WRONG_CODES):
        door.knock("here", "code")
        door.answered("here", str(number), there=False)
    with pytest.raises(Exception, match="wait a minute"):
        door.knock("here", "code")
    door.knock("elsewhere", "code")
    now = 60.0
    door.knock("here", "code")
    for number in range(MAX_CLASSES_CLIENT):
        door.make("here")
        door.made("here", str(number))
    with pytest.raises(Exception, match="made a class 30 times"):
        door.make("here")
    now += 3600.0
    door.make("here")


def test_the_pages(site: Site) -> None:
    made = make(site)
    assert '<base href="./">' in site.http.get("/class").text
    for code in (made["code"], "nonsense", "%3Cscript%3E"):
        page = site.http.get(f"/class/{code}")
        assert page.status_code == 200
        assert '<base href="../">' in page.text
        assert "<script>" not in page.text
    for query, words in (("", "class/"), ("?lesson=memory", "learn/memory?class=")):
        picture = site.http.get(f"/class/{made['code']}/qr.svg{query}")
        assert picture.headers["content-type"] == "image/svg+xml"
        assert f"{site.address}/{words}{made['code']}" in picture.text
    assert site.http.get(f"/class/{made['code']}/qr.svg?lesson=other").status_code == 404


def test_300_readers_at_once_lose_no_answer(site: Site) -> None:
    made = make(site)
    bodies = [said(client=f"reader-{number:010}", choice=number % 3) for number in range(300)]
    told = asyncio.run(crowd("127.0.0.1", site.port, f"/api/classes/{made['code']}/answers", bodies))
    assert Counter(reply.status for reply in told) == {200: 300}
    seen = [reply.content for reply in told]
    assert all(sum(each["counts"]) == each["answers"] >= 1 for each in seen)
    assert max(each["answers"] for each in seen) == 300
    assert act(site, made, "reveal")["counts"] == [100, 100, 100]


def test_what_was_acknowledged_outlives_a_kill(tmp_path: Path) -> None:
    server = Process(tmp_path, free_port(), SERVE)
    acknowledged: list[str] = []
    try:
        made = server.http.post("/api/classes", json={}).json()
        place = f"/api/classes/{made['code']}"

        async def answer(http: httpx.AsyncClient, number: int) -> None:
            client = f"reader-{number:010}"
            told = await http.post(f"{place}/answers", json=said(client=client, choice=number % 3))
            if told.status_code == 200:
                acknowledged.append(client)
            if len(acknowledged) == 40:
                server.process.send_signal(signal.SIGKILL)

        async def answers() -> None:
            address = f"http://127.0.0.1:{server.port}"
            async with httpx.AsyncClient(base_url=address, timeout=20) as http:
                await asyncio.gather(*(answer(http, n) for n in range(120)), return_exceptions=True)

        asyncio.run(answers())
        server.process.wait(20)
        server.http.close()
        server = Process(tmp_path, free_port(), SERVE)
        assert 40 <= len(acknowledged) < 120
        kept = [server.http.get(f"{place}/{WHICH}", headers={"X-Farback-Viewer": client}) for client in acknowledged]
        assert {told.json()["counts"] is not None for told in kept} == {True}
    finally:
        server.end(signal.SIGKILL)
