"""All rules by their main code, in the order in which they are listed."""

from collections.abc import Mapping

from publisher.validation.rule import Rule
from publisher.validation.rules import (
    columns,
    copies,
    descriptions,
    files,
    formats,
    freshness_terms,
    identity,
    keywords,
    legal_basis,
    legal_fields,
    licenses,
    logos,
    names,
    packaged,
    periods,
    portal_fields,
    publishers,
    references,
    responsible,
    reviews,
    secrets,
    settings,
    statuses,
    strays,
    successions,
    suppressions,
    temporal,
    titles,
    translations,
)

_ALL: tuple[Rule, ...] = (
    references,
    names,
    identity,
    titles,
    copies,
    files,
    strays,
    periods,
    columns,
    temporal,
    freshness_terms,
    publishers,
    responsible,
    successions,
    logos,
    licenses,
    legal_fields,
    legal_basis,
    packaged,
    formats,
    statuses,
    reviews,
    keywords,
    descriptions,
    translations,
    portal_fields,
    secrets,
    settings,
    suppressions,
)

RULES: Mapping[str, Rule] = {rule.CODE: rule for rule in _ALL}
RULE_OF: Mapping[str, Rule] = {code: rule for rule in _ALL for code in rule.CODES}
"""The rule behind every code that a rule may give."""
