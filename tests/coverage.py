"""Writes docs/coverage.md: every rule of the five texts, what carries it, and the tests that prove it."""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from functools import cache

from cases.regulation.packs import shipped_names, shipped_regulation
from cases.regulation.texts import RegulationText, RuleState, Standing, coverage, texts
from tests.house import ROOT
from tests.proving import Named, Proof, proofs, told_one_by_one
from tests.reference import NOTE, table

PAGE = ROOT / "docs" / "coverage.md"
INTRODUCTION = """\
What carries every rule of the five regulations, and the tests that prove it. The rules are told in our own words in
`cases/regulations/texts/`; items of a pack name the rules they carry.

* **carried**: by what stands there, proven by the tests beside it, which run its pack;
* **partly**: the same, and what is still missing;
* **explained**: nothing carries it, and why; where something ought to, it says *not built*;
* **open**: nothing carries it yet.
"""


def proof(standing: Standing, before: Sequence[str] = ()) -> tuple[Proof, ...]:
    """The tests of a rule: those marked with it, and one for every item that carries it unless they tell of it.

    A test that tells of items one by one goes before any other that names them.
    """
    marked = proofs().get(Named(standing.rule.id), ())
    more: list[Proof] = []
    for item in items(standing):
        known = set(proofs().get(item, ()))
        best = known & told_one_by_one().get(item.name, frozenset()) or known
        if best and not best & {*marked, *more}:
            more.append(preferred(best, standing.rule.id.partition("-")[0], before))
    return (*marked, *more)


def preferred(known: Collection[Proof], text: str, before: Sequence[str]) -> Proof:
    """One of several tests: one that the page names already, as long as it holds.

    Else one of the file that tells of the most items of a text, and of few others.
    """
    told = spread(text)
    kept = [test for test in known if str(test) in before]
    return min(kept or known, key=lambda test: (-told[test.path], told[test], test))


def unproven(standing: Standing) -> tuple[Named, ...]:
    """The items that carry a rule and that no test of their pack names, unless one is marked with the rule.

    The rule itself, where no item carries it and no test is marked with it.
    """
    rule, named = standing.rule.id, items(standing)
    if not named:
        return () if Named(rule) in proofs() or not standing.carriers else (Named(rule),)
    return tuple(item for item in named if not {item, item._replace(name=rule)} & set(proofs()))


def items(standing: Standing) -> tuple[Named, ...]:
    """The items that carry a rule."""
    pack = standings()[standing.rule.id.partition("-")[0]][0].pack
    named = (carrier for carrier in standing.carriers if carrier not in standing.rule.by)
    return tuple(Named(carrier.partition(" ")[2], pack) for carrier in named)


@cache
def spread(text: str) -> Counter[Proof | str]:
    """Test, and file → of how many items of a text it tells."""
    known = {item for row in standings()[text][1] for item in items(row)}
    told = [(item, test) for item in known for test in proofs().get(item, ())]
    files = {(item, test.path) for item, test in told}
    return Counter([*(test for _, test in told), *(path for _, path in files)])


@cache
def standings() -> dict[str, tuple[RegulationText, tuple[Standing, ...]]]:
    """Text → its rules with what carries them."""
    packs = shipped_names()
    return {
        text.id: (
            text,
            coverage(text, shipped_regulation(text.pack).regulation if text.pack in packs else None),
        )
        for text in texts()
    }


def cited(page: str) -> dict[str, list[str]]:
    """Rule → the tests that a page names for it."""
    rows = re.findall(r"^\| (S\d-\S+) \|.*\| (\[.*\)) \|$", page, re.MULTILINE)
    return {rule: tests.split(", ") for rule, tests in rows}


def written(before: str) -> str:
    """The page as it ought to be, given how it is."""
    known = cited(before)
    told = standings()
    counts = {key: Counter(row.state for row in rows) for key, (_, rows) in told.items()}
    lines = [(key, told[key][0].label.en, *columns(count)) for key, count in counts.items()]
    lines.append(("", "together", *columns(sum(counts.values(), Counter[RuleState]()))))
    parts = [f"# What carries every rule\n\n{NOTE}\n\n{INTRODUCTION}"]
    parts.append(table(("", "regulation", "rules", *RuleState), lines))
    for key, (text, rows) in told.items():
        parts.append(f"## {key} {text.label.zh} / {text.label.en}\n\nPack `{text.pack}`.\n")
        cells = [line(row, known.get(row.rule.id, [])) for row in rows]
        parts.append(
            table(("rule", "clause", "in our words", "state", "carried by", "remark", "proof"), cells)
        )
    return "\n".join(parts).rstrip() + "\n"


def columns(count: Counter[RuleState]) -> tuple[int, ...]:
    """How many rules there are, and how many in each state."""
    return count.total(), *(count[state] for state in RuleState)


def line(row: Standing, before: Sequence[str]) -> tuple[object, ...]:
    """One line of the page."""
    carriers, tests = ", ".join(row.carriers), ", ".join(map(str, proof(row, before)))
    return (row.rule.id, row.rule.clause, row.rule.says, row.state, carriers, row.remark, tests)


def read() -> str:
    """The page as it is."""
    return PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""


if __name__ == "__main__":
    PAGE.write_text(written(read()), encoding="utf-8")
