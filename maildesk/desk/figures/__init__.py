"""The desk's figures: what they mean (`definitions`), how they are counted (`report`), what a mail tells of them."""

from maildesk.desk.figures.counting import report
from maildesk.desk.figures.period import Period, Stretch
from maildesk.desk.figures.report import Report
from maildesk.desk.figures.summary import Line, summarise
from maildesk.desk.figures.terms import Terms

__all__ = ["Line", "Period", "Report", "Stretch", "Terms", "report", "summarise"]
