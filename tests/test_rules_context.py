"""The context of a reply: words of a closed set are refused by name where they are others."""

import pytest

from complaint_gift.rules import Context, ContextError


@pytest.mark.parametrize("severity", ["low", "normal", "high", "critical"])
def test_known_severities_are_read(severity: str) -> None:
    assert Context.parse({"severity": severity}).severity == severity


@pytest.mark.parametrize("severity", ["urgent", "High", "", 3])
def test_an_unknown_severity_is_refused_with_those_that_are_known(severity: object) -> None:
    with pytest.raises(ContextError, match='"low" or "normal" or "high" or "critical"'):
        Context.parse({"severity": severity})


def test_no_severity_is_not_known() -> None:
    assert Context.parse({"severity": None}).severity == ""
