"""Mails, addresses and findings to and from what a JSON column holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from reviewbot.model import Address, Confidence, Finding, Mail, Severity, Skipped, Status, Step
from reviewbot.store.tables import FindingRow

_ADDRESSES = ("to", "cc", "reply_to")


def packed(record: Any) -> dict[str, Any]:
    """A frozen value as JSON; its own parts likewise."""
    return asdict(record)


def mail(packed: Mapping[str, Any]) -> Mail:
    lists = {name: addresses(packed[name]) for name in _ADDRESSES}
    rest = {"author": Address(**packed["author"]), "references": tuple(packed["references"])}
    return Mail(**{**packed, **lists, **rest})


def addresses(packed: Iterable[Mapping[str, Any]]) -> tuple[Address, ...]:
    return tuple(Address(**one) for one in packed)


def skipped(packed: Iterable[Mapping[str, Any]]) -> tuple[Skipped, ...]:
    return tuple(Skipped(**one) for one in packed)


def finding_row(finding: Finding) -> FindingRow:
    """The comment is not kept: it is made again from the words whenever a mail is drafted."""
    return FindingRow(
        rule=finding.rule,
        category=finding.category,
        severity=finding.severity,
        confidence=finding.confidence,
        status=finding.status,
        file=finding.file,
        function=finding.function,
        line=finding.line,
        end_line=finding.end_line,
        diff_line=finding.diff_line,
        message=finding.message,
        trace=[packed(step) for step in finding.trace],
        fingerprint=finding.fingerprint,
        suggestion=finding.suggestion,
        words=[{"name": name, "text": text} for name, text in finding.words],
    )


def finding(row: FindingRow) -> Finding:
    return Finding(
        rule=row.rule,
        category=row.category,
        severity=Severity(row.severity),
        confidence=Confidence(row.confidence),
        status=Status(row.status),
        file=row.file,
        function=row.function,
        line=row.line,
        end_line=row.end_line,
        diff_line=row.diff_line,
        message=row.message,
        trace=tuple(Step(**step) for step in row.trace),
        fingerprint=row.fingerprint,
        suggestion=row.suggestion,
        words=tuple((word["name"], word["text"]) for word in row.words),
    )
