"""Edition: the page's files as they were at one moment, under an address that names their version.

All that a page is made of comes from `v/VERSION/`, so it is never half old and half new, a browser keeps it for ever,
and a second visit asks for the page itself alone. The version is a hash of all files: when one changes, the next page
that is asked for names another.
"""

from __future__ import annotations

import hashlib
import re
from functools import cached_property
from pathlib import Path
from threading import Lock

from . import assets, bundle
from .assets import Asset

STYLE = re.compile(r'[ \t]*<link rel="stylesheet" href="([^"]+)">\n?')
SCRIPT = re.compile(r'(<script type="module" src=")([^"]+)')
CSS_COMMENT = re.compile(r"\s*/\*.*?\*/", re.DOTALL)

KEPT = 4
"""Editions that are held: a page that was opened before a file changed may still ask for its rest."""

MAKING = hashlib.sha256(Path(bundle.__file__).read_bytes()).digest()
"""How they are made: where that changes, so does what is sent."""


class Edition:
    """The page's files, read at once.

    Args:
        files: their content, by their path from the page's folder.
    """

    def __init__(self, files: dict[str, bytes]) -> None:
        self._files = files
        self._made: dict[str, Asset] = {}
        self._lock = Lock()
        digest = hashlib.sha256(MAKING)
        for name, content in sorted(files.items()):
            digest.update(b"%d %s %d\n%s" % (len(name), name.encode(), len(content), content))
        self.version = digest.hexdigest()[:16]

    def html(self, page: str) -> str | None:
        """A page as its file says it; None where there is none."""
        return self._files[page].decode() if page in self._files else None

    def names(self, page: str) -> list[str]:
        """All that a page may ask for by its version, later too: its scripts, its style and its pictures."""
        modules = [each for script in self._scripts(page) for each in self.modules.closure(script, later=True)]
        texts = [self.modules.text(each) for each in modules]
        later = [target for each, text in zip(modules, texts, strict=True) for target in bundle.later_of(each, text)]
        pictures = [name for name in self._files if not name.endswith((".html", ".js", ".css"))]
        return list(dict.fromkeys([*self._scripts(page), *later, f"{Path(page).stem}.css", *pictures]))

    def asset(self, name: str) -> Asset | None:
        """What is sent by a name; None where there is nothing."""
        with self._lock:
            if name not in self._made:
                body = self._body(name)
                if body is None:
                    return None
                self._made[name] = Asset.of(body, assets.KINDS[Path(name).suffix], 9)
            return self._made[name]

    @cached_property
    def modules(self) -> bundle.Modules:
        """Its scripts."""
        return bundle.Modules({name: text.decode() for name, text in self._files.items() if name.endswith(".js")})

    @cached_property
    def entries(self) -> set[str]:
        """The scripts that pages begin with."""
        return {script for name in self._files if name.endswith(".html") for script in self._scripts(name)}

    def _scripts(self, page: str) -> list[str]:
        return [match[2] for match in SCRIPT.finditer(self.html(page) or "")]

    def _body(self, name: str) -> bytes | None:
        page = self.html(f"{name[:-4]}.html") if name.endswith(".css") else None
        if page is not None:
            styles = [self._files[style].decode() for style in STYLE.findall(page) if style in self._files]
            return CSS_COMMENT.sub("", "".join(styles)).encode()
        if name.endswith(".html") or name not in self._files:
            return None
        if not name.endswith(".js"):
            return self._files[name]
        first = [entry for entry in self.entries if name in self.modules.closure(entry, later=True)]
        return self.modules.joined(name, *first).encode()


class Editions:
    """The newest edition, and those before it."""

    def __init__(self) -> None:
        self._held: dict[str, Edition] = {}
        self._seen: tuple[object, ...] = ()
        self._lock = Lock()

    def newest(self) -> Edition:
        """The page as its files are now: a change takes effect with the next page that is asked for."""
        root = assets.frontend()
        paths = assets.given_out(root)
        seen = tuple((path, (stat := path.stat()).st_mtime_ns, stat.st_size) for path in paths)
        with self._lock:
            if seen != self._seen:
                edition = Edition({path.relative_to(root).as_posix(): path.read_bytes() for path in paths})
                self._held.pop(edition.version, None)
                self._held[edition.version] = edition
                self._seen = seen
                for version in list(self._held)[:-KEPT]:
                    del self._held[version]
            return next(reversed(self._held.values()))

    def get(self, version: str) -> Edition | None:
        """An edition by its version; None where it is not held any more."""
        held = self._held.get(version)
        return held or (newest if (newest := self.newest()).version == version else None)


editions = Editions()
"""Of this process."""
