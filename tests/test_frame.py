"""Frames on the wire: what is sent is what is read, as exactly as its coding says."""

from __future__ import annotations

import base64
import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from farback.arrays import Floats
from farback.frame import (
    FLOOR,
    Coding,
    Frame,
    Horizon,
    LayerFrame,
    Reach,
    SkillByLag,
    Updates,
    Verdict,
    decode,
    encode,
    pack,
    unpack,
)

BYTE_CODINGS: tuple[Coding, ...] = ("linear", "signed")
floats = st.floats(width=32, allow_nan=True, allow_infinity=True)
shapes = arrays.array_shapes(min_dims=1, max_dims=2, max_side=6)
any_array = arrays.arrays(np.float32, shapes, elements=floats)
finite_array = arrays.arrays(np.float32, shapes, elements=st.floats(-1e6, 1e6, width=32))


@given(any_array, st.sampled_from(["linear", "signed", "log10"]))
def test_full_precision_is_bit_for_bit(array: Floats, coding: Coding) -> None:
    assert unpack(pack(array, coding, full=True)).tobytes() == array.astype(np.float32).tobytes()


@given(any_array)
def test_what_is_not_finite_says_so_in_every_coding(array: Floats) -> None:
    for coding in BYTE_CODINGS:
        back = unpack(pack(array, coding))
        assert (np.isnan(back) == ~np.isfinite(array)).all()
    magnitude = np.abs(array)
    assert (np.isnan(unpack(pack(magnitude, "log10"))) == ~np.isfinite(array)).all()


@given(finite_array)
def test_linear_codings_round_to_half_a_step(array: Floats) -> None:
    for coding in BYTE_CODINGS:
        packed = pack(array, coding)
        assert np.abs(unpack(packed) - array).max() <= packed["scale"] * 0.5001 + 1e-6 * np.abs(array).max()
        assert packed["map"] == "linear"


@given(finite_array)
def test_zero_is_exactly_the_middle_of_a_signed_array(array: Floats) -> None:
    array.flat[0] = 0
    packed = pack(array, "signed")
    codes = np.frombuffer(base64.b64decode(packed["bdata"]), np.uint8)
    assert codes[0] == 128
    assert unpack(packed).flat[0] == 0
    assert (np.sign(unpack(packed)) * np.sign(array) >= 0).all()


@given(arrays.arrays(np.float32, 12, elements=st.floats(2.0**-120, 2.0**100, width=32)))
def test_magnitudes_keep_their_logarithm_to_half_a_step_and_zero_below_the_floor(array: Floats) -> None:
    array[0] = 0
    packed = pack(array, "log10")
    back = unpack(packed).astype(np.float64)
    seen = array >= FLOOR
    assert (back[~seen] == 0).all()
    error = np.abs(np.log10(back[seen]) - np.log10(array[seen].astype(np.float64)))
    assert (error <= packed["scale"] * 0.5001 + 1e-6).all()


def test_codes_are_what_the_schema_says() -> None:
    codes: dict[Coding, tuple[Floats, list[int]]] = {
        "linear": (np.array([0.0, 1.0, np.nan], np.float32), [0, 254, 255]),
        "signed": (np.array([-2.0, 0.0, 2.0, np.inf], np.float32), [1, 128, 255, 0]),
        "log10": (np.array([0.0, 1e-3, 1e3, np.inf], np.float32), [0, 1, 254, 255]),
    }
    for coding, (array, expected) in codes.items():
        packed = pack(array, coding)
        assert list(base64.b64decode(packed["bdata"])) == expected
        assert packed["shape"] == str(len(array))


def sample(not_finite: bool = False) -> Frame:
    rng = np.random.default_rng(0)
    T, H = 5, 3

    def array(*shape: int) -> Floats:
        drawn = rng.standard_normal(shape).astype(np.float32)
        return np.full_like(drawn, np.nan) if not_finite else drawn

    layer = LayerFrame(
        array(T, H), array(T, H), {"i": abs(array(T, H)), "g": array(T, H)}, array(T, H), None, abs(array(T)),
        abs(array(T)), Verdict("vanishing", -0.5, 0.602, None, 1, 4),
    )  # fmt: skip
    return Frame(
        "id", 3, 20, False, None if not_finite else 1.5, None, 0.25,
        None if not_finite else Updates(2.0, 1.0, 0.5), None, "why" if not_finite else None, array(T, 2),
        [None, None, None, None, 1], array(T, 2), [4], [layer, layer], [2, 4], abs(array(2, T)), abs(array(1, T)),
        SkillByLag("skill", [1, 2], [0.5, None], [0.1, None], 8), Reach(2, True, None),
        Horizon(None, 0.01, 4, [1.0, 2.0]),
    )  # fmt: skip


def test_a_gate_that_can_be_negative_travels_as_one_whatever_its_values() -> None:
    frame = sample()
    layer = replace(frame.layers[0], gates={name: np.ones((5, 3), np.float32) for name in ("i", "f", "g", "r", "n")})
    (told,) = json.loads(encode(replace(frame, layers=[layer])))["layers"]
    assert {name: gate["signed"] for name, gate in told["gates"].items()} == {
        "i": False, "f": False, "g": True, "r": False, "n": True,
    }  # fmt: skip


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("not_finite", [False, True])
def test_a_frame_survives_the_wire(full: bool, not_finite: bool) -> None:
    frame = sample(not_finite)
    data = encode(frame, full)
    json.loads(data, parse_constant=lambda name: pytest.fail(f"{name} in JSON"))
    back = decode(data)
    plain = replace(back, x=frame.x, output=frame.output, layers=frame.layers, connectivity=frame.connectivity,
                    profile=frame.profile)  # fmt: skip
    assert plain == frame
    if full:
        assert encode(back, full=True) == data
    assert np.allclose(back.layers[0].h, frame.layers[0].h, atol=0.03, equal_nan=True)
    assert set(back.layers[0].gates) == {"i", "g"}


def test_another_version_is_refused() -> None:
    values = json.loads(encode(sample())) | {"version": 99}
    with pytest.raises(ValueError, match="version 99"):
        decode(json.dumps(values).encode())
