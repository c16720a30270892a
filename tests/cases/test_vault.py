"""The vault on its database: one person one key, one value one reference, every look on record."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import LiteralString
from uuid import UUID, uuid4

import pytest

from cases.caller import Caller
from cases.codes import Role
from cases.commands import Correct, Note, Receive
from cases.desk import Desk
from cases.errors import BrokenHistory, NotFound, Refused, VaultLocked
from cases.events import Noted, Received
from cases.keys import Keys
from cases.personal import PersonalRef
from cases.store.database import Database
from cases.store.ledger import Ledger
from cases.vault import Sealed, Vault
from tests.fix_desk import ask, caller, new_key

ZHAO = caller(Role.DISPUTE, "zhao")


def stored(ledger: Ledger, sealed: Sealed) -> Sealed:
    ledger.append([], beside=sealed.beside)
    return sealed


def run(ledger: Ledger, query: LiteralString, *params: object) -> None:
    ledger.append([], beside=[(query, params)])


def receive(desk: Desk, phone: str = "13800005678", **more: object) -> UUID:
    asked = ask(Receive, channel="phone", customer_phone=phone, **more)
    return desk.receive(asked, caller(), key=new_key()).case_id


def received(ledger: Ledger, case_id: UUID) -> Received:
    found = ledger.case(case_id).received
    assert found is not None
    return found


def test_two_cases_of_one_phone_number_are_of_one_person(desk: Desk, ledger: Ledger) -> None:
    one = received(ledger, receive(desk, "138 0000 1111", customer_name="张小美"))
    other = received(ledger, receive(desk, "+8613800001111", customer_name="张小美"))
    assert one.subject_id == other.subject_id
    assert one.customer_name == other.customer_name
    assert one.customer_phone != other.customer_phone, "written differently, kept differently"
    assert one.customer_phone.token == other.customer_phone.token  # type: ignore[union-attr]  # both were given


def test_a_person_is_found_by_phone_and_by_nothing_else(desk: Desk, vault: Vault, ledger: Ledger) -> None:
    case_id = receive(desk, "13800002222")
    assert vault.find("(138) 0000-2222") == received(ledger, case_id).subject_id
    assert vault.find("13800002223") is None


def test_a_new_value_is_a_new_version_and_an_old_one_keeps_its_reference(
    vault: Vault, ledger: Ledger
) -> None:
    first = stored(ledger, vault.seal({"customer_name": "张小美"}))
    second = stored(ledger, vault.seal({"customer_name": "张晓美"}, first.subject_id))
    again = vault.seal({"customer_name": "张小美"}, first.subject_id)
    assert second.refs["customer_name"].ref.endswith("/customer_name/2")
    assert again.refs == first.refs
    assert again.beside == ()


def test_everybody_sees_masks(vault: Vault, ledger: Ledger) -> None:
    values = {"customer_name": "张小美", "customer_phone": "13912345678", "description": "台灯嗡嗡响"}
    sealed = stored(ledger, vault.seal(values))
    shown = vault.masked(sealed.refs.values())
    assert [shown[sealed.refs[name].ref] for name in values] == ["张*", "139****5678", "***"]


@pytest.mark.proves("S1-3.2")
def test_a_value_is_revealed_after_the_look_was_recorded(vault: Vault, ledger: Ledger) -> None:
    sealed, case_id = stored(ledger, vault.seal({"customer_name": "张小美"})), uuid4()
    shown = vault.reveal(sealed.refs["customer_name"], case_id=case_id, purpose="dispute", caller=ZHAO)
    looks = ledger.rows(
        "SELECT subject_id, field, version, purpose, actor, role FROM vault.accesses WHERE case_id = %s",
        [case_id],
    )
    assert shown == "张小美"
    assert looks == [(sealed.subject_id, "customer_name", 1, "dispute", "zhao", "dispute")]


def test_what_cannot_be_recorded_is_not_revealed(
    vault: Vault, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed = stored(ledger, vault.seal({"customer_name": "张小美"}))

    def closed(_vault: Vault, _places: object) -> None:
        pytest.fail("the value was opened although the look was not recorded")

    nobody = Caller(None, Role.DISPUTE, ZHAO.source, "x")  # type: ignore[arg-type]  # the row needs a name
    monkeypatch.setattr(Vault, "_opened", closed)
    with pytest.raises(Exception, match="null value"):
        vault.reveal(sealed.refs["customer_name"], case_id=uuid4(), purpose="dispute", caller=nobody)


def test_an_erased_person_is_unreadable_and_takes_nothing_new(vault: Vault, ledger: Ledger) -> None:
    sealed = stored(ledger, vault.seal({"customer_name": "张小美", "customer_phone": "13700007777"}))
    run(
        ledger,
        "UPDATE vault.subjects SET state = 'shredded', wrapped_key = NULL, key_encryption_key_id = NULL"
        " WHERE subject_id = %s",
        sealed.subject_id,
    )
    ref = sealed.refs["customer_name"]
    assert vault.masked([ref]) == {ref.ref: None}
    with pytest.raises(NotFound):
        vault.reveal(ref, case_id=uuid4(), purpose="dispute", caller=ZHAO)
    with pytest.raises(Refused, match="erased"):
        vault.seal({"customer_name": "张小美"}, sealed.subject_id)


def test_a_ciphertext_moved_to_another_person_is_noticed(vault: Vault, ledger: Ledger) -> None:
    mei = stored(ledger, vault.seal({"customer_name": "张小美"}))
    li = stored(ledger, vault.seal({"customer_name": "李大力"}))
    run(
        ledger,
        "UPDATE vault.fields AS f SET nonce = o.nonce, ciphertext = o.ciphertext FROM vault.fields AS o"
        " WHERE f.subject_id = %s AND o.subject_id = %s",
        mei.subject_id,
        li.subject_id,
    )
    with pytest.raises(BrokenHistory):
        vault.masked(mei.refs.values())


def test_two_intakes_of_one_new_phone_at_once_are_two_cases_of_one_person(desk: Desk, ledger: Ledger) -> None:
    for number in range(12):
        gate = Barrier(4)

        def intake(_: int, gate: Barrier = gate, phone: str = f"135000000{number:02d}") -> UUID:
            gate.wait()
            return receive(desk, phone)

        with ThreadPoolExecutor(4) as four:
            cases = list(four.map(intake, range(4)))
        assert len(set(cases)) == 4
        assert len({received(ledger, case_id).subject_id for case_id in cases}) == 1


def test_a_case_without_personal_values_gets_a_person_with_the_first_of_them(
    desk: Desk, ledger: Ledger
) -> None:
    case_id = desk.receive(ask(Receive, channel="store"), caller(), key=new_key()).case_id
    assert received(ledger, case_id).subject_id is None
    refs = []
    for text in ("灯罩有裂纹", "客户已送修"):
        desk.act(case_id, ask(Note, text=text), caller(), key=new_key())
        fact = ledger.load(case_id)[-1].fact
        assert isinstance(fact, Noted)
        refs.append(fact.text)
    assert len({ref.subject_id for ref in refs if ref}) == 1


def test_a_name_is_corrected_by_a_new_version(desk: Desk, ledger: Ledger, vault: Vault) -> None:
    case_id = receive(desk, "13600006666", customer_name="张小妹")
    right = ask(Correct, corrects=1, reason="typing_error", personal={"customer_name": "张小美"})
    assert desk.act(case_id, right, caller(), key=new_key()).facts == ("Corrected",)
    assert desk.act(case_id, right, caller(), key=new_key()).facts == ()
    name = received(ledger, case_id).customer_name
    assert isinstance(name, PersonalRef)
    assert name.ref.endswith("/customer_name/2")
    assert vault.reveal(name, case_id=case_id, purpose="dispute", caller=ZHAO) == "张小美"


def test_a_vault_opens_with_its_own_key_file_only(database: Database, vault: Vault, tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    Keys.open(other, vault_is_empty=lambda: True)
    with Ledger(database) as ledger:
        stored(ledger, vault.seal({"customer_name": "张小美"}))
        with pytest.raises(VaultLocked, match="does not have the key"):
            Vault.open(ledger, other)
        with pytest.raises(VaultLocked, match="its own backup"):
            Vault.open(ledger, tmp_path / "lost.json")
