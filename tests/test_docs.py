"""The documents hang together: links lead somewhere, decisions are listed, every word stands once."""

import re
from pathlib import Path

import pytest

from tests.house import ROOT, tracked

PAGES = [path for path in tracked() if path.suffix == ".md"]
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
DECISIONS = ROOT / "docs" / "decisions"
PARTS = ("**What we saw.**", "**What we decided.**", "**What follows.**", "**What else we weighed.**")


def decisions() -> list[Path]:
    """The numbered pages."""
    return sorted(DECISIONS.glob("[0-9][0-9][0-9]-*.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(page: Path) -> None:
    broken = [to for to in LINK.findall(page.read_text(encoding="utf-8")) if not (page.parent / to).exists()]
    assert not broken


def test_every_page_is_found_from_the_first_one() -> None:
    listed = LINK.findall((ROOT / "docs" / "README.md").read_text(encoding="utf-8"))
    pages = {page.name for page in (ROOT / "docs").glob("*.md")} - {"README.md"}
    assert sorted(pages - set(listed)) == []


def test_every_decision_is_listed_once_and_in_order() -> None:
    listed = re.findall(r"^\| \[\d{3}\]\((\S+)\)", (DECISIONS / "README.md").read_text("utf-8"), re.MULTILINE)
    assert listed == [page.name for page in decisions()], "docs/decisions/README.md lists every page in order"
    assert len(listed) == len({name[:3] for name in listed}), "two decisions have one number"


@pytest.mark.parametrize("page", decisions(), ids=lambda page: page.stem)
def test_a_decision_says_what_was_seen_and_what_else_was_weighed(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert [part for part in PARTS if part not in text] == []
    assert len(text.splitlines()) <= 60, "one page"


def test_every_word_has_one_meaning() -> None:
    rows = re.findall(
        r"^\| ([^|]+) \|", (ROOT / "docs" / "words.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    defined = [row for row in rows if row not in {"word", "---"}]
    assert len(defined) > 30
    assert sorted(defined) == sorted(set(defined)), "one word per idea, one row per word"
