"""The shell for who writes regulations: check, show, coverage, and publish with two keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console
from typer.testing import CliRunner, Result

from api import cli
from api.cli.regulation_page import HEADINGS, fitted, page
from cases.regulation.checking import KINDS
from cases.regulation.packs import shipped_regulation, shipped_text
from cases.store.server import EmbeddedServer
from tests.cases.test_budgets import BUDGETS, STOCK
from tests.cases.test_catalogue import CATALOGUE
from tests.cases.test_mistakes import KETTLES
from tests.fix_store import folder_for_a_server

Settings = Mapping[str, str | None]
WIDE = {"COLUMNS": "400"}
WRONG = shipped_text("lamp-factory").replace('"Received"', '"Recieved"').replace("hours = 24", "hous = 24")


def run(*arguments: str, **settings: str | None) -> Result:
    return CliRunner().invoke(cli.app, ["regulation", *arguments], env={**WIDE, **settings})


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """A new version of the lamp factory's regulation, as a file."""
    path = tmp_path / "lamps.toml"
    path.write_text(shipped_text("lamp-factory").replace('"2026.3"', '"2026.7"'), encoding="utf-8")
    return path


def test_what_ships_is_clean_and_warns_where_the_text_is_below_the_law() -> None:
    told = run("check", "lamp-factory")
    assert told.exit_code == 0
    assert told.output.splitlines()[-1] == "✓ lamp-factory 2026.3: 0 problems, 8 warnings"
    assert "! 消费者权益保护法 24: the text lets the customer pay; in force: the company" in told.output


def test_all_problems_come_with_file_line_labels_and_the_word_that_was_meant(tmp_path: Path) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(WRONG, encoding="utf-8")
    told = run("check", str(path))
    line = WRONG[: WRONG.index('"Recieved"')].count("\n") + 1
    assert told.exit_code == 1
    head = f"{path}:{line}  promise consultation-reply  咨询 24 小时内回复 / Consultation answered within 24 hours"
    at = told.output.splitlines().index(head)
    assert told.output.splitlines()[at + 1] == (
        "  ✗ start: there is no fact named 'Recieved'; did you mean Received?"
    )
    assert "✗ within.hous: there is no such field; did you mean hours?" in told.output
    assert told.output.count("'Recieved'") == WRONG.count('"Recieved"')


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (None, "cannot be read"),
        (b"version 2026", "kettles.toml:1\n  ✗ not TOML"),
        (b"id = 1\n\xff", "kettles.toml:2\n  ✗ not a text in UTF-8"),
        (KETTLES.encode("utf-16"), "kettles.toml:1\n  ✗ not a text in UTF-8 but in UTF-16"),
        (KETTLES.encode("utf-16-le"), "kettles.toml:1\n  ✗ not a text in UTF-8"),
        (KETTLES.encode("gbk"), "kettles.toml:3\n  ✗ not a text in UTF-8 but in GBK"),
        (KETTLES.encode("utf-8-sig"), "kettles.toml:1\n  ✗ the text begins with a byte order mark"),
    ],
)
def test_what_cannot_be_read_is_exit_code_2(tmp_path: Path, text: bytes | None, says: str) -> None:
    path = tmp_path / "kettles.toml"
    if text is not None:
        path.write_bytes(text)
    told = run("check", str(path))
    assert (told.exit_code, says in told.output) == (2, True)


def test_a_folder_is_no_regulation(tmp_path: Path) -> None:
    told = run("check", str(tmp_path))
    assert (told.exit_code, "is a folder; name the TOML file in it" in told.output) == (2, True)


def test_values_of_the_firm_that_are_wrong_are_told_with_file_and_line(tmp_path: Path) -> None:
    values = Path("cases/regulations/settings/lamp-factory.demo.toml").read_text("utf-8")
    path = tmp_path / "values.toml"
    path.write_text(values.replace("value = 7,", "value = 999999,", 1), encoding="utf-8")
    told = run("show", "lamp-factory", "--values", str(path))
    line = values[: values.index("value = 7,")].count("\n") + 1
    assert told.exit_code == 2
    assert f"{path}:{line}\n  ✗ values.refund-within.value: must be a whole number of days" in told.output


def test_a_misspelt_pack_names_the_one_that_ships() -> None:
    assert "did you mean lamp-factory?" in run("check", "lamp-factori").output


