"""Personal values: sealed under their own key, tied to their place, committed to, masked, never printed."""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.errors import BrokenHistory, VaultLocked
from cases.keys import Keys
from cases.masking import masked
from cases.sealing import Place, commitment, new_subject_key, normal_number, normal_phone, seal, unseal

MEI = Place(UUID("00000000-0000-4000-8000-0000000000a1"), "customer_phone", 1)


@given(st.text(min_size=1, max_size=200))
def test_a_sealed_value_opens_to_itself_and_to_its_commitment(value: str) -> None:
    key = new_subject_key()
    sealed, commit = seal(key, MEI, value)
    opened = unseal(key, MEI, sealed)
    assert opened.value == value
    assert commitment("customer_phone", opened.salt, value) == commit


def test_a_ciphertext_that_was_moved_to_another_place_does_not_open() -> None:
    key = new_subject_key()
    sealed, _ = seal(key, MEI, "13800001234")
    for elsewhere in (
        replace(MEI, subject_id=UUID(int=7)),
        replace(MEI, field="customer_name"),
        replace(MEI, version=2),
    ):
        with pytest.raises(BrokenHistory):
            unseal(key, elsewhere, sealed)


def test_the_same_value_is_sealed_differently_each_time() -> None:
    key = new_subject_key()
    assert seal(key, MEI, "13800001234") != seal(key, MEI, "13800001234")


def test_nothing_that_is_printed_shows_a_value_or_a_key() -> None:
    keys, key = Keys.fresh(), new_subject_key()
    opened = unseal(key, MEI, seal(key, MEI, "13800001234")[0])
    assert "13800001234" not in f"{opened} {opened!r}"
    assert "secret" not in f"{keys} {keys!r}"


def test_a_place_is_read_back_from_its_reference() -> None:
    assert Place.parse(str(MEI)) == MEI


def test_the_first_start_makes_a_key_file_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "vault.json"
    first = Keys.open(path, vault_is_empty=lambda: True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Keys.open(path, vault_is_empty=lambda: False) == first
    assert [entry.name for entry in path.parent.iterdir()] == ["vault.json"]


def test_a_missing_key_file_is_not_replaced_while_the_vault_holds_values(tmp_path: Path) -> None:
    with pytest.raises(VaultLocked, match="its own backup"):
        Keys.open(tmp_path / "vault.json", vault_is_empty=lambda: False)
    assert not list(tmp_path.iterdir())


def test_a_key_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "vault.json"
    Keys.open(path, vault_is_empty=lambda: True)
    path.chmod(0o640)
    with pytest.raises(VaultLocked, match="chmod 600"):
        Keys.open(path, vault_is_empty=lambda: True)


def test_a_damaged_key_file_says_so_without_its_content(tmp_path: Path) -> None:
    path = tmp_path / "vault.json"
    Keys.open(path, vault_is_empty=lambda: True)
    path.write_text(path.read_text().replace('"active"', '"aktive"'))
    with pytest.raises(VaultLocked, match="damaged") as refusal:
        Keys.open(path, vault_is_empty=lambda: True)
    assert "wrapping" not in str(refusal.value)


def test_a_wrapped_key_opens_for_its_subject_only() -> None:
    keys, key = Keys.fresh(), new_subject_key()
    name, wrapped = keys.wrap("mei", key)
    assert keys.unwrap("mei", name, wrapped) == key
    with pytest.raises(VaultLocked):
        keys.unwrap("li", name, wrapped)
    with pytest.raises(VaultLocked):
        Keys.fresh().unwrap("mei", name, wrapped)


def test_a_rotated_key_file_still_opens_what_the_old_key_wrapped() -> None:
    old, new = Keys.fresh(), Keys.fresh()
    rotated = new.model_copy(update={"wrapping": {**old.wrapping, **new.wrapping}})
    name, wrapped = old.wrap("mei", key := new_subject_key())
    assert rotated.unwrap("mei", name, wrapped) == key
    assert rotated.wrap("mei", key)[0] == new.active


def test_fingerprints_differ_by_purpose_by_secret_and_by_where_the_parts_end() -> None:
    keys = Keys.fresh()
    assert keys.mac("phone-index", "138") == keys.mac("phone-index", b"138")
    assert keys.mac("phone-index", "138") != keys.mac("join-token", "138")
    assert keys.mac("phone-index", "138") != Keys.fresh().mac("phone-index", "138")
    assert keys.mac("same-value", "ab", "c") != keys.mac("same-value", "a", "bc")


@pytest.mark.parametrize(
    "written",
    [
        "13800001234",
        "138 0000 1234",
        "+86 138-0000-1234",
        "008613800001234",
        "１３８００００１２３４",
        "(138)00001234",
    ],
)
def test_one_phone_number_is_one_however_it_is_written(written: str) -> None:
    assert normal_phone(written) == "13800001234"


def test_other_numbers_stay_apart() -> None:
    assert normal_phone("021-8612 3456") == "02186123456"
    assert normal_phone("8612345678") == "8612345678"
    assert normal_number("sf 1234-5678") == normal_number("ＳＦ12345678")


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("customer_phone", "13800005678", "138****5678"),
        ("customer_phone", "+86 138 0000 5678", "138****5678"),
        ("customer_phone", "110", "***10"),
        ("customer_name", "张小美", "张*"),
        ("customer_address", "广东省中山市古镇镇灯都路8号", "广东省中山市***"),
        ("customer_address", "浙江省杭州市西湖区文三路90号3幢", "浙江省杭州市西湖区***"),
        ("customer_address", "上海市浦东新区世纪大道100号", "上海市浦东新区***"),
        ("customer_address", "12 Lamp Street", "***"),
        ("waybill", "SF1234567890", "***7890"),
        ("serial", "L-1", "***"),
        ("description", "台灯一直嗡嗡响", "***"),
        ("text", "请致电张小美", "***"),
    ],
)
def test_by_default_only_so_much_is_shown(field: str, value: str, shown: str) -> None:
    assert masked(field, value) == shown
