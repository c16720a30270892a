"""The console: a key form, a session no script can read, pages in two languages, and nothing without a session."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.console.rendering import FOLDER, PAGES
from api.console.visiting import inside
from api.console.words import WORDS
from api.examples import EXAMPLES
from api.installation import Installation
from cases.codes import Role
from tests.fix_api import KeyOf, Teller

SEEN_BY = {
    Role.QUALITY: {"board", "targets", "worklist", "cases", "complaints", "audits", "docs"},
    Role.AGENT: {"board", "targets", "worklist", "cases", "docs"},
    Role.BI: {"board", "targets", "complaints", "stock", "costs", "docs"},
    Role.LOGISTICS: {"worklist", "cases", "stock", "docs"},
    Role.ADMIN: {"board", "targets", "complaints", "docs"},
    Role.DISPUTE: {"cases", "docs"},
}


@pytest.fixture
def browser(here: Installation) -> Iterator[TestClient]:
    """A browser without a session."""
    browser = TestClient(create_app(here), base_url="https://lamps.example")
    yield browser
    browser.close()


def sign_in(browser: TestClient, key: str, following: str = "/") -> None:
    """Fill in the key form."""
    browser.post("/enter", data={"key": key, "next": following})


class Read(HTMLParser):
    """What a test looks for in a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.attributes: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes.append((tag, dict(attrs)))


def test_without_a_session_every_page_leads_to_the_key_form(browser: TestClient) -> None:
    for where in ("/", "/cases", "/docs", "/audits/2026-10", "/cases/AS-00000001"):
        answer = browser.get(where, follow_redirects=False)
        assert answer.status_code == 303
        assert answer.headers["Location"].startswith("/enter?next=")


def test_a_key_opens_a_session_that_no_script_can_read(browser: TestClient, key_of: KeyOf) -> None:
    answer = browser.post("/enter", data={"key": key_of(Role.QUALITY), "next": "/"}, follow_redirects=False)
    cookie = answer.headers["Set-Cookie"]
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert all(part in cookie for part in ("HttpOnly", "SameSite=strict", "Secure", "Path=/"))
    assert browser.get("/").status_code == 200


def test_a_wrong_key_is_told_and_not_shown_again(browser: TestClient) -> None:
    answer = browser.post("/enter", data={"key": "cl_0000000000_guessed-by-somebody"})
    assert answer.status_code == 401
    assert "guessed" not in answer.text
    assert "密钥无效" in answer.text


def test_who_signs_out_is_out(browser: TestClient, key_of: KeyOf) -> None:
    sign_in(browser, key_of(Role.QUALITY))
    token = browser.cookies["cl_session"]
    browser.post("/leave")
    browser.cookies.set("cl_session", token)
    assert browser.get("/", follow_redirects=False).status_code == 303, (
        "the token itself is worth nothing now"
    )


@pytest.mark.parametrize("role", SEEN_BY)
def test_a_role_sees_its_pages_and_no_other(browser: TestClient, key_of: KeyOf, role: Role) -> None:
    sign_in(browser, key_of(role), "/docs")
    seen = {name for name, (where, _) in PAGES.items() if browser.get(where).status_code == 200}
    assert seen == SEEN_BY[role]
    refused = browser.get("/audits").text if "audits" not in seen else ""
    assert not refused or 'href="/docs"' in refused, "a page that is not theirs still leads on"
    menu = re.findall(r'<a href="(/[a-z]*)"', browser.get("/docs").text.split("</nav>")[0])
    assert {name for name, (where, _) in PAGES.items() if where in menu} == SEEN_BY[role]


def test_a_form_from_another_site_opens_nothing(browser: TestClient, key_of: KeyOf) -> None:
    answer = browser.post(
        "/enter", data={"key": key_of(Role.QUALITY)}, headers={"Origin": "https://elsewhere.example"}
    )
    assert answer.status_code == 403
    assert "cl_session" not in browser.cookies


@pytest.mark.parametrize(
    "where", ["//elsewhere.example", "https://elsewhere.example", "/\\elsewhere", "javascript:1"]
)
def test_the_key_form_leads_nowhere_else(where: str) -> None:
    assert inside(where) == "/"


def test_a_page_carries_no_script_no_inline_style_and_nothing_from_elsewhere(
    browser: TestClient, key_of: KeyOf, teller: Teller
) -> None:
    case = teller.received()
    sign_in(browser, key_of(Role.QUALITY))
    for where in (*(where for where, _ in PAGES.values()), f"/cases/{case['case_id']}", "/enter"):
        answer = browser.get(where)
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe-inline" not in policy
        assert "frame-ancestors 'none'" in policy
        assert (answer.headers["X-Content-Type-Options"], answer.headers["Cache-Control"]) == (
            "nosniff",
            "no-store",
        )
        for tag, attributes in Read(answer.text).attributes:
            assert tag not in {"script", "style", "iframe"}
            assert "style" not in attributes
            for name in ("src", "href", "action"):
                assert (attributes.get(name) or "/").startswith(("/", "?"))


def test_the_case_page_shows_what_happened_and_nothing_personal(
    browser: TestClient, key_of: KeyOf, teller: Teller
) -> None:
    case = teller.received()
    teller.post(f"/cases/{case['case_id']}/classify", EXAMPLES["classify"])
    sign_in(browser, key_of(Role.QUALITY))
    page = browser.get(f"/cases/{case['case_id']}").text
    assert case["case_no"] in page
    assert "138****8000" in page
    assert "退换货" in page, "codes are told by their labels"
    assert "13800138000" not in page
    assert "嗡嗡声" not in page


def test_a_page_is_in_the_language_asked_for_and_remembers_it(browser: TestClient, key_of: KeyOf) -> None:
    sign_in(browser, key_of(Role.QUALITY))
    assert '<html lang="zh-CN">' in browser.get("/").text
    assert "Kept in time" in browser.get("/?lang=en").text
    assert '<html lang="en">' in browser.get("/worklist").text


def test_every_word_of_the_pages_is_there_in_both_languages_and_used() -> None:
    used = " ".join(path.read_text(encoding="utf-8") for path in (FOLDER / "templates").glob("*.html"))
    assert all(zh and en for zh, en in WORDS.values())
    asked = set(re.findall(r"\bt\('([a-z_0-9]+)'\)", used))
    assert asked <= set(WORDS)


def test_a_page_that_is_not_there_is_a_page(browser: TestClient, key_of: KeyOf) -> None:
    sign_in(browser, key_of(Role.QUALITY))
    answer = browser.get("/cases/AS-99999999")
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert browser.get("/audits/2026-13").status_code == 422
