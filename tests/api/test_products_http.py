"""Products over HTTP: a case about one that the catalogue lists is judged by its laws too, and stays so."""

from __future__ import annotations

from typing import Any

from api.installation import Installation
from cases.regulation.packs import law_names
from cases.regulation.publishing import proposed_catalogue
from tests.cases.test_catalogue import CATALOGUE, LIN, QI
from tests.fix_api import Teller

FIRM = "lamp-factory@2026.3"
SWITCHED_OFF = CATALOGUE.replace('version = "1"', 'version = "2"').replace(
    'laws = ["law-distance-sale", "law-sanbao"]', ""
)


def returned(teller: Teller, model: str) -> str:
    """Somebody bought a lamp on the net and wants to give it back; the path of the case."""
    told = {"product_model": model, "batch": "2603", "sales_channel": "online"}
    path = f"/cases/{teller.received(**told)['case_id']}"
    classified = teller.post(f"{path}/classify", {"kind": "return", "reason": "not_fit"})
    assert classified.status_code == 200, classified.text
    return path


def judged(teller: Teller, path: str) -> tuple[list[str], set[str]]:
    """What binds a case, and which regulations decided on its rights."""
    told: dict[str, Any] = teller.get(path).json()
    rights = {one["inputs"]["regulation"] for one in told["entitlements"]}
    return [f"{one['regulation']}@{one['version']}" for one in told["judged_under"]], rights


def test_a_listed_product_is_judged_by_its_laws_as_long_as_the_case_is_told(
    here: Installation, teller: Teller
) -> None:
    here.desk.publish(proposed_catalogue(CATALOGUE, "products.toml", LIN), QI)
    listed, other = returned(teller, "K7 水壶灯"), returned(teller, "DX-08")
    bound = [FIRM, "law-distance-sale@2026.1", "law-sanbao@2026.1"]
    assert judged(teller, listed) == (bound, set(bound))
    assert judged(teller, other) == ([FIRM], {FIRM})
    here.desk.publish(proposed_catalogue(SWITCHED_OFF, "products.toml", LIN, law_names()), QI)
    assert judged(teller, listed) == (bound, set(bound)), "it was received under the first catalogue"
    assert judged(teller, returned(teller, "K7 水壶灯")) == ([FIRM], {FIRM})
