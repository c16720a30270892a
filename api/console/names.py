"""What fields and codes are called on the pages: a code by its own label, a field by the words of the business."""

from __future__ import annotations

from typing import Any, Final, get_args

from api.console.words import Language
from cases.codes import Code, Role
from cases.events import CASE_FACTS

FIELDS: Final[dict[str, tuple[str, str]]] = {
    "case_no": ("案件编号", "case number"),
    "channel": ("渠道", "channel"),
    "customer_name": ("客户", "customer"),
    "customer_phone": ("电话", "phone"),
    "customer_address": ("地址", "address"),
    "description": ("描述", "description"),
    "serial": ("序列号", "serial"),
    "product_line": ("产品线", "product line"),
    "product_model": ("型号", "model"),
    "batch": ("批次", "batch"),
    "sales_channel": ("购买渠道", "bought"),
    "purchased_on": ("购买日期", "purchased on"),
    "goods_received_on": ("收货日期", "goods received on"),
    "has_proof": ("有购买凭证", "proof shown"),
    "has_fault_description": ("有故障描述", "fault described"),
    "paid": ("实付", "paid"),
    "remedy_sought": ("诉求", "remedy sought"),
    "region": ("地区", "region"),
    "form_no": ("登记表号", "form number"),
    "is_live": ("现场案件", "live case"),
    "contract_no": ("合同号", "contract"),
    "contract_warranty_months": ("合同保修月数", "warranty by contract, months"),
    "manual_warranty_months": ("说明书保修月数", "warranty by manual, months"),
    "customer_class": ("客户类别", "customer class"),
    "quantity": ("数量", "quantity"),
    "software_version": ("软件版本", "software version"),
    "priority": ("优先级", "priority"),
    "is_green_channel": ("绿色通道", "green channel"),
    "complexity": ("故障复杂度", "complexity"),
    "is_same_city": ("同城", "same city"),
    "report": ("检测报告", "test report"),
    "is_use_explained": ("已讲解使用", "use explained"),
    "is_original_recovered": ("原件已收回", "original came back"),
    "purpose": ("目的", "purpose"),
    "is_agreed": ("客户同意", "agreed"),
    "form": ("单据", "paper"),
    "template": ("单据版本", "version of the form"),
    "signed_by": ("签字人", "signed by"),
    "is_satisfied": ("客户满意", "satisfied"),
    "place": ("存放处", "kept at"),
    "checked": ("核实内容", "checked"),
    "is_right": ("核实无误", "right"),
    "late_because": ("迟到原因", "late because of"),
    "is_id_shown": ("已出示工作证", "ID shown"),
    "transit": ("运输状态", "on its way"),
    "receipt_no": ("收据号", "receipt"),
    "is_receipt_recovered": ("收据已收回", "receipt came back"),
    "movement": ("出入库", "movement"),
    "stock": ("物料类别", "kind of stock"),
    "certificate_no": ("合格证号", "certificate"),
    "is_same_quality": ("与原件质量一致", "same quality as the original"),
    "is_covered": ("保修承担", "covered by warranty"),
    "formula": ("计算方法版本", "method of calculation"),
    "cost": ("费用类别", "cost"),
    "voucher_no": ("凭证号", "voucher"),
    "budget": ("预算", "budget"),
    "is_over_budget": ("超预算", "over budget"),
    "about": ("争议内容", "about"),
    "claimed": ("索赔金额", "claimed"),
    "statement": ("客户陈述", "statement"),
    "liable": ("责任方", "who answers for it"),
    "conclusion": ("调查结论", "conclusion"),
    "body": ("机构", "body"),
    "result": ("结果", "result"),
    "settlement": ("了结方式", "settlement"),
    "is_recourse_told": ("已告知其他途径", "told where else to turn"),
    "improvement": ("改进方向", "improvement"),
    "is_systematic": ("共性问题", "common problem"),
    "lesson": ("复盘内容", "lesson"),
    "kind": ("类型", "kind"),
    "reason": ("原因", "reason"),
    "category": ("类别", "category"),
    "severity": ("程度", "severity"),
    "mode": ("方式", "mode"),
    "department": ("部门", "department"),
    "is_safety": ("涉及安全", "safety"),
    "is_human_damage": ("人为损坏", "human damage"),
    "assigned_to": ("经办", "assigned to"),
    "direction": ("方向", "direction"),
    "carrier": ("承运", "carrier"),
    "waybill": ("运单", "waybill"),
    "payer": ("运费承担", "freight paid by"),
    "payer_clause": ("运费条款", "freight clause"),
    "stage": ("阶段", "stage"),
    "cause": ("故障原因", "cause"),
    "disposition": ("处置", "disposition"),
    "is_passed": ("检测合格", "passed"),
    "is_packaging_intact": ("包装完好", "packaging intact"),
    "are_accessories_complete": ("配件齐全", "accessories complete"),
    "promised_at": ("预计时间", "promised for"),
    "report_no": ("报告号", "report"),
    "plan": ("方案", "plan"),
    "is_function_tested": ("已功能测试", "tested"),
    "work": ("维修内容", "work"),
    "amount": ("金额", "amount"),
    "payment_reference": ("支付凭证", "payment"),
    "is_original_account": ("原路退回", "original account"),
    "method": ("方式", "method"),
    "is_solved": ("已解决", "solved"),
    "satisfaction": ("满意度", "satisfaction"),
    "remark": ("备注", "remark"),
    "level": ("层级", "level"),
    "step": ("步骤", "step"),
    "text": ("内容", "text"),
    "is_damaged": ("到货破损", "damaged"),
    "quote_no": ("报价号", "quote"),
    "is_accepted": ("接受", "accepted"),
    "subject": ("事项", "subject"),
    "item": ("条款项", "item"),
    "order_no": ("单号", "order"),
    "requested_by": ("申请人", "requested by"),
    "old_serial": ("旧序列号", "old serial"),
    "new_serial": ("新序列号", "new serial"),
    "begins_at": ("开始", "begins"),
    "ends_at": ("结束", "ends"),
    "word": ("内容", "word"),
    "attachments": ("附件", "attachments"),
    "outcome": ("结果", "outcome"),
    "link": ("关联方式", "link"),
    "is_automatic": ("系统自动", "automatic"),
    "clock": ("时限", "clock"),
    "alert": ("警报", "alert"),
    "rested_on_position": ("依据的日志位置", "rested on log position"),
    "subject_id": ("个人信息主体", "person"),
    "judged_under": ("适用制度", "judged under"),
    "verdicts": ("权益判定", "entitlements"),
    "corrects": ("更正的事实", "corrects"),
    "happened_at": ("发生时间", "happened at"),
    "changes": ("更正内容", "changes"),
    "is_withdrawn": ("已撤回", "withdrawn"),
}
QUIET: Final = frozenset({"case_no", "is_live", "product_line"})
"""Fields that say nothing new beside the rest."""


