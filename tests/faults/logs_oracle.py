"""What another program (pm4py) counts in exported logs; runs with packages of its own (docs/decisions/013).

python logs_oracle.py CASES.xes.gz CASES.sqlite CASES.json: one JSON document on the standard output.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from pm4py import read_ocel2_json, read_ocel2_sqlite, read_xes
from pm4py.objects.ocel.validation import ocel20_rel_validation


def counted_xes(path: str) -> dict[str, Any]:
    """Count traces and events, and how often each activity is there."""
    log = read_xes(path)
    return {
        "cases": int(log["case:concept:name"].nunique()),
        "events": len(log),
        "activities": {name: int(number) for name, number in log["concept:name"].value_counts().items()},
    }


def counted_ocel(log: Any) -> dict[str, Any]:
    """Count what an object-centric log holds; cases are objects of it."""
    return {
        "cases": int((log.objects["ocel:type"] == "case").sum()),
        "events": int(log.events["ocel:eid"].nunique()),
        "activities": {name: int(n) for name, n in log.events["ocel:activity"].value_counts().items()},
        "objects": len(log.objects),
        "relations": len(log.relations),
        "of_objects": len(log.o2o),
    }


if __name__ == "__main__":
    xes, sqlite, document = sys.argv[1:]
    found = {
        "xes": counted_xes(xes),
        "sqlite": counted_ocel(read_ocel2_sqlite(sqlite)),
        "json": counted_ocel(read_ocel2_json(document)),
        "broken": sorted(ocel20_rel_validation.apply(sqlite)[1]),
    }
    sys.stdout.write("\n" + json.dumps(found))
