"""`bi.rpt_proposals`: every reward and penalty that was proposed, how it stands, and whether its grounds still do."""

from __future__ import annotations

from typing import Final

from projections.tables.columns import Column, Says
from projections.views.view import View

PROPOSALS: Final = View(
    "rpt_proposals", "奖惩建议", "Rewards and penalties: proposed, decided, appealed",
    reads=("dim_regulation_clauses", "fct_alerts", "fct_case_events", "stream_id"),
    query="""
WITH facts AS (
    SELECT facts.originator_version AS version, facts.topic, facts.notification_id AS position,
        streams.regulation, streams.stream_id, convert_from(facts.state, 'UTF8')::jsonb AS state
    FROM (
        SELECT regulation, {stream_id}('proposals:' || regulation) AS stream_id
        FROM (SELECT DISTINCT regulation FROM {dim_regulation_clauses} WHERE item_type = 'consequence') AS named
    ) AS streams JOIN log.case_events AS facts ON facts.originator_id = streams.stream_id
), proposals AS (
    SELECT regulation, stream_id, (state #>> ARRAY['fact', 'proposal'])::bigint AS proposal,
        (array_agg(state) FILTER (WHERE topic = 'proposal.made.v1'))[1] AS made,
        (array_agg(state) FILTER (WHERE topic = 'proposal.decided.v1'))[1] AS decided,
        (array_agg(state) FILTER (WHERE topic = 'proposal.appealed.v1'))[1] AS appealed,
        (array_agg(state) FILTER (WHERE topic = 'proposal.appeal_answered.v1'))[1] AS answered,
        max(position) AS last_position
    FROM facts GROUP BY regulation, stream_id, proposal
)
SELECT proposals.regulation, proposal, clauses.item AS consequence, clauses.clause, clauses.label_zh, clauses.label_en,
    made #>> ARRAY['fact', 'kind'] AS kind, made #>> ARRAY['fact', 'staff'] AS staff,
    (made #>> ARRAY['fact', 'amount', 'minor'])::bigint AS amount_minor,
    made #>> ARRAY['fact', 'amount', 'currency'] AS currency, (made #>> ARRAY['fact', 'percent'])::bigint AS percent,
    CASE
        WHEN answered IS NOT NULL
            THEN CASE WHEN (answered #>> ARRAY['fact', 'is_lifted'])::boolean THEN 'lifted' ELSE 'upheld' END
        WHEN appealed IS NOT NULL THEN 'appealed' WHEN decided IS NULL THEN 'proposed'
        WHEN (decided #>> ARRAY['fact', 'is_confirmed'])::boolean THEN 'confirmed' ELSE 'dropped'
    END AS standing,
    (made ->> 'occurred_at')::timestamptz AS proposed_at, made ->> 'actor' AS proposed_by,
    (decided ->> 'occurred_at')::timestamptz AS decided_at, decided ->> 'actor' AS decided_by,
    (decided #>> ARRAY['fact', 'appeal_until'])::timestamptz AS appeal_until,
    (appealed ->> 'occurred_at')::timestamptz AS appealed_at,
    (appealed #>> ARRAY['fact', 'due_at'])::timestamptz AS due_at,
    (answered ->> 'occurred_at')::timestamptz AS answered_at, answered ->> 'actor' AS answered_by,
    jsonb_array_length(made #> ARRAY['fact', 'cites']) AS cites,
    grounds.excluded OR grounds.revised AS is_revised, stream_id, last_position
FROM proposals
JOIN {dim_regulation_clauses} AS clauses
    ON clauses.clause_id = (made ->> 'decided_under') || '/consequence/' || (made #>> ARRAY['fact', 'consequence'])
CROSS JOIN LATERAL (
    SELECT bool_or(cited ->> 'clock' IS NOT NULL AND NOT EXISTS (
        SELECT FROM {fct_alerts} AS missed
        WHERE missed.case_id = (cited ->> 'stream')::uuid AND missed.clock_id = cited ->> 'clock'
        AND lower(missed.same) = lower(made #>> ARRAY['fact', 'staff'])
        AND NOT missed.is_excluded AND missed.happened_at < now()
    )) AS excluded, bool_or(cited ->> 'clock' IS NULL AND (
        EXISTS (
            SELECT FROM {fct_case_events} AS shown JOIN {fct_case_events} AS later
                ON later.case_id = shown.case_id AND later.version = shown.corrected_by
            WHERE shown.case_id = (cited ->> 'stream')::uuid AND shown.version = (cited ->> 'version')::bigint
            AND later.position > (cited ->> 'position')::bigint
        ) OR EXISTS (
            SELECT FROM log.case_events AS held
            WHERE held.originator_id = (cited ->> 'stream')::uuid AND held.topic = 'programme.held.v1'
            AND held.originator_version > (cited ->> 'version')::bigint
        )
    )) AS revised
    FROM jsonb_array_elements(made #> ARRAY['fact', 'cites']) AS cited
) AS grounds
""",
    columns=(
        Column("regulation", "text", True, Says("制度", "The regulation")),
        Column("proposal", "bigint", True, Says("建议编号", "Number of the proposal in its register")),
        Column("consequence", "text", True, Says("奖惩项", "Name of the reward or penalty inside the regulation")),
        Column("clause", "text", True, Says("条款", "Clause of the text")),
        Column("label_zh", "text", True, Says("名称（中文）", "Label in Chinese")),
        Column("label_en", "text", True, Says("名称（英文）", "Label in English")),
        Column("kind", "text", True, Says("类别", "reward or penalty")),
        Column("staff", "text", True, Says("当事人代号", "Pseudonym of whom it concerns")),
        Column("amount_minor", "bigint", True, Says("金额（分）", "Amount in fen")),
        Column("currency", "text", True, Says("币种", "Currency of the amount")),
        Column("percent", "bigint", True, Says("占奖金比例（%）", "Share of the bonus in percent")),
        Column("standing", "text", True, Says(
            "现在的状态", "How it stands: proposed, dropped, confirmed, appealed, upheld or lifted")),
        Column("proposed_at", "timestamptz", True, Says("提出时间", "When it was proposed")),
        Column("proposed_by", "text", True, Says("提出人代号", "Pseudonym of who proposed it")),
        Column("decided_at", "timestamptz", True, Says("决定时间", "When it was confirmed or dropped")),
        Column("decided_by", "text", True, Says("决定人代号", "Pseudonym of who decided")),
        Column("appeal_until", "timestamptz", True, Says(
            "申诉截止（未设定则为空）", "Up to when one may appeal; empty where the firm has not set it")),
        Column("appealed_at", "timestamptz", True, Says("申诉时间", "When whom it concerns appealed")),
        Column("due_at", "timestamptz", True, Says(
            "申诉应答复时间（未设定则为空）", "By when the appeal is to be answered; empty where it is not set")),
        Column("answered_at", "timestamptz", True, Says("申诉答复时间", "When the appeal was answered")),
        Column("answered_by", "text", True, Says("申诉答复人代号", "Pseudonym of who answered it")),
        Column("cites", "bigint", True, Says("依据数", "How many clocks, facts or holdings it rests on")),
        Column("is_revised", "boolean", True, Says(
            "依据已变（建议仍在）", "Something it rests on is told otherwise by now; it stands")),
        Column("stream_id", "uuid", True, Says("事实流标识", "Its stream in the log")),
        Column("last_position", "bigint", True, Says("依据的日志位置", "Log position of its newest fact")),
    ),
)  # fmt: skip
