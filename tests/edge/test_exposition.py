"""Figures in Prometheus' text format, as its own description (exposition formats, 0.0.4) has it."""

from __future__ import annotations

from maildesk.edge.counts import BOUNDS, Counts, Histogram
from maildesk.edge.exposition import counter, gauge, histogram, text


def test_each_figure_has_help_type_and_values_with_labels() -> None:
    odd = 'a "b"\\\n'
    families = [counter("mails", "Mails.", {(("source", odd),): 2}), gauge("free", "Free.", 1.5)]
    assert text(families).splitlines() == [
        "# HELP maildesk_mails_total Mails.",
        "# TYPE maildesk_mails_total counter",
        'maildesk_mails_total{source="a \\"b\\"\\\\\\n"} 2',
        "# HELP maildesk_free Free.",
        "# TYPE maildesk_free gauge",
        "maildesk_free 1.5",
    ]


def test_a_figure_that_is_not_known_has_no_value() -> None:
    assert text([gauge("took", "Took.", None)]).splitlines()[1:] == ["# TYPE maildesk_took gauge"]


def test_a_histograms_steps_hold_those_below_them_and_add_up() -> None:
    taken = Histogram()
    for seconds in (0.001, 0.0011, 0.3, 99):
        taken.add(seconds)
    lines = text([histogram("think", "Thinking.", taken)]).splitlines()
    assert 'maildesk_think_seconds_bucket{le="0.001"} 1' in lines  # "less than or equal"
    assert 'maildesk_think_seconds_bucket{le="0.002"} 2' in lines
    assert 'maildesk_think_seconds_bucket{le="0.5"} 3' in lines
    assert 'maildesk_think_seconds_bucket{le="10"} 3' in lines
    assert lines[-3:] == [
        'maildesk_think_seconds_bucket{le="+Inf"} 4',
        "maildesk_think_seconds_sum 99.3021",
        "maildesk_think_seconds_count 4",
    ]
    assert len(lines) == 2 + len(BOUNDS) + 3


def test_an_account_s_name_is_in_no_figure() -> None:
    counts = Counts()
    counts.thoughts([("imap:support@acme.test@imap.acme.test", "reply", 0.1)])
    counts.took_in("imap:support@acme.test@imap.acme.test")
    assert dict(counts.thought) == {("imap", "reply"): 1}
    assert dict(counts.accepted) == {"imap": 1}
