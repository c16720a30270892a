"""What has been released stays as it is: a step of the schema that somebody has applied is never edited."""

import re
from hashlib import sha256

from tests.house import ROOT, tracked

SCHEMA = "cases/store/schema"
PUBLISHED = ROOT / "tests" / "published.sha256"
RELEASED = re.compile(r"^## \[\d+\.\d+\.\d+\]", re.MULTILINE)


def published() -> dict[str, str]:
    """Path → digest of everything that a release has fixed; written like the output of sha256sum."""
    lines = PUBLISHED.read_text(encoding="utf-8").splitlines()
    return {name: digest for digest, name in (line.split() for line in lines if not line.startswith("#"))}


def steps() -> list[str]:
    """The steps of the schema, in order."""
    names = (path.relative_to(ROOT).as_posix() for path in tracked())
    return sorted(name for name in names if name.startswith(SCHEMA) and name.endswith(".sql"))


def test_a_published_file_is_never_edited() -> None:
    changed = [
        name
        for name, digest in published().items()
        if not (ROOT / name).is_file() or sha256((ROOT / name).read_bytes()).hexdigest() != digest
    ]
    assert not changed, "applied somewhere already: restore it and add a new step"


def test_a_release_publishes_the_schema_it_ships() -> None:
    if RELEASED.search((ROOT / "CHANGELOG.md").read_text(encoding="utf-8")):
        assert published(), f"a release fixes its schema: sha256sum {SCHEMA}/*.sql >> tests/published.sha256"


def test_the_steps_of_the_schema_are_numbered_without_gaps() -> None:
    assert steps() or not list((ROOT / SCHEMA).glob("*.sql")), "there are steps that no check sees"
    numbers = [int(name.removeprefix(f"{SCHEMA}/")[:3]) for name in steps()]
    assert numbers == list(range(1, len(numbers) + 1)), "two steps with one number, or one missing"
