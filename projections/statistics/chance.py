"""Functions of schema `bi` that tell what chance does to figures: intervals of a rate, and the tail of chi-square."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, LiteralString

from psycopg.sql import SQL, Composed, Identifier, Literal

# The two ends of Wilson's score interval at 95 % (Wilson 1927, JASA 22:209-212); Brown, Cai and DasGupta (2001,
# Statistical Science 16:101-133) recommend it for small numbers. At 0 and at all it ends there, whatever the rounding.
_WILSON: LiteralString = """
CREATE FUNCTION {function}(numerator bigint, denominator bigint) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE WHEN denominator > 0 AND numerator BETWEEN 0 AND denominator THEN round(LEAST(1, GREATEST(0, (
        (numerator + 1.9207294103470620) {sign} 1.959963984540054 * sqrt(
            numerator::double precision * (denominator - numerator) / denominator + 0.9603647051735310
        )
    ) / (denominator + 3.8414588206941240)))::numeric, 4) END;
END
"""
# One less the regularised lower incomplete gamma function, as its series (Abramowitz and Stegun 1964, 6.5.29), each
# term by its logarithm, so that nothing overflows. Logarithms are those of doubles: of a numeric one takes 10 µs.
_TAIL: LiteralString = """
CREATE FUNCTION {function}(x double precision, freedom bigint) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE
        WHEN freedom < 1 OR x IS NULL THEN NULL WHEN x <= 0 THEN 1
        WHEN x > freedom + 20 * sqrt(2.0 * freedom) + 100 THEN 0
    ELSE GREATEST(0, 1 - coalesce((
        SELECT sum(exp(term)) FILTER (WHERE term > -700) FROM (
            SELECT (freedom / 2.0 + step) * ln(x / 2) - x / 2
                - sum(CASE step WHEN 0 THEN (
                    SELECT CASE freedom % 2 WHEN 1 THEN ln(pi()) / 2 ELSE 0 END
                        + coalesce(sum(ln(part::double precision)), 0)
                    FROM generate_series(1 - freedom % 2 / 2.0, freedom / 2.0, 1) AS part
                ) ELSE ln((freedom / 2.0 + step)::double precision) END) OVER (ORDER BY step) AS term
            FROM generate_series(0, (x + 100)::bigint) AS step
        ) AS terms
    ), 0)) END;
END
"""
_SAID: Final = (
    (
        "wilson_low",
        "比率的95%置信区间下限（Wilson）；须 0 <= 分子 <= 分母 ≠ 0，否则为空",
        "Lower end of the 95 % interval of a rate (Wilson); null unless 0 <= numerator <= denominator ≠ 0",
    ),
    (
        "wilson_high",
        "比率的95%置信区间上限（Wilson）；须 0 <= 分子 <= 分母 ≠ 0，否则为空",
        "Upper end of the 95 % interval of a rate (Wilson); null unless 0 <= numerator <= denominator ≠ 0",
    ),
    ("chi_square_tail", "卡方分布上尾概率", "Chance of a chi-square of so many degrees of freedom above x"),
)


def create(schema: str) -> Iterator[Composed]:
    """Give the statements that make them."""
    for name, sign in (("wilson_low", SQL("-")), ("wilson_high", SQL("+"))):
        yield SQL(_WILSON).format(function=Identifier(schema, name), sign=sign)
    yield SQL(_TAIL).format(function=Identifier(schema, "chi_square_tail"))
    for name, zh, en in _SAID:
        yield SQL("COMMENT ON FUNCTION {} IS {}").format(Identifier(schema, name), Literal(f"{zh} / {en}"))
