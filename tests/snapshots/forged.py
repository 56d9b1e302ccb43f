"""Files that look like snapshots: taken apart, changed, and put together again with all hashes right."""

from __future__ import annotations

import hashlib
import json
import zlib
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from farback.snapshots.archive import Archive, Entry, directory
from farback.snapshots.manifest import NAME
from farback.snapshots.words import canonical


@dataclass
class Parts:
    """A `.farback` file in parts."""

    manifest: dict[str, Any]
    files: dict[str, bytes]

    @classmethod
    def of(cls, data: bytes) -> Parts:
        """Take a valid file apart."""
        archive = Archive(BytesIO(data))
        files = {name: b"".join(archive.pieces(name)) for name in archive.manifest.names()}
        return cls(json.loads(archive.manifest_bytes), files)

    def together(self, hashed: bool = True) -> bytes:
        """The file of these parts; with `hashed` the manifest tells the hashes and lengths that they have."""
        manifest = self.manifest
        if hashed:
            manifest = manifest | {
                "files": {
                    name: {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
                    for name, data in self.files.items()
                }
            }
        return zipped({NAME: canonical(manifest)} | self.files)

    def frames(self, n: int) -> list[dict[str, Any]]:
        """The frames of a run."""
        text = zlib.decompress(self.files[f"runs/{n}/frames.json.gz"], 31)
        frames: list[dict[str, Any]] = json.loads(text)["frames"]
        return frames

    def put_frames(self, n: int, frames: list[Any]) -> None:
        """Give a run other frames."""
        lines = [json.dumps(frame, separators=(",", ":")) for frame in frames]
        self.put_text(n, b'{"frames":[\n' + ",\n".join(lines).encode() + b"\n]}\n")

    def put_text(self, n: int, text: bytes, inflated: int | None = None) -> None:
        """Give a run some bytes for frames."""
        packer = zlib.compressobj(6, zlib.DEFLATED, 31)
        self.files[f"runs/{n}/frames.json.gz"] = packer.compress(text) + packer.flush()
        self.manifest["runs"][n]["inflated"] = len(text) if inflated is None else inflated

    def put_header(self, n: int, header: Any, body: bytes | None = None) -> None:
        """Give a run's weights another header."""
        data = self.files[f"runs/{n}/weights.safetensors"]
        length = int.from_bytes(data[:8], "little")
        text = header if isinstance(header, bytes) else json.dumps(header).encode()
        rest = data[8 + length :] if body is None else body
        self.files[f"runs/{n}/weights.safetensors"] = len(text).to_bytes(8, "little") + text + rest

    def header(self, n: int) -> dict[str, Any]:
        """The header of a run's weights."""
        data = self.files[f"runs/{n}/weights.safetensors"]
        header: dict[str, Any] = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
        return header


def zipped(files: dict[str, bytes]) -> bytes:
    """A zip as the archive writes it."""
    entries = [Entry(name, len(data), zlib.crc32(data)) for name, data in files.items()]
    whole = b"".join(entry.local() + data for entry, data in zip(entries, files.values(), strict=True))
    return whole + directory(entries)
