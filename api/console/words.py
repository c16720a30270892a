"""What the pages say, in both languages; the labels of codes come from the codes themselves."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

Language = Literal["zh", "en"]

WORDS: dict[str, tuple[str, str]] = {
    "board": ("时效看板", "SLA board"),
    "complaints": ("投诉统计", "Complaints"),
    "worklist": ("待办", "Worklist"),
    "cases": ("案件", "Cases"),
    "audits": ("抽检", "Audits"),
    "docs": ("接口文档", "API"),
    "leave": ("退出", "Sign out"),
    "enter": ("进入", "Sign in"),
    "key": ("接口密钥", "API key"),
    "key_hint": (
        "首次运行时终端里显示过；也可用 caseledger keys create 新建。",
        "Shown in the terminal at the first run; caseledger keys create makes another.",
    ),
    "key_wrong": ("密钥无效、已过期或已撤销。", "This key is not valid, has expired or was revoked."),
    "tagline": (
        "每个数字都能指出条款、制度版本和事实",
        "Every figure names its clause, its regulation and its facts",
    ),
    "as_of": ("截至", "As of"),
    "period": ("统计区间", "Period"),
    "days_30": ("近 30 天", "30 days"),
    "days_90": ("近 90 天", "90 days"),
    "days_365": ("近一年", "One year"),
    "everything": ("全部", "Everything"),
    "kept": ("按时率", "Kept in time"),
    "of_due": ("按时 / 已到期", "met / due"),
    "started": ("已开始", "started"),
    "met": ("按时", "met"),
    "breached": ("超时完成", "late"),
    "overdue": ("逾期未完", "overdue"),
    "running": ("计时中", "running"),
    "paused": ("暂停", "paused"),
    "cancelled": ("已取消", "cancelled"),
    "excluded": ("已除外", "excluded"),
    "not_configured": ("未配置", "not set"),
    "open_cases": ("未结案件", "open cases"),
    "trend": ("按月趋势", "By month"),
    "trend_hint": ("按时限开始的月份；柱顶为按时率", "by the month in which clocks started"),
    "by_clause": ("各时限", "Every promise"),
    "promise": ("时限", "Promise"),
    "clause": ("条款", "Clause"),
    "department": ("部门", "Department"),
    "standing": ("状态", "State"),
    "rate": ("按时率", "In time"),
    "p50": ("中位用时", "Median"),
    "p90": ("九成用时", "90 % within"),
    "worst": ("最久逾期", "Longest overdue"),
    "case_no": ("案件编号", "Case"),
    "due": ("到期", "Due"),
    "late_by": ("已逾期", "Late by"),
    "findings": ("合规发现", "Findings"),
    "findings_hint": ("事实不符合的约束，按条款", "Constraints that the facts do not satisfy, by clause"),
    "count": ("次数", "Count"),
    "newest": ("最近一例", "Newest"),
    "allowed": ("已特批", "Overridden"),
    "nothing_found": ("没有发现。", "Nothing found."),
    "nothing_overdue": ("没有逾期的时限。", "Nothing is overdue."),
    "nothing_here": ("这里还没有内容。", "There is nothing here yet."),
    "good": ("良好", "good"),
    "watch": ("注意", "watch"),
    "bad": ("告急", "act"),
    "unset": ("未设定", "not set"),
    "legend": ("≥ 95 % 良好，≥ 80 % 注意，其余告急", "≥ 95 % good, ≥ 80 % watch, below that act"),
    "fresh": ("数据新鲜度", "Freshness"),
    "position": ("日志位置", "Log position"),
    "behind": ("落后", "behind"),
    "recorded": ("记录于", "recorded"),
    "parked": ("搁置案件", "parked cases"),
    "regulations": ("制度版本", "Regulations"),
    "marks": ("影响口径的事实", "Facts to know of"),
    "backdated": ("补录", "back-dated"),
    "corrected": ("更正", "corrected"),
    "overridden": ("特批", "overridden"),
    "raw_rate": ("不计除外", "without exclusions"),
    "recorded_rate": ("按记录时间", "by recording time"),
    "month": ("月份", "Month"),
    "received": ("登记", "Received"),
    "still_open": ("未结", "Open"),
    "solved": ("回访确认解决", "Confirmed solved"),
    "change": ("环比", "Change"),
    "category": ("服务类别", "Category"),
    "cause": ("故障原因", "Cause"),
    "product": ("产品", "Product"),
    "share": ("占比", "Share"),
    "cumulated": ("累计", "Cumulated"),
    "before": ("上一期", "Before"),
    "live": ("现场案件", "Live cases"),
    "imported": ("导入历史", "Imported history"),
    "kind": ("类型", "Kind"),
    "stage": ("阶段", "Stage"),
    "next": ("下一页", "Next page"),
    "opened": ("登记时间", "Opened"),
    "closed": ("结案", "Closed"),
    "timeline": ("时间线", "Timeline"),
    "clocks": ("时限", "Clocks"),
    "entitlements": ("权益判定", "Entitlements"),
    "granted": ("支持", "granted"),
    "refused": ("不支持", "refused"),
    "undecided": ("待定", "undecided"),
    "as_recorded": ("原记录", "As recorded"),
    "as_corrected": ("更正后", "As corrected"),
    "withdrawn": ("已撤回", "Withdrawn"),
    "judged_under": ("适用制度", "Judged under"),
    "version": ("事实数", "Facts"),
    "forms": ("表单", "Forms"),
    "not_filled": ("未填", "not filled yet"),
    "signed_copy": ("签字件", "Signed copy"),
    "masked": ("个人信息已掩码", "personal data is masked"),
    "how": ("经办", "By"),
    "went_up": ("已升级至", "went up to"),
    "warned": ("已提醒", "told"),
    "revised": ("所依据的结论已改变", "what it rested on has changed"),
    "late_told": ("补录于", "told at"),
    "not_yours": ("您的角色不能查看此页。", "Your role may not see this page."),
    "not_found": ("没有找到。", "Not found."),
    "try_again": ("数据库暂时没有响应，请稍后再试。", "The database did not answer; try again in a moment."),
    "went_wrong": (
        "出错了；已确认的事实都是安全的。",
        "Something went wrong; what was acknowledged is safe.",
    ),
    "sample": ("样本", "Sample"),
    "frame": ("总体", "Frame"),
    "stratum": ("层", "Stratum"),
    "items": ("件数", "Items"),
    "drawn": ("抽取", "Drawn"),
    "gave_way": ("更换为", "gave way to"),
    "approved_by": ("批准", "approved by"),
    "seed": ("种子", "Seed"),
    "files": ("公布的文件", "Published files"),
    "independent": ("独立见证", "Independently committed"),
    "checklist": ("检查表", "Check-list"),
    "checklist_note": ("由事实预填，版本号为依据", "Filled from facts; versions say which"),
    "not_independent": ("随机数在本机生成，未经独立见证", "Nonces made locally, not independently committed"),
    "no_audit": (
        "还没有抽检。用 caseledger audit draw --month 抽取。",
        "Nothing drawn yet; draw with: caseledger audit draw --month",
    ),
    "rank": ("序", "Rank"),
    "safety": ("涉及安全", "safety"),
    "role": ("角色", "Role"),
    "look": ("查看", "Show"),
    "computed": ("由事实推算", "computed from facts"),
    "window_end": ("截止", "until"),
    "payer": ("承担方", "paid by"),
    "quote": ("费用", "cost"),
    "quote_required": ("须先报价并经客户确认", "to be quoted and accepted first"),
    "needs": ("尚缺", "missing"),
    "fails": ("不符合", "not satisfied"),
    "to_inspect": ("待检测", "to be inspected"),
    "literal": ("按字面", "read literally"),
    "still_open_then": ("申请时在期内", "open when claimed"),
    "over_then": ("申请时已过", "over when claimed"),
    "law": ("法律依据", "law"),
    "not_known": ("未查明", "not known"),
    "so_far": ("本月至今", "so far"),
    "against_before": ("较上月", "on the month before"),
    "only_imported": (
        "没有未结的现场案件，因此显示导入历史中的未结时限。",
        "No live case is open, so these are the open clocks of imported history.",
    ),
    "frame_hash": ("总体摘要 SHA-256", "SHA-256 of the frame"),
    "drawn_rate": ("抽查比例", "rate"),
    "unclassified": ("未分类", "not classified"),
}


def say(key: str, language: Language) -> str:
    """Give a text; raises KeyError for one that nobody wrote."""
    return WORDS[key][0 if language == "zh" else 1]


def local(moment: datetime | None, zone: ZoneInfo, pattern: str = "%Y-%m-%d %H:%M") -> str:
    """Write a moment in the business time zone."""
    return moment.astimezone(zone).strftime(pattern) if moment else "—"


def spoken(span: float | timedelta | None, language: Language) -> str:
    """Write a stretch of time with its two largest units: 3 天 4 小时."""
    if span is None:
        return "—"
    seconds = int(span.total_seconds() if isinstance(span, timedelta) else span)
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3_600)
    units = [(days, "天", "d"), (hours, "小时", "h"), (rest // 60, "分", "min"), (rest % 60, "秒", "s")]
    first = next((at for at, unit in enumerate(units) if unit[0]), len(units) - 1)
    shown = [unit for unit in units[first : first + 2] if unit[0]] or [units[-1]]
    return " ".join(f"{count} {zh if language == 'zh' else en}" for count, zh, en in shown)