def test_the_page_shows_values_of_the_firm_and_what_is_not_configured() -> None:
    values = Path("cases/regulations/settings/lamp-factory.demo.toml")
    page = run("show", "lamp-factory", "--values", str(values)).output.splitlines()
    assert page[0] == "lamp-factory 2026.3  灯具厂售后管理制度 / Lamp factory after-sales regulation"
    at = page.index("  refund-within  S0 六/3  退款时间标准（P24） / Refund time standard (P24)")
    assert page[at + 1] == "    7 days (configured, not from the regulation)"
    at = page.index("  phone-pickup  S0 六/3  电话接通时间（P25） / Phone pick-up time (P25)")
    assert page[at + 1] == "    not_configured (minutes)"


@pytest.mark.parametrize(
    "line",
    [
        "    stop: Responded(step=reply|final_answer|solution)",
        "    within: 24 hours on around-the-clock",
        "    pause: from: Paused(reason=waiting_for_customer), to: Resumed",
        "    applies: kind=return|exchange, reason=quality, is_human_damage=no",
        "    window: days: 15, literal_anchor: purchased_on",
        "      check-complaint  S0 六/3  投诉处理是否有效 / Complaint handled effectively  [S0-6.3d]",
        "    by the text: “购买后 15 天内”从购买日起算 / from the day of purchase",
        "    the text is below 消费者权益保护法 24",
    ],
)
def test_the_page_says_what_every_item_says(line: str) -> None:
    shown = run("show", "lamp-factory").output.splitlines()
    assert " ".join(line.split()) in {" ".join(one.split()) for one in shown}


def test_every_kind_of_item_has_a_heading_of_its_own() -> None:
    assert set(HEADINGS) == set(KINDS)


@pytest.mark.parametrize("width", [40, 80])
def test_the_page_fits_a_screen_on_which_chinese_signs_take_two_cells(width: int) -> None:
    screen = Console(width=width)
    lines = list(page(shipped_regulation("lamp-factory").regulation))
    shown = [part for line in lines for part in fitted(line, screen)]
    assert max(map(cell_len, map(str.rstrip, shown))) <= width
    assert "".join("".join(shown).split()) == "".join("".join(lines).split())


def test_coverage_counts_every_rule_and_lists_what_is_left() -> None:
    told = run("coverage").output
    assert "S0-3.2a" in told
    assert "promise consultation-reply" in told
    counted = [[cell.strip() for cell in line.split("│")] for line in told.splitlines()[-7:-2]]
    assert [cells[1:4:2] for cells in counted] == [
        ["S0", "44"], ["S1", "47"], ["S2", "63"], ["S3", "21"], ["S4", "43"],
    ]  # fmt: skip
    assert all(sum(map(int, cells[4:8])) == int(cells[3]) for cells in counted)
    left = run("coverage", "lamp-factory", "--left").output
    assert "S0-6.2b" in left
    assert "S0-3.2a" not in left
    assert told.splitlines()[-1].endswith(": law-12315, law-distance-sale, law-sanbao")


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("law-sanbao", "", "entitlement two-repairs"),
        ("kettles.toml", KETTLES, "promise reply"),
        ("lamps.toml", shipped_text("lamp-factory"), "S0-6.2b"),
    ],
)
def test_coverage_of_a_law_or_a_file_goes_by_its_text_or_clause_by_clause(
    tmp_path: Path, name: str, text: str, says: str
) -> None:
    path = tmp_path / name
    if text:
        path.write_text(text, encoding="utf-8")
    told = run("coverage", str(path) if text else name)
    assert (told.exit_code, says in told.output) == (0, True)
    assert ("none of the five texts" in told.output) is (name != "lamps.toml")


