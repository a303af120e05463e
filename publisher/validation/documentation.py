"""What is said about a rule, or about any code: in the reader's language, else in English."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from importlib import resources

from publisher.messages import Messages
from publisher.problem import Severity
from publisher.validation.rule import Rule
from publisher.validation.rules import RULE_OF, RULES


@dataclass(frozen=True)
class Explanation:
    """A code explained. ``severity`` and ``paragraphs`` are a rule's; a code of the loader has its sentences only."""

    code: str
    message: str
    help: str
    severity: Severity | None = None
    rule: str | None = None
    codes: tuple[str, ...] = ()
    depends_on_today: bool = False
    paragraphs: tuple[str, ...] = ()

    @property
    def summary(self) -> str:
        """The first sentence: of the documentation where there is some, else the message."""
        return self.paragraphs[0] if self.paragraphs else self.message


def explain(code: str, words: Messages) -> Explanation | None:
    """What is known of a code; None if there is no such code."""
    message, advice = words.of("message", code), words.of("help", code)
    rule = RULE_OF.get(code)
    if rule is None:
        return Explanation(code, message, advice) if message else None
    return Explanation(
        code,
        message,
        advice,
        rule.CODES[code],
        rule.CODE,
        tuple(rule.CODES),
        code in rule.DEPENDS_ON_TODAY,
        documentation(rule, words),
    )


def rules(words: Messages) -> list[Explanation]:
    """All rules by their main codes."""
    found = (explain(code, words) for code in RULES)
    return [one for one in found if one is not None]


def documentation(rule: Rule, words: Messages) -> tuple[str, ...]:
    """The paragraphs of a rule's documentation, the first one being its sentence."""
    text = "" if words.language == "en" else words.of("rule", rule.CODE)
    text = text or inspect.cleandoc(rule.__doc__ or "").replace("``", "")
    return tuple(" ".join(paragraph.split()) for paragraph in text.split("\n\n"))


def all_codes() -> list[str]:
    """Every code that has a message, whatever part of the product gives it."""
    from babel.messages.mofile import read_mo

    codes = set(RULE_OF)
    for entry in (resources.files("publisher") / "locale" / "en" / "LC_MESSAGES").iterdir():
        if entry.name.endswith(".mo"):
            with entry.open("rb") as stream:
                codes |= {str(one.id) for one in read_mo(stream) if one.context in ("message", b"message")}
    return sorted(codes)
