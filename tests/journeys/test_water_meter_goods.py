"""The meter maker's meters and parts (S4): sent, put in and replaced, from first call to the rows at the end."""

from __future__ import annotations

from typing import Final

import pytest

from cases.codes import Role
from tests.journeys.told import Fields
from tests.journeys.walk import Firm
from tests.journeys.water_meter import ENDED, FINDINGS, answered

SENT: Final[Fields] = {"direction": "outbound", "mode": "company_ships", "carrier": "SF"}
SEAL: Final[Fields] = {"stock": "component", "item": "SEAL-2"}
NEW: Final[Fields] = {"stock": "goods", "item": "HW-25"}
FITTED: Final[Fields] = {"movement": "used", "is_same_quality": True}
TRIED: Final[Fields] = {"is_function_tested": True, "is_use_explained": True, "product_model": "HW-25"}


@pytest.mark.walks("water-meter", "exchange")
def test_a_meter_is_replaced_once_model_and_time_were_agreed_though_the_first_was_lost(firm: Firm) -> None:
    walk = answered(firm, "exchange", "2026-03-08 09:00", mode="on_site").is_routed_to("field_service")
    walk.is_refused("ship", "S4 三(三)", **SENT)
    walk.does("promise", purpose="installation", promised_at="2026-03-12T18:00:00+08:00", is_agreed=True)
    walk.at("2026-03-09 09:00").does("move-stock", Role.WAREHOUSE, **NEW, movement="issued").does(
        "ship", **SENT
    )
    walk.at("2026-03-12 09:00").does("track", Role.LOGISTICS, direction="outbound", transit="lost")
    walk.does("respond", step="update").does("ship", **SENT)
    assert walk.explained("water-meter:replacement-cycle:1").due == "03-17 00:00", (
        "the seventh day is a Sunday"
    )
    walk.at("2026-03-17 00:01").has_gone_up(("replacement-cycle", "supervisor"))
    walk.at("2026-03-17 09:00").does("deliver", direction="outbound")
    walk.does("respond", Role.TECHNICIAN, step="disclosure").does("move-stock", **NEW, **FITTED)
    walk.does("install", **TRIED).does("replace", old_serial="HW25-0007-2211", new_serial="HW25-0009-0042")
    walk.does("close", outcome="solved").form_says("stock-register", {"Part": "HW-25", "Moved": "used"})
    walk.has_clocks(("call-answered", "met"), ("replacement-cycle", "breached")).has_rows(FINDINGS)
    ended = "SELECT kind, department, stage, replaced_at IS NOT NULL FROM bi.fct_cases WHERE case_id = %s"
    walk.has_rows(ended, ("exchange", "field_service", "closed", True))


@pytest.mark.walks("water-meter", "installation")
def test_a_fitter_comes_later_than_booked_tries_the_meter_and_shows_its_use(firm: Firm) -> None:
    walk = answered(firm, "installation", "2026-03-09 09:00").is_routed_to("field_service")
    times: Fields = {"begins_at": "2026-03-10T09:00:00+08:00", "ends_at": "2026-03-10T11:00:00+08:00"}
    walk.does("book", Role.TECHNICIAN, purpose="installation", **times)
    walk.at("2026-03-10 11:05").has_gone_up(("appointment-kept", "supervisor"))
    walk.at("2026-03-10 11:20")
    walk.does("arrive", purpose="installation", late_because="traffic", is_id_shown=True)
    assert walk.explained("water-meter:appointment-kept:1").due == "03-10 11:00"
    walk.does("respond", Role.TECHNICIAN, step="disclosure")
    walk.is_refused("move-stock", "S4 二(三)3", **SEAL, **FITTED)
    walk.does("move-stock", Role.WAREHOUSE, **SEAL, movement="issued").does("move-stock", **SEAL, **FITTED)
    walk.does("install", **TRIED)
    walk.does("revisit", method="phone", is_solved=True, satisfaction=4).does("close", outcome="solved")
    walk.has_clocks(("appointment-kept", "breached"), ("call-answered", "met"))
    walk.form_says("stock-register", {"Part": "SEAL-2", "Moved": "used"})
    walk.form_says("customer-record", {"Kind": "installation", "Satisfaction": 4})
    walk.has_rows(ENDED, ("installation", "field_service", "closed", "solved")).has_rows(FINDINGS)


@pytest.mark.walks("water-meter", "delivery")
def test_a_delivery_comes_damaged_and_what_becomes_of_it_is_told_later_than_promised(firm: Firm) -> None:
    walk = answered(firm, "delivery", "2026-03-09 09:00").is_routed_to("logistics").does("ship", **SENT)
    walk.does("track", Role.LOGISTICS, direction="outbound", transit="in_transit")
    walk.at("2026-03-11 10:00").does("deliver", direction="outbound", is_damaged=True)
    walk.does("promise", purpose="solution", promised_at="2026-03-11T12:00:00+08:00")
    walk.at("2026-03-11 12:01").has_gone_up(("reply-promise", "supervisor"))
    walk.does("respond", step="solution", text="补发密封圈")
    walk.does("move-stock", Role.WAREHOUSE, **SEAL, movement="issued")
    walk.is_refused("move-stock", "S4 一(三)3", **SEAL, movement="used")
    walk.does("move-stock", **SEAL, **FITTED).does("close", outcome="solved")
    walk.has_clocks(("call-answered", "met"), ("reply-promise", "breached"))
    walk.form_says("stock-register", {"Part": "SEAL-2", "Moved": "used"})
    damaged = "SELECT direction, is_damaged FROM bi.fct_shipments WHERE case_id = %s"
    walk.has_rows(damaged, ("outbound", True))
    walk.has_rows(ENDED, ("delivery", "logistics", "closed", "solved")).has_rows(FINDINGS)
