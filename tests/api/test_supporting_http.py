"""The facts that the regulations force, over HTTP: recorded, shown on the timeline, and in the tables of BI."""

from __future__ import annotations

from api.examples import EXAMPLES
from api.installation import Installation
from cases.codes import Role
from projections.tables.dims import FACT_LABELS
from tests.fix_api import Teller

ACTS = {
    "classify": Role.AGENT, "ship": Role.LOGISTICS, "promise": Role.AGENT, "track": Role.LOGISTICS,
    "verify": Role.AGENT, "arrive": Role.TECHNICIAN, "take-custody": Role.TECHNICIAN, "move-stock": Role.TECHNICIAN,
    "return-custody": Role.TECHNICIAN, "install": Role.TECHNICIAN, "file": Role.TECHNICIAN, "dispute": Role.AGENT,
    "investigate": Role.SUPERVISOR, "mediate": Role.SUPERVISOR, "settle": Role.SUPERVISOR, "approve": Role.SUPERVISOR,
    "compensate": Role.FINANCE, "charge": Role.FINANCE, "review": Role.SUPERVISOR,
}  # fmt: skip
COMPLAINT = {"kind": "complaint", "reason": "quality", "severity": "major", "is_green_channel": True}
CLAIM = {"subject": "compensation", "item": "PC-2026-0001", "reason": "loss"}


def test_what_happens_to_a_disputed_lamp_is_told_to_everybody_who_may_know(
    teller: Teller, here: Installation
) -> None:
    case = teller.received()
    told = ["Received"]
    for verb, role in ACTS.items():
        body = {"classify": COMPLAINT, "approve": CLAIM}.get(verb, EXAMPLES[verb])
        answer = teller.post(f"/cases/{case['case_id']}/{verb}", body, role=role)
        assert answer.status_code == 200, (verb, answer.text)
        told += answer.json()["facts"]
        assert teller.post(f"/cases/{case['case_id']}/{verb}", body, role=role).json()["facts"] == [], verb
    here.engine.catch_up()
    entries = teller.get(f"/cases/{case['case_id']}/timeline").json()["entries"]
    assert [entry["fact"] for entry in entries] == told
    assert {(entry["label"]["zh"], entry["label"]["en"]) for entry in entries} == {
        FACT_LABELS[name] for name in told
    }
    with here.database.pool.connection() as connection:
        rows = connection.execute(
            "SELECT event_type, what.label_zh, how.label_zh, amount_minor FROM bi.fct_case_events AS facts"
            " JOIN bi.dim_event_types AS types ON types.code = event_type"
            " LEFT JOIN bi.dim_codes AS what ON (what.vocabulary, what.code) = (what_vocabulary, facts.what)"
            " LEFT JOIN bi.dim_codes AS how ON (how.vocabulary, how.code) = (how_vocabulary, facts.how)"
            " WHERE case_id = %s AND event_type IN ('Filed', 'StockMoved', 'Charged') ORDER BY version",
            [case["case_id"]],
        ).fetchall()
    assert rows == [
        ("StockMoved", "配件", "装用", None), ("Filed", "服务记录单", "签字", None), ("Charged", "配件", "公司", 3500)
    ]  # fmt: skip


def test_a_signature_and_a_statement_are_kept_in_the_vault_only(teller: Teller, here: Installation) -> None:
    case = teller.received()
    for verb in ("file", "dispute"):
        teller.post(f"/cases/{case['case_id']}/{verb}", EXAMPLES[verb])
    states = here.ledger.rows(
        "SELECT string_agg(convert_from(state, 'UTF8'), ' ') FROM log.case_events WHERE originator_id = %s",
        [case["case_id"]],
    )[0][0]
    assert "signed_by/1" in states
    assert "张三" not in states
    assert "人为" not in states
