"""Write the sample: the same bytes for the same seed. Run: python -m replay.sample.generate"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from replay.sample import stories
from replay.sample.stories import Line, Story

SEED = 20261120
CASES = 360
ZONE = ZoneInfo("Asia/Shanghai")
FIRST_DAY = date(2026, 8, 1)
LAST_MOMENT = datetime(2026, 11, 20, 18, tzinfo=ZONE)
HERE = Path(__file__).parent
COLUMNS = (
    "案件", "动作", "时间", "经办", "渠道", "购买渠道", "型号", "批次", "地区", "购买日期",
    "收货日期", "实付分", "kind", "reason", "category", "is_safety", "cause", "disposition",
    "is_passed", "is_human_damage", "promised_at", "carrier", "payer", "amount", "is_accepted",
    "is_solved", "satisfaction", "outcome",
)  # fmt: skip
MODELS = {
    "HL-20 吸顶灯": 19900,
    "HL-35 吊灯": 45900,
    "DX-08 台灯": 12900,
    "LD-12 落地灯": 32900,
    "GD-06 轨道射灯": 8900,
}
REGIONS = ("浙江", "江苏", "广东", "山东", "四川", "湖北", "上海", "北京")
FAULTY_BATCH = ("HL-20 吸顶灯", "2607-3")
"""This batch has more driver faults than the others, so that statistics have something to find."""

AGES = (3, 5, 6, 9, 12, 20, 60, 150, 300, 420)
AGES_OF_RETURNS = {"quality": (3, 5, 8, 11, 13), "not_fit": (2, 3, 5, 6)}
"""Days between purchase and demand: whoever sends goods back mostly does so inside the window (S0 二/2)."""

Teller = Callable[[Story], Iterator[Line]]
KINDS: tuple[tuple[str, str, str, Teller, int], ...] = (
    ("consultation", "none", "usage", stories.consultation, 26),
    ("consultation", "none", "installation_guide", stories.consultation, 16),
    ("repair", "quality", "repair", stories.repair, 24),
    ("return", "quality", "return_exchange", stories.returned, 9),
    ("return", "not_fit", "return_exchange", stories.returned, 7),
    ("exchange", "quality", "return_exchange", stories.exchanged, 6),
    ("complaint", "none", "product", stories.complaint, 5),
    ("complaint", "none", "logistics", stories.complaint, 4),
    ("complaint", "none", "attitude", stories.complaint, 2),
    ("repair", "quality", "repair", stories.danger, 4),
)
CAUSES = ("driver", "light_source", "wiring", "switch", "housing", "transport", "installation")


def sample_csv() -> str:
    """Tell all cases, as CSV text; no personal data is in it."""
    dice = Random(SEED)  # noqa: S311 - a sample must repeat, not resist an attacker
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    for number in range(1, CASES + 1):
        writer.writerows(_case(dice, f"样例{number:04d}"))
    return out.getvalue()


def _case(dice: Random, name: str) -> Iterator[dict[str, str]]:
    kind, reason, category, tell, _ = dice.choices(KINDS, weights=[row[-1] for row in KINDS])[0]
    day = FIRST_DAY + timedelta(days=int(dice.triangular(0, 111, 80)))
    begun = datetime(day.year, day.month, day.day, dice.randint(8, 21), dice.randint(0, 59), tzinfo=ZONE)
    about = _product(dice, day, kind, reason)
    cause = "driver" if about["批次"] == FAULTY_BATCH[1] and dice.random() < 0.7 else dice.choice(CAUSES)
    story = Story(dice, begun, is_quality=dice.random() < 0.8, cause=cause)
    traits = {
        "kind": kind,
        "reason": reason,
        "category": category,
        "is_safety": str(tell is stories.danger).lower(),
    }
    lines: list[Line] = [("登记", begun, story.by(stories.AGENTS), {**about, **traits}), *tell(story)]
    for activity, at, who, words in lines:
        if at <= LAST_MOMENT:
            yield {
                "案件": name,
                "动作": activity,
                "时间": at.isoformat(),
                "经办": who,
                "实付分": about["实付分"],
                **words,
            }


def _product(dice: Random, day: date, kind: str, reason: str) -> dict[str, str]:
    model = dice.choice(list(MODELS))
    batch = (
        FAULTY_BATCH[1] if model == FAULTY_BATCH[0] and dice.random() < 0.5 else f"260{dice.randint(4, 8)}-1"
    )
    comes_back = kind in {"return", "exchange"} and dice.random() < 0.9
    ages = AGES_OF_RETURNS[reason] if comes_back else AGES
    bought = day - timedelta(days=dice.choice(ages))
    return {
        "渠道": dice.choices(("phone", "chat", "store", "email"), weights=(5, 3, 2, 1))[0],
        "购买渠道": dice.choices(("online", "store", "project"), weights=(5, 4, 1))[0],
        "型号": model,
        "批次": batch,
        "地区": dice.choice(REGIONS),
        "购买日期": bought.isoformat(),
        "收货日期": min(bought + timedelta(days=dice.randint(0, 4)), day).isoformat(),
        "实付分": str(MODELS[model]),
    }


def main() -> None:
    """Write the file into this folder."""
    (HERE / "lamp-sample.csv").write_text(sample_csv(), encoding="utf-8-sig")


if __name__ == "__main__":
    main()