def _codes(fact: str, field: str) -> type[Code] | None:
    found = CASE_FACTS[fact].model_fields.get(field) if fact in CASE_FACTS else None
    kinds = (found.annotation, *get_args(found.annotation)) if found else ()
    return next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Code)), None)


def shown(fact: str, fields: dict[str, Any], language: Language) -> list[tuple[str, str]]:
    """Give the fields of a fact as pairs of name and text, in the order of the fact."""
    at = 0 if language == "zh" else 1
    return [
        (
            FIELDS.get(name, (name, name))[at],
            level(value, language) if name == "level" else _text(_codes(fact, name), value, at),
        )
        for name, value in fields.items()
        if name not in QUIET
    ]


def level(word: str, language: Language) -> str:
    """Name a level of a clock: a role by its label, a warning by its share of the time."""
    at, share = 0 if language == "zh" else 1, word.removeprefix("warn-")
    if share != word:
        return (f"用时已过 {share} %", f"{share} % of the time has passed")[at]
    role = {known.value: known for known in Role}.get(word)
    return (role.zh, role.en)[at] if role else word


def _text(codes: type[Code] | None, value: Any, at: int) -> str:
    match value:
        case bool():
            return (("是", "yes") if value else ("否", "no"))[at]
        case {"minor": int(minor), "currency": str(currency)}:
            return f"{minor // 100:,}.{minor % 100:02d} {currency}"
        case list():
            return str(len(value))
        case str() if codes is not None:
            code = {known.value: known for known in codes}.get(value)
            return (code.zh, code.en)[at] if code else value
        case _:
            return str(value)
