"""The reference says what the code says: every fact, command, code, error, setting, table and route is in it."""

import pytest

from tests.house import ROOT
from tests.reference import FOLDER, pages, written


def test_the_reference_has_its_pages() -> None:
    assert {"facts", "commands", "codes", "errors"} <= set(pages())
    assert {path.stem for path in FOLDER.glob("*.md")} == set(pages())


@pytest.mark.parametrize("name", pages())
def test_the_reference_is_what_the_code_says(name: str) -> None:
    said = (FOLDER / f"{name}.md").read_text(encoding="utf-8")
    missing = sorted(set(written(name).splitlines()) - set(said.splitlines()))
    assert not missing, f"not in docs/reference/{name}.md; run: make reference"
    assert said == written(name), f"docs/reference/{name}.md is out of date; run: make reference"


def test_the_reference_is_reached_from_the_front_page() -> None:
    front = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    assert [name for name in pages() if f"(reference/{name}.md)" not in front] == []
