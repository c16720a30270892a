"""One example body for every command; a test sends each through its model."""

from __future__ import annotations

from typing import Any

EXAMPLES: dict[str, dict[str, Any]] = {
    "receive": {
        "channel": "phone",
        "customer_name": "张三",
        "customer_phone": "13800138000",
        "description": "灯具通电后有嗡嗡声",
        "product_model": "K7 水壶灯",
        "sales_channel": "online",
        "purchased_on": "2026-11-02",
        "goods_received_on": "2026-11-04",
        "has_proof": True,
        "has_fault_description": True,
        "paid": {"minor": 19900, "currency": "CNY"},
    },
    "classify": {"kind": "return", "reason": "quality", "category": "return_exchange"},
    "ship": {"direction": "inbound", "mode": "pickup", "carrier": "顺丰", "waybill": "SF1234567890"},
    "inspect": {
        "stage": "return_check",
        "cause": "driver",
        "disposition": "refund",
        "is_passed": True,
        "is_human_damage": False,
        "is_packaging_intact": True,
        "are_accessories_complete": True,
    },
    "repair": {
        "mode": "mail_in",
        "cause": "wiring",
        "is_function_tested": True,
        "work": "更换驱动并通电测试",
    },
    "refund": {"amount": {"minor": 19900, "currency": "CNY"}},
    "revisit": {"method": "phone", "is_solved": True, "satisfaction": 5},
    "escalate": {"level": "supervisor", "reason": "safety"},
    "respond": {"step": "reply", "channel": "phone", "text": "已告知寄回方式"},
    "deliver": {"direction": "inbound"},
    "quote": {"quote_no": "Q-2026-0001", "amount": {"minor": 8800, "currency": "CNY"}},
    "answer-quote": {"quote_no": "Q-2026-0001", "is_accepted": True},
    "request": {"subject": "return", "reason": "质量问题退货"},
    "approve": {"subject": "return", "reason": "检测合格", "order_no": "TH-2026-0001"},
    "reject": {"subject": "return", "reason": "人为损坏"},
    "replace": {"old_serial": "K7-0001-2211", "new_serial": "K7-0001-3344", "product_model": "K7 水壶灯"},
    "pause": {"reason": "waiting_for_customer"},
    "resume": {},
    "book": {"begins_at": "2026-11-25T09:00:00+08:00", "ends_at": "2026-11-25T11:00:00+08:00"},
    "transfer": {"department": "tech_support", "assigned_to": "tech-02"},
    "note": {"word": "photos", "attachments": [{"sha256": "0" * 64, "media_type": "image/jpeg"}]},
    "correct": {
        "corrects": 3,
        "reason": "typing_error",
        "happened_at": "2026-11-20T10:30:00+08:00",
        "document": "通话录音-0001",
    },
    "close": {"outcome": "solved"},
    "reopen": {"reason": "客户再次来电"},
}
"""Verb → body."""
