"""The nets that the lessons work out in the page, against torch's autograd, numpy and the server's own numbers."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pytest
import torch
from playwright.sync_api import Page

RUN = """async ({ net, x, target }) => {
  const { forward, backward, lossOf } = await import("/nets.js");
  const { signalOf, gradientSize } = await import("/figures/vanishing.js");
  const pass = forward(net, x);
  return { h: pass.h, p: pass.p, loss: lossOf(pass, target), grads: backward(net, pass, target),
           signal: signalOf(net, pass, target), size: gradientSize(net, pass, target) };
}"""

NAMES = ("w_ih", "w_hh", "bias", "w_out", "b_out")


def opened(page: Page) -> Page:
    page.goto("/learn")
    return page


def drawn(rng: np.random.Generator, I: int, H: int, O: int) -> dict[str, Any]:  # noqa: E741
    shapes = {"w_ih": (H, I), "w_hh": (H, H), "bias": (H,), "w_out": (O, H), "b_out": (O,)}
    return {name: rng.normal(scale=0.8, size=shape) for name, shape in shapes.items()}


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
def test_states_loss_and_all_gradients_are_those_of_autograd(page: Page, activation: str) -> None:
    rng = np.random.default_rng(7)
    opened(page)
    for T, I, H, O in ((1, 2, 1, 2), (5, 3, 4, 3), (23, 4, 8, 2)):  # noqa: E741
        weights = drawn(rng, I, H, O)
        x, target = rng.normal(size=(T, I)), int(rng.integers(O))
        lists = {name: value.tolist() for name, value in weights.items()}
        found = page.evaluate(RUN, {"net": lists | {"activation": activation}, "x": x.tolist(), "target": target})

        w = {name: torch.tensor(value, dtype=torch.float64, requires_grad=True) for name, value in weights.items()}
        states, h = [], torch.zeros(H, dtype=torch.float64)
        for row in torch.tensor(x):
            h = getattr(torch, activation)(w["w_ih"] @ row + w["w_hh"] @ h + w["bias"])
            h.retain_grad()
            states.append(h)
        y = w["w_out"] @ h + w["b_out"]
        loss = torch.nn.functional.cross_entropy(y[None], torch.tensor([target]))
        loss.backward()  # type: ignore[no-untyped-call]

        same(found["h"], torch.stack(states).detach())
        same(found["p"], y.softmax(0).detach())
        same(found["loss"], loss.detach())
        grads = torch.stack([state.grad for state in states if state.grad is not None])
        same(found["grads"]["h"], grads)
        for name in NAMES:
            same(found["grads"]["net"][name], w[name].grad)
        norms = torch.linalg.vector_norm(grads, dim=1).flip(0)
        same(found["signal"], norms / norms[0])
        sizes = [np.linalg.norm(np.asarray(w[name].grad)) for name in (*NAMES, "bias")]  # torch has two biases
        same(found["size"], np.linalg.norm(sizes))


def same(found: Any, expected: Any) -> None:
    expected = np.asarray(expected)
    np.testing.assert_allclose(np.asarray(found), expected, rtol=1e-12, atol=1e-12 * max(1.0, np.abs(expected).max()))


def test_spectral_radius_and_stretch_are_those_of_numpy(page: Page) -> None:
    """Complex eigenvalues are where power iteration on a vector goes wrong."""
    rng = np.random.default_rng(3)
    turned = np.array([[np.cos(1), -np.sin(1), 0], [np.sin(1), np.cos(1), 0], [0, 0, 0.3]])
    matrices = [rng.normal(size=(n, n)) for n in (1, 2, 3, 8, 16) for _ in range(4)]
    matrices += [1.7 * turned, np.eye(5), -np.eye(2), np.diag([2.0, -2.0, 1.0]), 1e-8 * turned]
    opened(page)
    found = page.evaluate(
        """async (all) => {
          const { spectralRadius, largestStretch } = await import("/spectrum.js");
          return all.map((one) => [spectralRadius(one), largestStretch(one)]);
        }""",
        [[*matrix.tolist()] for matrix in matrices] + [[[0.0, 3.0], [0.0, 0.0]]],
    )
    for matrix, (radius, stretch) in zip(matrices, found, strict=False):
        np.testing.assert_allclose(radius, np.abs(np.linalg.eigvals(matrix)).max(), rtol=1e-9)
        np.testing.assert_allclose(stretch, np.linalg.svd(matrix, compute_uv=False)[0], rtol=1e-9)
    assert found[-1] == [0, pytest.approx(3)]  # what a power of is zero has no eigenvalue but 0


def test_a_scaled_net_has_the_radius_and_turns_where_it_is_said_to(page: Page) -> None:
    """On a linear stretch of relu the gradient is a power of the scaled weight, so it turns at a radius of 1."""
    net = {"activation": "relu", "w_ih": [[1.0]], "w_hh": [[0.4]], "bias": [0.5], "w_out": [[1.0], [-1.0]]}
    opened(page)
    found = page.evaluate(
        """async (net) => {
          const { scaled, signalOf, turning } = await import("/figures/vanishing.js");
          const { forward } = await import("/nets.js");
          const x = Array.from({ length: 12 }, () => [1]);
          const one = scaled(net, 0.5, "relu");
          return { w: one.w_hh, signal: signalOf(one, forward(one, x), 0), edges: turning(net, "relu", x, 0).edges };
        }""",
        net | {"b_out": [0.0, 0.0]},
    )
    assert found["w"] == [[pytest.approx(0.5)]]
    same(found["signal"], 0.5 ** np.arange(12))
    assert found["edges"] == [pytest.approx(1)]


def test_nested_functions_follow_the_chain_rule(page: Page) -> None:
    names = ["square", "sin", "exp", "tanh", "sigmoid", "double", "half"]
    of: dict[str, Any] = {
        "square": torch.square, "sin": torch.sin, "exp": torch.exp, "tanh": torch.tanh, "sigmoid": torch.sigmoid,
        "double": lambda u: 2 * u, "half": lambda u: u / 2,
    }  # fmt: skip
    rng = np.random.default_rng(5)
    chains = [[names[i] for i in rng.integers(len(names), size=n)] for n in (1, 2, 3, 4, 4, 3)]
    chains += [[name] for name in names]
    asked = [(chain, float(rng.uniform(-1, 1))) for chain in chains]
    opened(page)
    found = page.evaluate(
        """async (asked) => {
          const { nested } = await import("/figures/nested.js");
          return asked.map(([names, x]) => nested(names, x));
        }""",
        [list(one) for one in asked],
    )
    for (chain, start), said in zip(asked, found, strict=True):
        x = torch.tensor(start, dtype=torch.float64, requires_grad=True)
        u = x
        for name in chain:
            u = of[name](u)
        (slope,) = torch.autograd.grad(u, x)
        same(said["values"][-1], u.detach())
        same(said["product"], slope)
        np.testing.assert_allclose(said["measured"], said["product"], rtol=1e-5, atol=1e-9)


def test_a_trained_net_in_the_page_says_what_the_server_says(page: Page) -> None:
    task = {"name": "recall", "lag": 6, "symbols": 2, "distractors": 1}
    spec = {"task": task, "cell": {"name": "rnn", "hidden": 5}, "training": {"steps": 40}}
    opened(page)
    run = page.request.post("/api/runs", data=spec).json()["id"]
    found = page.evaluate(
        """async ({ spec, run }) => {
          const { LessonModels } = await import("/figures/models.js");
          const { forward, backward, lossOf } = await import("/nets.js");
          const models = new LessonModels({ one: { spec, runs: [run], known: [true] } }, () => {});
          const { net, x, target } = await models.small("one");
          const pass = forward(net, x);
          return { h: pass.h, p: pass.p, grad: backward(net, pass, target).h };
        }""",
        {"spec": spec, "run": run},
    )
    frame = page.request.post(f"/api/runs/{run}/probe", data={"name": "look", "full": True}).json()["frame"]
    layer = frame["layers"][0]
    for name, told in (("h", layer["h"]), ("grad", layer["grad_h"])):
        np.testing.assert_allclose(found[name], array(told), atol=1e-5, rtol=1e-5)
    np.testing.assert_allclose(found["p"], array(frame["output"])[-1], atol=1e-5)


def array(wire: dict[str, str]) -> np.ndarray[Any, Any]:
    """An array in float32 as the server tells it."""
    return np.frombuffer(base64.b64decode(wire["bdata"]), "<f4").reshape([int(n) for n in wire["shape"].split(",")])