def test_coverage_of_a_text_that_is_none_names_the_near_one() -> None:
    told = run("coverage", "lamp-factorie")
    assert (told.exit_code, "did you mean lamp-factory?" in told.output) == (2, True)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder for an installation of this module, its server kept running between commands."""
    with folder_for_a_server() as folder, EmbeddedServer(folder):
        yield folder


@pytest.fixture
def at(folder: Path) -> dict[str, str | None]:
    """Where that installation is, as the environment says it."""
    return {"CASELEDGER_DATA_DIR": str(folder), "DATABASE_URL": None, "CASELEDGER_DATABASE_URL": None}


def two_keys(at: Settings, proposer: str, approver: str, person: str = "supervisor-qi") -> Settings:
    """The keys of quality-lin, who proposes, and of somebody who approves."""
    made = [
        CliRunner().invoke(cli.app, ["keys", "create", role, actor], env={**WIDE, **at}).output.strip()
        for role, actor in ((proposer, "quality-lin"), (approver, person))
    ]
    return {**at, "CASELEDGER_PROPOSER_KEY": made[0], "CASELEDGER_APPROVER_KEY": made[1]}


def test_two_people_publish_a_new_version_and_the_page_shows_it(at: Settings, written: Path) -> None:
    two = two_keys(at, "quality", "supervisor")
    renamed = written.read_text("utf-8").replace('id = "repair-promise"', 'id = "repaired-as-told"')
    written.write_text(renamed, encoding="utf-8")
    assert run("publish", str(written), **two).output.splitlines() == [
        "! promise repair-promise is gone; cases under 2026.3 keep it",
        "✓ lamp-factory 2026.7 is published: proposed by quality-lin, approved by supervisor-qi",
    ]
    assert "nothing is new" in run("publish", str(written), **two).output
    assert run("show", "lamp-factory", "--published", **at).output.startswith("lamp-factory 2026.7 ")
    written.write_text(written.read_text("utf-8").replace("0.75", "0.8", 1), encoding="utf-8")
    refused = run("publish", str(written), **two)
    assert (refused.exit_code, f"{written}:8\n  ✗ version: 2026.7 was" in refused.output) == (2, True)


@pytest.mark.parametrize(
    ("proposer", "approver", "person", "says"),
    [
        ("supervisor", "admin", "Quality-Lin", "does not approve it"),
        ("agent", "admin", "admin-01", "A regulation is proposed by quality or supervisor"),
        ("quality", "quality", "quality-yu", "A regulation is approved by admin or supervisor"),
    ],
)
def test_one_person_or_the_wrong_role_publishes_nothing(
    at: Settings, tmp_path: Path, proposer: str, approver: str, person: str, says: str
) -> None:
    path = tmp_path / "lamps.toml"
    path.write_text(shipped_text("lamp-factory").replace('"2026.3"', '"2026.9"'), encoding="utf-8")
    refused = run("publish", str(path), **two_keys(at, proposer, approver, person))
    assert (refused.exit_code, says in refused.output) == (2, True)
    assert "2026.9" not in run("show", "lamp-factory", "--published", **at).output


def test_a_key_that_nobody_has_publishes_nothing(at: Settings, written: Path) -> None:
    two = {**two_keys(at, "quality", "supervisor"), "CASELEDGER_PROPOSER_KEY": "cl_0000000000_x"}
    refused = run("publish", str(written), **two)
    assert (refused.exit_code, "The key of who proposes is nobody's" in refused.output) == (2, True)


def test_two_people_publish_the_budgets_of_a_year_and_the_stock_list(at: Settings, tmp_path: Path) -> None:
    budgets, items = tmp_path / "budgets.toml", tmp_path / "stock.toml"
    budgets.write_text(BUDGETS, encoding="utf-8")
    items.write_text(STOCK, encoding="utf-8")
    two = {**WIDE, **two_keys(at, "supervisor", "management")}
    told = CliRunner().invoke(cli.app, ["publish", "budgets", str(budgets)], env=two)
    assert told.output == "✓ 2026 1 is published: proposed by quality-lin, approved by supervisor-qi\n"
    assert CliRunner().invoke(cli.app, ["publish", "stock-list", str(items)], env=two).exit_code == 0
    gone = CliRunner().invoke(cli.app, ["publish", "budgets", str(tmp_path / "none.toml")], env=two)
    assert (gone.exit_code, "cannot be read" in gone.output) == (2, True)


def test_two_people_publish_a_catalogue_with_the_laws_that_it_names(at: Settings, tmp_path: Path) -> None:
    path = tmp_path / "products.toml"
    path.write_text(CATALOGUE.replace('"law-12315"]', '"law-12351"]'), encoding="utf-8")
    two = {**WIDE, **two_keys(at, "quality", "admin", "admin-01")}
    wrong = CliRunner().invoke(cli.app, ["publish", "catalogue", str(path)], env=two)
    assert wrong.exit_code == 2
    assert f"{path}:20  product K7" in wrong.output
    assert "✗ laws: there is no law named 'law-12351'" in wrong.output
    path.write_text(CATALOGUE, encoding="utf-8")
    by = "is published: proposed by quality-lin, approved by admin-01"
    told = CliRunner().invoke(cli.app, ["publish", "catalogue", str(path)], env=two)
    names = ("law-12315 2026.1", "law-distance-sale 2026.1", "law-sanbao 2026.1", "catalogue 1")
    assert told.output.splitlines() == [f"✓ {name} {by}" for name in names]
    again = CliRunner().invoke(cli.app, ["publish", "catalogue", str(path)], env=two)
    assert again.output == "✓ catalogue 1 was published before with this text; nothing is new\n"
