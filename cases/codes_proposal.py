"""The closed vocabularies of rewards and penalties: what is proposed, why it is decided so, how it stands."""

from __future__ import annotations

from cases.code import Code


class ConsequenceKind(Code):
    """What a consequence is for the person."""

    REWARD = "reward", "奖励", "Reward"
    PENALTY = "penalty", "处罚", "Penalty"


class ProposalReason(Code):
    """Why a proposal is confirmed or dropped, why somebody appeals, and why an appeal succeeds or fails."""

    PROVEN = "proven", "事实成立", "The facts hold"
    NOT_PROVEN = "not_proven", "事实不成立", "The facts do not hold"
    NOT_MINE = "not_mine", "非本人经手", "Somebody else's doing"
    EXCUSED = "excused", "特殊情况", "Special circumstances"
    OUT_OF_PROPORTION = "out_of_proportion", "轻重不当", "Out of proportion"
    OTHER = "other", "其他（另附书面说明）", "Other, told on paper"


class ProposalStanding(Code):
    """How a proposal stands; a penalty is final when nothing is open about it any more."""

    PROPOSED = "proposed", "待决定", "To be decided"
    DROPPED = "dropped", "未采纳", "Dropped"
    CONFIRMED = "confirmed", "已确认", "Confirmed"
    APPEALED = "appealed", "申诉中", "Appealed: suspended"
    UPHELD = "upheld", "申诉后维持", "Upheld after an appeal"
    LIFTED = "lifted", "申诉后撤销", "Lifted after an appeal"
