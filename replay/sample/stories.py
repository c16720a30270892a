"""How lamp cases of each kind go, step by step, with what goes wrong now and then. Everything here is invented."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

Words = dict[str, str]
Line = tuple[str, datetime, str, Words]  # activity, when, who, further words

AGENTS = ("客服01", "客服02", "客服03", "客服04")
TECHNICIANS = ("技术01", "技术02", "技术03")
LOGISTICS = ("物流01", "物流02")
QUALITY = ("质量01", "质量02")
FINANCE = ("财务01",)


@dataclass
class Story:
    """One case being told: the dice, the moment, and what is known of it."""

    dice: Random
    now: datetime
    is_quality: bool
    cause: str

    def after(self, hours: float, *, slow: float = 0.12) -> datetime:
        """Let working life pass: around `hours`, a few times as long in a slow case, rarely at night."""
        stretch = self.dice.lognormvariate(0, 0.45) * (
            self.dice.uniform(2.5, 5) if self.dice.random() < slow else 1
        )
        self.now += timedelta(seconds=round(hours * 3600 * stretch))
        if not 8 <= self.now.hour < 20:
            self.now = self.now.replace(hour=8) + timedelta(
                days=self.now.hour >= 20, minutes=self.dice.randint(20, 180)
            )
        return self.now

    def by(self, people: tuple[str, ...]) -> str:
        """Choose who acts."""
        return self.dice.choice(people)

    def chance(self, share: float) -> bool:
        """Throw the dice."""
        return self.dice.random() < share

    def step(self, activity: str, hours: float, people: tuple[str, ...], **words: str) -> Line:
        """Tell one step."""
        return activity, self.after(hours), self.by(people), words


def consultation(story: Story) -> Iterator[Line]:
    """A question is answered (S0 三/2)."""
    yield story.step("开始处理", 0.4, AGENTS)
    if story.chance(0.15):
        yield story.step("等待客户", 2, AGENTS)
        yield story.step("客户补充", 20, AGENTS)
    yield story.step("答复", 6, AGENTS)
    if story.chance(0.93):
        yield story.step("结案", 4, AGENTS)


def repair(story: Story) -> Iterator[Line]:
    """A lamp is sent in, inspected, repaired and sent back (S0 二/3, 五/2)."""
    yield story.step("开始处理", 0.5, AGENTS)
    yield story.step("远程诊断", 6, TECHNICIANS, cause=story.cause, disposition="repair")
    yield story.step("寄回", 30, LOGISTICS, carrier="顺丰")
    yield story.step("到货", 50, LOGISTICS)
    is_covered = story.is_quality
    arrived = story.after(8)
    promised = arrived + timedelta(days=4)
    words = {"cause": story.cause, "disposition": "repair", "promised_at": promised.isoformat()}
    yield "检测", arrived, story.by(TECHNICIANS), {**words, "is_human_damage": str(not is_covered).lower()}
    if not is_covered:
        yield story.step("报价", 4, TECHNICIANS, amount="6800")
        accepted = story.chance(0.75)
        yield story.step("报价答复", 24, AGENTS, is_accepted=str(accepted).lower())
        if not accepted:
            yield story.step("寄出", 10, LOGISTICS, carrier="顺丰", payer="customer")
            yield story.step("结案", 4, AGENTS, outcome="quote_declined")
            return
    if story.chance(0.12):
        yield story.step("等待配件", 4, TECHNICIANS)
        yield story.step("配件到齐", 60, TECHNICIANS)
    yield story.step("维修", 36, TECHNICIANS, cause=story.cause)
    yield from _back_and_closed(story)


def returned(story: Story) -> Iterator[Line]:
    """Goods come back, quality inspects, money goes back (S0 五/1)."""
    yield from _came_back(story)
    passed = story.chance(0.9)
    words = {"is_passed": str(passed).lower(), "cause": story.cause}
    yield story.step("退货检测", 10, QUALITY, disposition="refund" if passed else "refuse", **words)
    if not passed:
        yield story.step("上报主管", 3, AGENTS, reason="inspection_failed")
        yield story.step("驳回", 12, AGENTS, reason="检测不合格")
        yield story.step("寄出", 8, LOGISTICS, carrier="中通", payer="customer")
        yield story.step("结案", 4, AGENTS, outcome="refused")
        return
    yield story.step("退款", 40, FINANCE)
    yield from _revisited_and_closed(story, 60)


def exchanged(story: Story) -> Iterator[Line]:
    """Goods come back and others go out (S0 五/1(5))."""
    yield from _came_back(story)
    yield story.step("退货检测", 10, QUALITY, disposition="replace", is_passed="true", cause=story.cause)
    yield story.step("换新", 14, TECHNICIANS)
    yield from _back_and_closed(story)


def complaint(story: Story) -> Iterator[Line]:
    """Somebody complains, and is told what will be done."""
    yield story.step("开始处理", 0.6, AGENTS)
    if story.chance(0.2):
        yield story.step(
            "上报主管", 3, AGENTS, reason="unreasonable_demand" if story.chance(0.3) else "other"
        )
    yield story.step("解决方案", 30, AGENTS)
    yield from _revisited_and_closed(story, 40)


def danger(story: Story) -> Iterator[Line]:
    """A lamp leaks current: the customer is told at once to stop using it (S0 五/3)."""
    yield story.step("停用告知", 0.15, AGENTS)
    yield story.step("上报主管", 0.5, AGENTS, reason="safety")
    yield from repair(story)


def _came_back(story: Story) -> Iterator[Line]:
    yield story.step("开始处理", 0.5, AGENTS)
    if story.chance(0.25):
        yield story.step("等待客户", 3, AGENTS)
        yield story.step("客户补充", 26, AGENTS)
    yield story.step("材料审核通过", 5, AGENTS)
    if story.chance(0.95):
        yield story.step("生成退货单", 0.3, AGENTS)
    yield story.step("寄回", 28, LOGISTICS, carrier="中通")
    yield story.step("到货", 48, LOGISTICS)


def _back_and_closed(story: Story) -> Iterator[Line]:
    yield story.step("寄出", 8, LOGISTICS, carrier="顺丰", payer="company")
    yield story.step("送达", 44, LOGISTICS)
    yield from _revisited_and_closed(story, 50)


def _revisited_and_closed(story: Story, hours: float) -> Iterator[Line]:
    if story.chance(0.92):
        solved = story.chance(0.95)
        score = story.dice.choice("455553") if solved else story.dice.choice("123")
        yield story.step("回访", hours, AGENTS, is_solved=str(solved).lower(), satisfaction=score)
        if not solved:
            yield story.step("解决方案", 20, AGENTS)
            yield story.step("回访", hours, AGENTS, is_solved="true", satisfaction="4")
    if story.chance(0.95):
        yield story.step("结案", 6, AGENTS)
