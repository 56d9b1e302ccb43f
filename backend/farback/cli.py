"""The command: `farback serve`, `run`, `export`, `lesson`, `memory` and `bench`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from . import __version__
from .errors import Exploded, FarbackError

MISUSED = 2
"""Exit status where the command was given something it cannot use, as shells have it."""
BROKEN_OFF = 130
"""Exit status after Ctrl-C."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Do what the arguments say; ends the process with a status."""
    options = _parser().parse_args(arguments)
    sys.exit(options.command(options))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="farback", description="See how far back a recurrent network can connect.")
    parser.add_argument("--version", action="version", version=f"farback {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    serve = commands.add_parser("serve", help="serve the page and the API")
    serve.set_defaults(command=_serve)
    serve.add_argument("--host", help="address to listen on (127.0.0.1: this machine only)")
    serve.add_argument("--port", type=int, help="port to listen on (8000)")
    serve.add_argument("--data-dir", type=Path, help="folder for runs (./data)")
    serve.add_argument("--workers", type=int, help="runs that train at the same time (one a core, at least 4)")
    serve.add_argument("--prefix", help="path below which a proxy passes requests on unchanged")

    run = commands.add_parser("run", help="train one model here, without a server")
    run.set_defaults(command=_run)
    run.add_argument("spec", help='a JSON file, "-" for standard input, or the JSON itself')

    export = commands.add_parser("export", help="write snapshots as a site of files that any host serves")
    export.set_defaults(command=_export)
    export.add_argument("site", type=Path, help="its folder: a new one, or one that was exported before")
    # fmt: off
    export.add_argument("--snapshots", nargs="+", required=True, metavar="ID",
                        help="the ids, in the order of the cards; or all, but those that show a text of somebody's own")
    # fmt: on
    export.add_argument("--data-dir", type=Path, help="folder of the server, which may be running (./data)")
    export.add_argument(
        "--url", default="", help="address where it will be: for QR codes, oEmbed and pictures of links"
    )
    export.add_argument(
        "--with-text", action="store_true", help="publish texts of somebody's own, of ids that are named"
    )

    lesson = commands.add_parser("lesson", help="check files of lessons, as docs/lessons.md says how to write them")
    lesson.set_defaults(command=_lesson)
    lesson.add_argument("file", nargs="+", type=Path, help='a Markdown file, called like "9-our-own.md"')

    memory = commands.add_parser("memory", help="train every task with every model and print what each remembers")
    memory.set_defaults(command=_memory)
    memory.add_argument("file", type=Path, help="where its rows are kept; broken off, it goes on from there")
    memory.add_argument("--fresh", action="store_true", help="train again what the file has already")

    bench = commands.add_parser("bench", help="measure this machine and print a table")
    bench.set_defaults(command=_bench)
    return parser


def _serve(options: argparse.Namespace) -> int:
    from .web.serve import CannotServe, serve  # only now: what it needs takes most of a second to load

    given = {name: getattr(options, name) for name in ("host", "port", "data_dir", "workers", "prefix")}
    try:
        serve(given)
    except CannotServe as reason:
        print(f"farback: {reason}", file=sys.stderr)
        return MISUSED
    return 0


def _run(options: argparse.Namespace) -> int:
    from .web.body import parse

    try:
        raw = parse(_read(options.spec))
    except OSError as error:
        print(f"farback: {options.spec} cannot be read: {error.strerror}.", file=sys.stderr)
        return MISUSED
    except FarbackError as error:
        print(f"farback: {error}", file=sys.stderr)
        return MISUSED
    return _train(raw)


def _export(options: argparse.Namespace) -> int:
    from .config import Settings
    from .export import export
    from .snapshots.kept import Kept

    try:
        folder = Settings.from_environment(data_dir=options.data_dir).data_dir
    except ValueError as error:
        print(f"farback: {error}", file=sys.stderr)
        return MISUSED
    try:
        done = export(options.site, Kept(folder), options.snapshots, options.url, options.with_text)
    except FarbackError as error:
        print(f"farback: {error}", file=sys.stderr)
        return MISUSED
    except OSError as error:
        print(f"farback: {options.site} cannot be written: {error.strerror or error}.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return BROKEN_OFF
    for id in done.left_out:
        print(f"farback: {id} shows a text of somebody's own and is left out, unless it is named.", file=sys.stderr)
    many = f"{len(done.ids)} snapshot{'s' * (len(done.ids) != 1)}"
    print(f"{options.site}: {many}, {done.size / 1e6:.1f} MB. Any host of files serves it, under any path.")
    if not options.url:
        print("Without --url there are no QR codes, no oEmbed answers and no pictures of links: they need the address.")
    return 0


def _lesson(options: argparse.Namespace) -> int:
    from .lessons import BrokenLesson, check_links, lessons, read_file

    found, status = {}, 0
    for path in options.file:
        try:
            found[path] = read_file(path)
        except (BrokenLesson, OSError) as error:
            why = f"{path} cannot be read: {error.strerror}." if isinstance(error, OSError) else error
            print(f"farback: {why}", file=sys.stderr)
            status = MISUSED
    known = {lesson.name for lesson in (*lessons(), *found.values())}
    for path, lesson in found.items():
        try:
            check_links(lesson, known)
        except BrokenLesson as error:
            print(f"farback: {error}", file=sys.stderr)
            status = MISUSED
        else:
            print(f"{path}: OK")
    return status


def _memory(options: argparse.Namespace) -> int:
    from .memory import markdown
    from .memory.measure import measure

    def told(text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    try:
        rows = measure(options.file, told, options.fresh)
    except (OSError, ValueError) as error:
        told(f"farback: {error}")
        return MISUSED
    except KeyboardInterrupt:
        told("broken off; the same command goes on from here")
        return BROKEN_OFF
    print(markdown(rows), end="")
    return 0


def _bench(_: argparse.Namespace) -> int:
    from .bench import main as measure

    measure()
    return 0


def _read(spec: str) -> bytes:
    if spec == "-":
        return sys.stdin.buffer.read()
    if spec.lstrip().startswith("{"):
        return spec.encode()
    return Path(spec).read_bytes()


def _train(raw: object) -> int:
    import torch

    from .pipeline import run
    from .spec import parse_spec

    torch.set_num_threads(1)  # as on a server: for matrices of this size more threads are slower
    frame = None
    try:
        for frame in run(parse_spec(raw)):
            print(_line(frame.step, frame.loss, frame.accuracy, frame.reach.value, frame.horizon.value), flush=True)
    except Exploded as error:
        print(f"farback: {error}", file=sys.stderr)
        return 1
    except FarbackError as error:
        print(f"farback: {error}" + (f" ({error.field})" if error.field else ""), file=sys.stderr)
        return MISUSED
    except KeyboardInterrupt:
        return BROKEN_OFF
    if frame is not None:
        print(json.dumps(frame.result(), allow_nan=False))
    return 0


def _line(step: int, loss: float | None, accuracy: float | None, reach: int, horizon: int | None) -> str:
    numbers = f"step {step:>6}  loss {'-' if loss is None else f'{loss:.4f}'}"
    if accuracy is not None:
        numbers += f"  accuracy {accuracy:.3f}"
    return f"{numbers}  reach {reach}  horizon {'-' if horizon is None else horizon}"
