"""What, besides the spec, decides a run's bits: this code, torch's version, the processor's instructions."""

from __future__ import annotations

import hashlib
import os
import platform
from functools import cache
from importlib.metadata import version
from pathlib import Path

from . import cells, tasks

NUMERIC_MODULES = ("config", "frame", "model", "pipeline", "presets", "spec", "training")
"""The single files behind a run's numbers; the rooms tasks, cells and probing are taken whole."""


@cache
def fingerprint() -> dict[str, str]:
    """`{"code", "torch", "numpy", "cpu"}`, told without importing torch."""
    return {"code": _code(), "torch": version("torch"), "numpy": version("numpy"), "cpu": capability()}


def capability() -> str:
    """The processor's vector instructions as torch names them (AVX512, AVX2, DEFAULT), and its model.

    Torch picks its kernels by them (and ATEN_CPU_CAPABILITY), and other kernels round differently.
    """
    words = _cpuinfo()
    flags = set(words.get("flags", "").split())
    wanted = os.environ.get("ATEN_CPU_CAPABILITY", "").upper()
    if {"avx512f", "avx512vl", "avx512bw", "avx512dq", "fma"} <= flags:
        best = "AVX512"
    elif {"avx2", "fma"} <= flags:
        best = "AVX2"
    else:
        best = "DEFAULT"
    name = wanted or best
    return f"{platform.machine()} {name} {words.get('model name', platform.processor())}".strip()


def _cpuinfo() -> dict[str, str]:
    try:
        lines = Path("/proc/cpuinfo").read_text().split("\n\n")[0].splitlines()
    except OSError:  # not Linux: the platform's own words must do
        return {}
    pairs = (line.partition(":") for line in lines)
    return {key.strip(): value.strip() for key, _, value in pairs}


def _code() -> str:
    """sha256 over every file that a run's numbers come from."""
    here = Path(__file__).parent
    rooms = [Path(room.__file__ or "").parent for room in (tasks, cells)] + [here / "probing"]
    files = [here / f"{name}.py" for name in NUMERIC_MODULES] + sorted(p for room in rooms for p in room.glob("*.py"))
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()
