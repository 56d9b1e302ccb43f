"""RunFolder: where the files of one run lie, and how they are read and written."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from safetensors import SafetensorError
from safetensors.numpy import load

from ..arrays import Floats
from ..errors import FarbackError

PARTS = ("frames", "full", "weights")


class StorageFailed(FarbackError):
    """The disk is full, or may not be written to."""

    code = "storage"
    status = 507


@dataclass(frozen=True)
class RunFolder:
    """The files of one run.

    `spec.json` is written once by the web process; everything else by the worker that has the run. Whatever is read
    under its name is complete, because it was renamed to it.
    """

    path: Path

    @property
    def spec(self) -> Path:
        """The fully resolved spec, with a person's own text. It lies here and not in the index, so that deleting the
        folder deletes the text."""
        return self.path / "spec.json"

    @property
    def checkpoint(self) -> Path:
        """All that is needed to go on after the newest frame but the last."""
        return self.path / "checkpoint.safetensors"

    def frame(self, seq: int) -> Path:
        """One frame as it goes over the wire, one byte a value."""
        return self.path / "frames" / f"{seq:06}.json"

    def full(self, step: int) -> Path:
        """The same frame in float32."""
        return self.path / "full" / f"{step:06}.json"

    def weights(self, step: int) -> Path:
        """The weights that the frame was taken with."""
        return self.path / "weights" / f"{step:06}.safetensors"

    def create(self, spec: str) -> None:
        """Make the folder of a run that is new, or is to go on.

        Raises:
            StorageFailed: it cannot be written.
        """
        try:
            for part in PARTS:
                (self.path / part).mkdir(parents=True, exist_ok=True)
            write_whole(self.spec, spec.encode())
        except OSError as error:
            raise StorageFailed(f"The run cannot be stored: {error.strerror or error}.") from error

    def read_checkpoint(self) -> dict[str, Floats] | None:
        """The arrays to go on from; None where there are none, or a power cut spoilt them: then only time is lost."""
        try:
            return load(self.checkpoint.read_bytes())
        except (FileNotFoundError, SafetensorError):
            return None

    def newest(self) -> tuple[int, int]:
        """Seq and step of the newest frame on disk, (-1, 0) where there is none.

        Where a power cut spoilt it, nothing else can be trusted: all is cleared, to be trained again in the same bits.
        """
        seq = len(list((self.path / "frames").glob("*.json"))) - 1  # they are written in order
        if seq < 0:
            return -1, 0
        try:
            return seq, int(json.loads(self.frame(seq).read_bytes())["step"])
        except (ValueError, KeyError, OSError):
            self._clear()
            return -1, 0

    def steps(self) -> list[int]:
        """The training steps that weights and full frames are kept of, rising."""
        return sorted(int(file.stem) for file in (self.path / "weights").glob("*.safetensors"))

    def _clear(self) -> None:
        self.checkpoint.unlink(missing_ok=True)
        for part in PARTS:
            for file in (self.path / part).glob("*"):
                file.unlink()

    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.stat().st_size for file in self.path.rglob("*") if file.is_file())


def write_whole(path: Path, data: bytes) -> None:
    """Write a file that is never seen half-written, also when the process is killed.

    It is not forced to the disk: that would cost more than the training between two frames, and what a power cut
    spoils can be trained again in the same bits.
    """
    half = path.with_name(f"{path.name}.half")
    half.write_bytes(data)
    half.replace(path)
