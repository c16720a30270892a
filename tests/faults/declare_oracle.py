"""What another's program says of a log: run by the Python of .venv/oracle, which has pm4py; nothing imports this.

    .venv/oracle/bin/python tests/faults/declare_oracle.py helpdesk.xes.gz > tests/faults/declare.tsv

A line a constraint: template, first, then, how many histories violate it, the beginning of the sha256 of their names.
A history is named after its case. `response` is asked of what came before each closing and of the whole, which are
named case#1, case#2, ...
"""

from __future__ import annotations

import sys
from collections import defaultdict
from hashlib import sha256
from itertools import combinations, permutations

from pm4py import read_xes
from pm4py.algo.conformance.declare.variants.classic import apply_list

Histories = dict[str, list[str]]
Violated = dict[tuple[str, str, str], set[str]]
CLOSED = "Closed"
THEIRS = {
    "precedence": "precedence", "alternate_precedence": "altprecedence", "chain_precedence": "chainprecedence",
    "not_coexistence": "noncoexistence", "absence": "absence", "exactly_one": "exactly_one",
    "existence": "existence", "response": "response",
}  # fmt: skip
"""Our word for a template → pm4py's."""


def histories_of(path: str) -> Histories:
    """Read the log by pm4py's own reader."""
    log = read_xes(path)
    told = log.groupby("case:concept:name", sort=False)["concept:name"]
    return {case: list(activities) for case, activities in told}


def asked(histories: Histories, template: str, about: list[tuple[str, str]]) -> Violated:
    """Ask for one template; `about` are pairs of first and then, the first empty where there is none."""
    model = {THEIRS[template]: dict.fromkeys(pair if pair[0] else pair[1] for pair in about)}
    found: Violated = {(template, *pair): set() for pair in about}
    for name, told in zip(histories, apply_list(list(histories.values()), model), strict=True):
        for _, said in told["deviations"]:
            found[template, *(("", said) if isinstance(said, str) else said)].add(name)
    return found


def before_closings(histories: Histories) -> Histories:
    """Cut before each closing, and take the whole as if it were closed now."""
    return {
        f"{case}#{number}": history[:end]
        for case, history in histories.items()
        for number, end in enumerate([*_places(history, CLOSED), len(history)], 1)
    }


def not_succession(histories: Histories, pairs: list[tuple[str, str]]) -> Violated:
    """Ask whether first and then are both there up to the last then: pm4py's own template means something else."""
    by_then: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for pair in pairs:
        by_then[pair[1]].append(pair)
    found: Violated = {}
    for then, about in by_then.items():
        ends = {name: _places(history, then) for name, history in histories.items()}
        cut = {name: histories[name][: places[-1] + 1] for name, places in ends.items() if places}
        told = asked(cut, "not_coexistence", about)
        found |= {("not_succession", *pair): told["not_coexistence", *pair] for pair in about}
    return found


def at_most_one(histories: Histories, alone: list[tuple[str, str]]) -> Violated:
    """Ask for exactly one and leave out those that have none."""
    once, some = (asked(histories, template, alone) for template in ("exactly_one", "existence"))
    return {("at_most_one", *one): once["exactly_one", *one] - some["existence", *one] for one in alone}


def _places(history: list[str], activity: str) -> list[int]:
    return [place for place, found in enumerate(history) if found == activity]


def everything(histories: Histories) -> Violated:
    """Ask for every template of every activity and every pair of them."""
    activities = sorted({activity for history in histories.values() for activity in history})
    alone, pairs = [("", activity) for activity in activities], list(permutations(activities, 2))
    return {
        **asked(histories, "absence", alone),
        **at_most_one(histories, alone),
        **asked(histories, "not_coexistence", list(combinations(activities, 2))),
        **not_succession(histories, pairs),
        **asked(histories, "precedence", pairs),
        **asked(histories, "alternate_precedence", pairs),
        **asked(histories, "chain_precedence", pairs),
        **asked(before_closings(histories), "response", pairs),
    }


if __name__ == "__main__":
    for constraint, names in everything(histories_of(sys.argv[1])).items():
        digest = sha256("\n".join(sorted(names)).encode()).hexdigest()
        sys.stdout.write("\t".join([*constraint, str(len(names)), digest[:16]]) + "\n")
