"""Every template compiles and is used by name: what nobody renders is not kept."""

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.one_database

ROOT = Path(__file__).parent.parent
TEMPLATES = sorted(
    str(file.relative_to(ROOT / "templates"))
    for file in (ROOT / "templates").rglob("*")
    if file.is_file()
)
SOURCES = [
    file.read_text()
    for folder, ending in (("portal", "*.py"), ("templates", "*.html"))
    for file in (ROOT / folder).rglob(ending)
]


@pytest.mark.parametrize("name", TEMPLATES)
def test_template_compiles(migrated_app, name):
    assert migrated_app.jinja_env.get_template(name).name == name


@pytest.mark.parametrize("name", [name for name in TEMPLATES if not name.startswith("mail/")])
def test_template_is_used_by_name(name):
    folder, _, short = name.removesuffix(".html").rpartition("/")
    assert _is_quoted(name) or (_is_quoted(short) and _is_built_from(folder))


def _is_quoted(words: str) -> bool:
    return any(re.search(rf"[\"']{re.escape(words)}[\"']", source) for source in SOURCES)


def _is_built_from(folder: str) -> bool:
    """Say whether a view puts the folder, or its last part, before short names."""
    parts = (folder, folder.rpartition("/")[2])
    return any(f'f"{part}/{{' in source for part in parts for source in SOURCES)


@pytest.mark.parametrize(
    "kind", sorted({Path(n).parts[1] for n in TEMPLATES if n[:5] == "mail/" and n[5] != "_"})
)
def test_mail_has_its_three_parts_and_a_caller(kind):
    parts = {Path(name).name for name in TEMPLATES if name.startswith(f"mail/{kind}/")}
    assert parts == {"subject.txt", "body.txt", "body.html"}
    assert any(f'kind="{kind}"' in source for source in SOURCES)
