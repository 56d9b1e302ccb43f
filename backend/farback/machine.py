"""What, besides the spec, decides a run's bits: this code, torch's version, the processor's instructions."""

from __future__ import annotations

import hashlib
import os
import platform
from functools import cache
from importlib.metadata import version
from pathlib import Path

from . import cells, tasks

NUMERIC_MODULES = ("config", "frame", "model", "pipeline", "presets", "randomness", "spec", "training")
"""The single files behind a run's numbers; the rooms tasks, cells and probing are taken whole."""


KERNEL_CHOICES = (
    "ATEN_CPU_CAPABILITY", "MKL_CBWR", "MKL_ENABLE_INSTRUCTIONS", "ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA",
    "OPENBLAS_CORETYPE",
)  # fmt: skip
"""Environment variables by which the libraries under torch and numpy choose kernels, which round differently."""


@cache
def fingerprint() -> dict[str, str]:
    """`{"code", "torch", "numpy", "cpu", "kernels"}`, told without importing torch."""
    kernels = {name: os.environ[name] for name in KERNEL_CHOICES if os.environ.get(name)}
    return {
        "code": _code(),
        "torch": version("torch"),
        "numpy": version("numpy"),
        "cpu": capability(),
        "kernels": " ".join(f"{name}={value}" for name, value in kernels.items()),
    }


def capability() -> str:
    """The processor's vector instructions as torch names them (AVX512, AVX2, DEFAULT), and its model.

    Torch picks its kernels by them, and other kernels round differently.
    """
    words = _cpuinfo()
    flags = set(words.get("flags", "").split())
    if {"avx512f", "avx512vl", "avx512bw", "avx512dq", "fma"} <= flags:
        best = "AVX512"
    elif {"avx2", "fma"} <= flags:
        best = "AVX2"
    else:
        best = "DEFAULT"
    return f"{platform.machine()} {best} {words.get('model name', platform.processor())}".strip()


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
