"""Static files under names that carry their content's hash, compressed beforehand, cached for good.

`static/` is published once into `<instance>/static/<tree hash>/` and WhiteNoise serves that tree
before a request reaches Flask. A changed file gets a new name, so a browser may keep the old one
for ever; an edit of `static/` shows after a restart.
"""

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath
from wsgiref.headers import Headers

from flask import Flask, current_app
from whitenoise import WhiteNoise
from whitenoise.compress import Compressor

from portal import config

PREFIX = "/static/"
RELEASE = "static_release"
CACHE_FOR_GOOD = "public, max-age=31536000, immutable"
SERVED = {".css", ".js", ".png", ".svg", ".woff2"}
REFERENCE = re.compile(rb"""url\(["']?(?!data:)(?P<name>[^"')]+)["']?\)""")
TREES_KEPT = 3
DRAFT = "draft-"


def install(app: Flask, *, always: Mapping[str, str]) -> None:
    """Serve `static/` with the headers in `always`, and give templates `asset(name)`.

    `asset` raises KeyError for a name that is no file, so that a page never links to nothing.
    """
    names, files = read(config.ROOT / "static")
    tree = publish(files, into=Path(app.instance_path) / "static")

    def head(headers: Headers, _path: str, _url: str) -> None:
        for name, value in {**always, "Cache-Control": CACHE_FOR_GOOD}.items():
            headers[name] = value

    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=tree,
        prefix=PREFIX,
        max_age=None,
        allow_all_origins=False,
        add_headers_function=head,
    )
    app.add_template_global(lambda name: PREFIX + names[name], "asset")
    app.extensions[RELEASE] = tree.name


def release() -> str:
    """Return what stays the same while no static file that a page may link to changes."""
    return str(current_app.extensions[RELEASE])


def read(folder: Path) -> tuple[dict[str, str], dict[str, bytes]]:
    """Return the hashed name of every file of `folder`, and the contents by hashed name.

    Stylesheets come last: what they refer to has its name by then.
    """
    names: dict[str, str] = {}
    files: dict[str, bytes] = {}
    found = (file for file in folder.rglob("*") if file.suffix in SERVED)
    for file in sorted(found, key=lambda file: (file.suffix == ".css", file)):
        name = file.relative_to(folder).as_posix()
        content = file.read_bytes()
        if file.suffix == ".css":
            content = _with_hashed_references(content, names)
        names[name] = _hashed(name, content)
        files[names[name]] = content
    return names, files


def address(name: str) -> str:
    """Return where a file of `static/` that refers to no other is served, with no app at hand."""
    return PREFIX + _hashed(name, (config.ROOT / "static" / name).read_bytes())


def _with_hashed_references(css: bytes, names: Mapping[str, str]) -> bytes:
    """Point `url(...)` at hashed names; stylesheets lie at the top, so paths need no climbing."""
    return REFERENCE.sub(lambda found: f'url("{names[found["name"].decode()]}")'.encode(), css)


def _hashed(name: str, content: bytes) -> str:
    path = PurePosixPath(name)
    digest = hashlib.sha256(content).hexdigest()[:12]
    return str(path.with_name(f"{path.stem}.{digest}{path.suffix}"))


def publish(files: Mapping[str, bytes], *, into: Path) -> Path:
    """Return the tree that holds `files`, writing it first unless it is there.

    It is written aside and renamed, so that of two processes starting at once either wins and
    neither sees half a tree.
    """
    tree = into / hashlib.sha256("\n".join(sorted(files)).encode()).hexdigest()[:16]
    if not tree.exists():
        into.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=into, prefix=DRAFT) as draft:
            _write(files, Path(draft) / "tree")
            with suppress(OSError):
                (Path(draft) / "tree").rename(tree)
    os.utime(tree)
    _sweep(into)
    return tree


def _write(files: Mapping[str, bytes], folder: Path) -> None:
    compressor = Compressor(quiet=True)
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        if compressor.should_compress(name):
            compressor.compress(str(file))


def _sweep(folder: Path) -> None:
    """Remove all but the latest trees: a process of the last release may still serve its own."""
    trees = (tree for tree in folder.iterdir() if not tree.name.startswith(DRAFT))
    for tree in sorted(trees, key=_last_used, reverse=True)[TREES_KEPT:]:
        shutil.rmtree(tree, ignore_errors=True)


def _last_used(tree: Path) -> float:
    """Return when a process last started from `tree`; another process may just have renamed it."""
    try:
        return tree.stat().st_mtime
    except FileNotFoundError:
        return 0.0
