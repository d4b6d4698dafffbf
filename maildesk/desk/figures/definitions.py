"""What each figure is and how it is computed: the one table from which README, help and the HTML page speak."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    name: str  # in JSON, and in the README's SQL
    title: str  # for people
    meaning: str  # in a line
    how: str  # it is computed


TABLE: tuple[Figure, ...] = (
    Figure("mail_in", "Mail in", "mails that customers wrote", "messages of kind customer, by `created_at`"),
    Figure("mail_out", "Mail out", "answers that agents wrote", "messages of kind agent, by `created_at`"),
    Figure("new", "New tickets", "tickets opened in the period", "`created_at`"),
    Figure(
        "solved",
        "Solved",
        "tickets solved or closed in the period, and not opened again since",
        "`solved_at` or `closed_at`, the earlier one, of tickets that are solved or closed",
    ),
    Figure(
        "reopened",
        "Reopened",
        "how often a ticket that was over was opened again in the period",
        "status events from solved or closed to new, open or pending",
    ),
    Figure(
        "backlog",
        "Backlog",
        "tickets that were not over at the end of the period, or of the day",
        "opened before, not solved or closed before; a ticket that was over for a while is left out for that while",
    ),
    Figure("open_now", "Open", "tickets that wait for an agent now, whatever the period", "`status` new or open"),
    Figure("pending_now", "Pending", "tickets that wait for the customer now", "`status` pending"),
    Figure(
        "unanswered",
        "No answer",
        "the share of the mail that opened a ticket in the period which no agent has answered to this day",
        "new tickets without `first_reply_at`, of all new ones",
    ),
    Figure(
        "first_reply",
        "First reply",
        "the time from the opening mail to an agent's first answer: median and 90th percentile",
        "`first_reply_at` − `created_at` of tickets that were first answered in the period",
    ),
    Figure(
        "solution",
        "Solution",
        "the time from the opening mail to the end: median and 90th percentile",
        "end − `created_at` of the tickets solved in the period; waiting for the customer is part of it",
    ),
    Figure(
        "kept",
        "Kept",
        "the share of first replies, or solutions, that came before their deadline",
        "of those to whom `targets` promises one today, tickets without a reminder that a deadline has passed",
    ),
    Figure(
        "breaches",
        "Breaches",
        "deadlines that passed in the period, or on the day: of first replies, next replies, solutions",
        "events of kind reminder (`first_reply_due`, `next_reply_due`, `solve_due`), by the deadline in them",
    ),
    Figure(
        "one_touch",
        "One touch",
        "the share of the solved tickets that took one answer",
        "solved tickets whose last answer (`replied_at`) was their first (`first_reply_at`), of all solved ones",
    ),
    Figure(
        "replies",
        "Replies a ticket",
        "how many answers a solved ticket takes",
        "mail out, by the number of solved tickets",
    ),
    Figure(
        "groups",
        "By category, tag, team, agent, brand and language",
        "new and solved tickets, median times in working hours, kept, one touch and rating, of each",
        "as the ticket is now; agent is the assignee, brand the address written to; a ticket counts for each tag",
    ),
    Figure(
        "growing",
        "Growing",
        "categories and tags with more new tickets than in as many days before; new ones had none",
        "at least 3 now; the largest difference first",
    ),
    Figure(
        "mood",
        "Mood",
        "how many chose which mood, on tickets opened in the period; guesses count nowhere",
        "`mood`, the last that the customer said",
    ),
    Figure(
        "urgent",
        "Urgent (right / judged)",
        "tickets that customers called urgent in the period, how many agents judged, and the share that was right",
        "events of kind urgent by customers; the last of kind urgent_verdict (`#urgent yes` or `no`)",
    ),
    Figure(
        "rating",
        "Rating",
        "how many ratings came in the period, their mean, and how many of each",
        "`ratings.at`; a ticket's last score, and of the scale that is in use alone",
    ),
    Figure("agents", "Interactions", "answers and notes that each agent wrote", "messages of kind agent and note"),
    Figure("spam", "Spam", "tickets opened in the period that are spam now", "`status` spam; they count nowhere else"),
)

BY_NAME = {figure.name: figure for figure in TABLE}

RULES = """\
Merged tickets count as the ticket they were merged into. Spam counts nowhere else. Imported history counts nowhere; a
ticket of it that is opened again counts from then on. Times are in whole minutes, from the minute of the one event to
that of the other; working time is what of it lies within the hours of the ticket's team, or else of the desk. A
percentile is the smallest time that so many of all do not exceed (nearest rank). Days, weekdays and hours are those of
the desk's time zone."""


def markdown() -> str:
    """The table as the README shows it."""
    rows = [f"| `{figure.name}` | {figure.meaning} | {figure.how} |" for figure in TABLE]
    return "\n".join(["| figure | what it is | from |", "| --- | --- | --- |", *rows])
