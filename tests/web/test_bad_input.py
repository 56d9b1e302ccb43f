"""Whatever is sent, the answer is a clear error in the one shape, and nothing is changed."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest

from farback.errors import InvalidInput
from farback.web.body import parse

from .site import Site, running, spec

LIMIT = 200_000
GOOD = json.dumps(spec())


def body(**parts: Any) -> str:
    """A spec of which some parts are replaced."""
    return json.dumps(spec() | parts)


def many_keys() -> str:
    """An object of many keys, of which the last stands there twice."""
    return json.dumps({f"k{number}": 0 for number in range(15_000)} | {"twice": 0})[:-1] + ', "twice": 1}'


RECALL: dict[str, Any] = {"name": "recall", "lag": 5}

BAD: list[tuple[str, str | bytes, int, str, str | None]] = [
    ("no JSON", "{", 422, "invalid", None),
    ("nothing", "", 422, "invalid", None),
    ("no UTF-8", b'{"task": "\xff"}', 422, "invalid", None),
    ("half a character", '{"task": "\\ud800"}', 422, "invalid", None),
    ("half a character as a key", '{"\\udfff": 1}', 422, "invalid", None),
    ("NaN", GOOD.replace("0.001", "NaN"), 422, "invalid", None),
    ("infinity", GOOD.replace("0.001", "-Infinity"), 422, "invalid", None),
    ("too large a number", GOOD.replace("0.001", "1e999"), 422, "invalid", None),
    ("5,000 digits", GOOD.replace("20", "9" * 5000), 422, "invalid", None),
    ("5,000 decimals", GOOD.replace("0.001", "0." + "1" * 5000), 422, "invalid", None),
    ("a key twice", '{"task": {"name": "recall", "name": "adding"}}', 422, "invalid", "name"),
    ("a key twice among 15,000", many_keys(), 422, "invalid", "twice"),
    ("nested deeply", "[" * 50_000 + "]" * 50_000, 422, "invalid", None),
    ("nested objects", '{"a":' * 30_000 + "1" + "}" * 30_000, 422, "invalid", None),
    ("a list", "[]", 422, "invalid", None),
    ("a number", "1", 422, "invalid", None),
    ("null", "null", 422, "invalid", None),
    ("an empty object", "{}", 422, "invalid", "task.name"),
    ("an unknown key", body(tsak={}), 422, "invalid", "tsak"),
    ("an unknown task", body(task={"name": "recalls"}), 422, "invalid", "task.name"),
    ("an unknown cell", body(cell={"name": "lstm2"}), 422, "invalid", "cell.name"),
    ("an unknown option", body(task={"name": "recall", "lags": 3}), 422, "invalid", "task.lags"),
    ("a task that is a text", body(task="recall"), 422, "invalid", "task"),
    ("a boolean for an integer", body(task=RECALL | {"lag": True}), 422, "invalid", "task.lag"),
    ("a text for an integer", body(task=RECALL | {"lag": "40"}), 422, "invalid", "task.lag"),
    ("2.0 for an integer", body(task=RECALL | {"lag": 2.0}), 422, "invalid", "task.lag"),
    ("null for an integer", body(seed=None), 422, "invalid", "seed"),
    ("a negative seed", body(seed=-1), 422, "invalid", "seed"),
    ("a lag of nothing", body(task=RECALL | {"lag": 0}), 422, "invalid", "task.lag"),
    ("an endless lag", body(task=RECALL | {"lag": 10**9}), 422, "invalid", "task.lag"),
    ("too many units", body(cell={"name": "lstm", "hidden": 10**6}), 422, "invalid", "cell.hidden"),
    ("a learning rate of 0", body(training={"lr": 0}), 422, "invalid", "training.lr"),
    ("binary text", body(task={"name": "characters", "text": "\x00\x01" * 5000}), 422, "invalid", "task.text"),
    ("a text without words", body(task={"name": "autocomplete", "text": "12 34 " * 500}), 422, "invalid", "task.text"),
    ("a short text", body(task={"name": "characters", "text": "short"}), 422, "invalid", "task.text"),
    (
        "too much work",
        body(
            task=RECALL | {"lag": 300}, cell={"name": "lstm", "hidden": 256}, training={"steps": 20_000, "batch": 256}
        ),
        413,
        "too_large",
        "training.steps",
    ),
    ("a huge body", " " * (LIMIT + 1), 413, "too_large", None),
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running(tmp_path_factory.mktemp("site"), max_body_bytes=LIMIT) as site:
        yield site


@pytest.mark.parametrize(("content", "status", "code", "field"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_a_bad_spec(site: Site, content: str | bytes, status: int, code: str, field: str | None) -> None:
    answer = site.http.post("/api/runs", content=content, headers={"Content-Type": "application/json"})
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["field"]) == (status, code, field), error
    assert answer.json().keys() == {"error"}
    assert error.keys() == {"code", "message", "field"}
    assert 10 < len(error["message"]) <= 500
    assert error["message"][0].isupper() or error["message"][0] == "`"
    assert error["message"][-1] in ".…"
    assert site.engine.store.index.ids() == set()
    assert not [path for path in site.engine.store.path.glob("runs/*/*") if path.is_dir()]


def test_looking_for_a_key_that_is_there_twice_takes_one_pass() -> None:
    body = json.dumps({f"key {number}": 0 for number in range(200_000)})[:-1] + ', "key 199999": 1}'
    began = time.perf_counter()
    with pytest.raises(InvalidInput, match='"key 199999" is given twice'):
        parse(body.encode())
    assert time.perf_counter() - began < 2.0, "comparing each with each would take minutes"


def test_a_body_that_lies_about_its_length_is_not_read_to_its_end(site: Site) -> None:
    def endless() -> Iterator[bytes]:
        yield from (b" " * 65536 for _ in range(1000))

    answer = site.http.post("/api/runs", content=endless(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 413


@pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_only_what_calls_itself_json_is_read(site: Site, kind: str | None) -> None:
    headers = {} if kind is None else {"Content-Type": kind}
    answer = site.http.post("/api/runs", content=GOOD.encode(), headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (415, "unsupported_media_type")
    assert "application/json" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("method", "path", "status", "code", "field"),
    [
        ("GET", "/api/runs/nobody", 404, "not_found", "id"),
        ("GET", "/api/runs/nobody/frames", 404, "not_found", "id"),
        ("GET", "/api/runs/nobody/frames/0", 404, "not_found", "id"),
        ("GET", "/api/runs/nobody/weights", 404, "not_found", "id"),
        ("POST", "/api/runs/nobody/cancel", 404, "not_found", "id"),
        ("DELETE", "/api/runs/nobody", 404, "not_found", "id"),
        ("GET", "/api/runs/%2e%2e%2f%2e%2e", 404, "not_found", None),
        ("GET", "/api/runs/nobody/frames?after=x", 422, "invalid", "after"),
        ("GET", "/api/runs/nobody/frames?after=-2", 422, "invalid", "after"),
        ("GET", "/api/runs/nobody/frames/x", 422, "invalid", "step"),
        ("GET", "/api/runs/nobody/frames/99999999999999", 422, "invalid", "step"),
        ("GET", "/api/runs/nobody/weights?step=1.5", 422, "invalid", "step"),
        ("GET", "/api/stream", 422, "invalid", "run"),
        ("GET", "/api/stream?run=nobody", 404, "not_found", "id"),
        ("GET", "/api/stream?run=a&run=a", 422, "invalid", "run"),
        ("GET", "/api/stream?" + "&".join(f"run=r{n}" for n in range(17)), 422, "invalid", "run"),
        ("GET", "/api/stream?run=a&viewer=%00", 422, "invalid", "viewer"),
        ("GET", "/api", 404, "not_found", None),
        ("GET", "/nothing", 404, "not_found", None),
        ("GET", "/r/", 404, "not_found", None),
        ("GET", "/r/UPPER", 404, "not_found", None),
        ("GET", "/r/a,,b", 404, "not_found", None),
        ("GET", "/../pyproject.toml", 404, "not_found", None),
        ("GET", "/%2e%2e/pyproject.toml", 404, "not_found", None),
        ("GET", "/types.d.ts", 404, "not_found", None),
        ("PUT", "/api/runs", 405, "method_not_allowed", None),
        ("DELETE", "/api/catalog", 405, "method_not_allowed", None),
        ("POST", "/", 405, "method_not_allowed", None),
        ("GET", "/api/runs", 405, "method_not_allowed", None),
        ("POST", "/app.js", 405, "method_not_allowed", None),
        ("POST", "/api/nothing", 404, "not_found", None),
        ("DELETE", "/nothing", 404, "not_found", None),
        ("GET", "/%00", 404, "not_found", None),
        ("GET", "/%00.js", 404, "not_found", None),
        ("GET", "/" + "a" * 300 + ".js", 404, "not_found", None),
        ("GET", "/a/" * 2000 + "b.js", 404, "not_found", None),
    ],
)
def test_a_bad_call(site: Site, method: str, path: str, status: int, code: str, field: str | None) -> None:
    answer = site.http.request(method, path)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["field"]) == (status, code, field), error
    assert error["message"][-1] == "."


@pytest.mark.parametrize("token", ["", "a b", "x" * 65, "é", "../x"])
def test_a_bad_viewer(site: Site, token: str) -> None:
    answer = site.http.post("/api/runs", json=spec(), headers=[(b"X-Farback-Viewer", token.encode())])
    assert (answer.status_code, answer.json()["error"]["field"]) == (422, "viewer")


@pytest.mark.parametrize("content", ["[]", '{"viewer": 1}', '{"viewer": ""}', '{"who": "ann"}', "{", '"ann"'])
def test_a_bad_cancel(site: Site, content: str) -> None:
    answer = site.http.post("/api/runs/nobody/cancel", content=content)
    assert answer.status_code == 422
    assert site.http.post("/api/runs/nobody/cancel", content=b" " * 2000).status_code == 413


def unfinished(site: Site, sent: int, length: int = 150_000) -> socket.socket:
    """A POST of which only so many bytes come."""
    stranger = socket.create_connection(("127.0.0.1", site.port))
    stranger.settimeout(10)
    head = f"POST /api/runs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    stranger.sendall(head.encode() + b" " * sent)
    return stranger


def test_large_bodies_are_held_a_few_at_a_time_and_not_for_ever(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("farback.web.body.PATIENCE_S", 0.5)
    turns = site.app.state.large_bodies
    before = turns._value
    strangers = [unfinished(site, 100_000) for _ in range(before + 3)]
    end = time.monotonic() + 5
    while not turns.locked() and time.monotonic() < end:
        time.sleep(0.01)
    assert turns._value == 0, "those beyond wait, unread"
    assert site.http.post("/api/runs", content="{}", headers={"Content-Type": "application/json"}).status_code == 422
    for stranger in strangers:
        with stranger:
            answer = stranger.recv(10_000).decode()
        assert answer.startswith("HTTP/1.1 408 ")
        assert "connection: close" in answer.lower()
    assert turns._value == before
    long = " " * 100_000 + "{}"
    assert site.http.post("/api/runs", content=long, headers={"Content-Type": "application/json"}).status_code == 422
    assert turns._value == before


def test_a_client_that_hangs_up_is_no_error_of_the_server(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    unfinished(site, 1000).close()
    counted = 'farback_requests_total{method="POST",route="/api/runs",status="499"} 1.0'
    end = time.monotonic() + 5
    while counted not in (text := site.http.get("/metrics").text) and time.monotonic() < end:
        time.sleep(0.01)
    assert counted in text
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def test_what_is_not_http_ends_nothing(site: Site) -> None:
    with socket.create_connection(("127.0.0.1", site.port)) as stranger:
        stranger.sendall(b"\x16\x03\x01\x02\x00 not http\r\n\r\n")
        stranger.settimeout(5)
        stranger.recv(1000)
    assert site.http.get("/healthz").json()["status"] == "ok"


def test_a_mistake_of_ours_is_told_in_the_same_shape(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(site.engine, "capacity", broken)
    answer = site.http.get("/healthz")
    assert answer.status_code == 500
    assert answer.json()["error"]["code"] == "internal"
    assert "secret" not in answer.text
