"""Static files have names for good, arrive compressed, and are what we say they are."""

import gzip
import hashlib
import os
import threading
from pathlib import Path

import brotli
import pytest

from portal import assets, config

pytestmark = pytest.mark.one_database

STATIC = config.ROOT / "static"
VENDORED = [line.split() for line in (STATIC / "vendor" / "SHA256SUMS").read_text().splitlines()]
PORTAL_CSS = "url(data:x) url('fonts/a.woff2')"


@pytest.fixture
def url(migrated_app):
    return migrated_app.jinja_env.globals["asset"]


@pytest.fixture
def get(migrated_app):
    """Fetch and close: an open file would outlive the test."""

    def fetch(path, **headers):
        with migrated_app.test_client().get(path, headers=headers) as answer:
            answer.get_data()
            return answer

    return fetch


@pytest.mark.parametrize(("digest", "name"), VENDORED, ids=[name for _, name in VENDORED])
def test_vendored_file_is_the_one_we_took(digest, name):
    assert hashlib.sha256((STATIC / "vendor" / name).read_bytes()).hexdigest() == digest


def test_every_vendored_script_has_its_sum():
    scripts = {file.name for file in (STATIC / "vendor").glob("*.js")}
    assert scripts == {name for _, name in VENDORED}


def test_asset_name_carries_the_hash_of_its_content(url):
    digest = hashlib.sha256((STATIC / "portal.js").read_bytes()).hexdigest()[:12]
    assert url("portal.js") == f"/static/portal.{digest}.js"


def test_asset_that_is_no_file_is_an_error(url):
    with pytest.raises(KeyError, match=r"nothing\.css"):
        url("nothing.css")


def test_licences_and_sums_are_not_served(get):
    paths = ("/static/vendor/SHA256SUMS", "/static/fonts/OFL-LICENSE.txt")
    assert [get(path).status_code for path in paths] == [404, 404]


def test_a_name_without_hash_is_no_second_way(get):
    assert get("/static/portal.css").status_code == 404


def test_asset_is_kept_for_good_and_trusted_for_nothing_else(get, url):
    headers = get(url("portal.css")).headers
    assert {
        name: headers[name]
        for name in ("Cache-Control", "Content-Type", "X-Content-Type-Options", "Vary")
    } == {
        "Cache-Control": "public, max-age=31536000, immutable",
        "Content-Type": 'text/css; charset="utf-8"',
        "X-Content-Type-Options": "nosniff",
        "Vary": "Accept-Encoding",
    }
    assert "Access-Control-Allow-Origin" not in headers


@pytest.mark.parametrize(
    ("accepted", "used", "unpack"),
    [("br, gzip", "br", brotli.decompress), ("gzip", "gzip", gzip.decompress)],
)
def test_asset_arrives_compressed(get, url, accepted, used, unpack):
    plain = get(url("portal.js"), Accept_Encoding="identity")
    packed = get(url("portal.js"), Accept_Encoding=accepted)
    assert (packed.headers["Content-Encoding"], unpack(packed.data)) == (used, plain.data)


def test_stylesheet_points_at_hashed_names(get, url):
    css = get(url("portal.css")).text
    assert f'url("{url("fonts/ahn-core.woff2").removeprefix("/static/")}")' in css
    assert 'url("data:image/svg+xml' in css


def test_stylesheet_with_a_dead_reference_is_an_error(tmp_path):
    (tmp_path / "portal.css").write_text(PORTAL_CSS)
    with pytest.raises(KeyError, match=r"fonts/a\.woff2"):
        assets.read(tmp_path)


def test_changed_font_changes_the_name_of_the_stylesheet(tmp_path):
    (tmp_path / "fonts").mkdir()
    (tmp_path / "portal.css").write_text(PORTAL_CSS)
    names = []
    for content in (b"one", b"two"):
        (tmp_path / "fonts" / "a.woff2").write_bytes(content)
        names.append(assets.read(tmp_path)[0]["portal.css"])
    assert names[0] != names[1]


def test_published_tree_is_not_written_again(tmp_path):
    tree = assets.publish({"a.1.css": b"a" * 999}, into=tmp_path)
    os.truncate(tree / "a.1.css", 1)
    assert assets.publish({"a.1.css": b"a" * 999}, into=tmp_path) == tree
    assert (tree / "a.1.css").read_bytes() == b"a"


def test_starts_at_once_publish_one_whole_tree(tmp_path):
    files = {f"a.{n}.css": b"body{}" * 500 for n in range(20)}
    found: list[set[str]] = []

    def start() -> None:
        found.append({file.name for file in assets.publish(files, into=tmp_path).iterdir()})

    threads = [threading.Thread(target=start) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(names) for names in found] == [60] * 6
    assert len(list(tmp_path.iterdir())) == 1


def test_old_trees_go_but_for_the_latest(tmp_path):
    trees = []
    for age in range(5):
        tree = assets.publish({f"a.{age}.css": b"a"}, into=tmp_path)
        os.utime(tree, (1_000_000 + age, 1_000_000 + age))
        trees.append(tree)
    latest = assets.publish({"a.new.css": b"a"}, into=tmp_path)
    assert set(tmp_path.iterdir()) == {latest, *trees[-2:]}


def test_every_file_of_static_is_served_or_a_licence():
    left_out = {file.name for file in STATIC.rglob("*") if file.is_file()} - {
        Path(name).name for name in assets.read(STATIC)[0]
    }
    assert left_out == {"SHA256SUMS", "htmx-LICENSE.txt", "OFL-LICENSE.txt"}
