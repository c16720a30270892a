"""`bi.dim_products`: what cases and catalogues name, each by the newest catalogue, live as after a rebuild."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from uuid import uuid5

import pytest

from cases.events import Corrected
from cases.events_reference import CataloguePublished
from cases.regulation.packs import digest
from cases.store.database import Database
from projections.following.engine import Engine
from projections.rebuilding.rebuild import rebuild
from projections.schema import Db
from replay.verify import Verdict, verify
from tests.cases.test_catalogue import CATALOGUE
from tests.projections.lamps import HOUSE, OPENING, Lamps, all_rows, connected, received, recorded

NUMBERS = count(1)
RENAMED = CATALOGUE.replace('version = "1"', 'version = "2"').replace("K7 kettle lamp, new", "K7 Mark II")
"""The second catalogue calls the first product otherwise and has no ceiling lamp any more."""
SHORTER = RENAMED.partition('[[product]]\nid = "HL-20"')[0]
Named = dict[str, tuple[str | None, str, str]]


@pytest.fixture(scope="module")
def bi(lamps: Lamps, database: Database) -> Iterator[Db]:
    """Cases about a listed model, one that is not and none, before the first catalogue."""
    for name, model in (("one", "K7 水壶灯"), ("two", "DX-08"), ("three", None)):
        lamps.tell(name, ("2026-03-02 09:00", received(f"AS-{name}", product_model=model)))
    Engine(database).catch_up()
    with connected(database) as connection:
        yield connection


def publish(lamps: Lamps, database: Database, text: str) -> None:
    fact = CataloguePublished(version=text[12], document=text, sha256=digest(text), proposed_by="quality-lin")
    lamps.ledger.append([recorded(uuid5(HOUSE, f"catalogue-{next(NUMBERS)}"), 1, OPENING, fact)])
    Engine(database).catch_up()


def products(bi: Db) -> Named:
    rows = bi.execute("SELECT product_id, listed_as, label_en, laws FROM bi.dim_products").fetchall()
    return {row[0]: row[1:] for row in rows}


UNLISTED: Named = {
    "lamp/DX-08": (None, "lamp/DX-08", ""),
    "lamp": (None, "lamp", ""),
    "unknown": (None, "Unknown", ""),
}


def test_without_a_catalogue_products_are_called_as_cases_call_them(bi: Db) -> None:
    assert products(bi) == {**UNLISTED, "lamp/K7 水壶灯": (None, "lamp/K7 水壶灯", "")}


def test_a_catalogue_names_what_cases_name_and_adds_what_none_has(
    bi: Db, lamps: Lamps, database: Database
) -> None:
    publish(lamps, database, CATALOGUE)
    new = ("K7-2026", "K7 kettle lamp, new", "law-distance-sale,law-sanbao")
    listed = {"lamp/K7 水壶灯": new, "lamp/K7*": new, "lamp/HL-20": ("HL-20", "HL-20 ceiling lamp", "")}
    assert products(bi) == {**UNLISTED, **listed}
    lamps.tell("four", ("2026-03-03 09:00", received("AS-four", product_model="K7 PRO")))
    Engine(database).catch_up()
    assert products(bi)["lamp/K7 PRO"] == new


def test_the_newest_catalogue_renames_them_and_a_rebuild_gives_the_same(
    bi: Db, lamps: Lamps, database: Database
) -> None:
    publish(lamps, database, SHORTER)
    found = products(bi)
    assert found["lamp/HL-20"] == (None, "lamp/HL-20", ""), "it is not sold any more"
    assert {name for name, (_, label, _) in found.items() if label == "K7 Mark II"} == {
        "lamp/K7 水壶灯", "lamp/K7*", "lamp/K7 PRO",
    }  # fmt: skip
    assert verify(database).verdict is Verdict.PROVEN
    live = all_rows(bi, "dim_products")
    report = rebuild(database, workers=1)
    assert report.differing == 0
    assert all_rows(bi, "dim_products") == live


GROWN = ("dim_products", "dim_regions", "dim_staff")


def corrected(**told: object) -> Corrected:
    return Corrected.model_validate({"reason": "typing_error", **told})


def test_what_a_correction_renamed_keeps_its_row_live_and_after_a_rebuild(
    bi: Db, lamps: Lamps, database: Database
) -> None:
    right = {"product_model": "K7", "region": "Suzhou"}
    lamps.tell("five", ("2026-03-04 09:00", received("AS-five", product_model="K8", region="Nowhere")))
    Engine(database).catch_up()
    lamps.tell("five", ("2026-03-04 10:00", corrected(corrects=1, changes=right)))
    lamps.tell("five", ("2026-03-04 11:00", corrected(corrects=2, is_withdrawn=True)))
    lamps.tell("five", ("2026-03-04 12:00", corrected(corrects=1, changes={"product_model": "K9"})))
    Engine(database).catch_up()
    live = [all_rows(bi, dim) for dim in GROWN]
    assert {"lamp/K7", "lamp/K8", "lamp/K9"} <= products(bi).keys(), "the log named each of them"
    assert verify(database).verdict is Verdict.PROVEN
    rebuild(database, workers=1)
    assert [all_rows(bi, dim) for dim in GROWN] == live


def test_a_name_that_no_case_ever_had_is_a_sign_of_tampering(bi: Db, database: Database) -> None:
    bi.execute("INSERT INTO bi.dim_regions VALUES ('Elsewhere')")
    assert verify(database).verdict is Verdict.TAMPERED
    bi.execute("DELETE FROM bi.dim_regions WHERE region_id = 'Elsewhere'")


def test_a_name_that_only_a_case_set_aside_had_is_none(bi: Db, database: Database) -> None:
    bi.execute("""
        INSERT INTO bi.meta_parked SELECT case_id, last_position, now(), 'KeyError' FROM bi.fct_cases
        WHERE case_no = 'AS-five'
    """)
    report = verify(database)
    assert (report.verdict, report.findings) == (Verdict.CANNOT_TELL, [])
