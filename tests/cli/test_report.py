"""`maildesk report`: what people read, what programs read, the page that needs nothing else, and the README's picture.

`python -m tests.cli.test_report` draws the picture anew.
"""

from __future__ import annotations

import base64
import hashlib
import re
import tempfile
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from maildesk.cli import charts, picture
from maildesk.cli.charts import Series
from maildesk.cli.page import page
from maildesk.cli.picture import points
from maildesk.desk.figures import Period, Report
from maildesk.desk.figures.definitions import TABLE
from maildesk.desk.figures.report import Day
from maildesk.edge.figures import report
from maildesk.store.engine import Store
from tests.bench import made, year
from tests.cli.desk import Desk

PICTURE = Path(__file__).parent / "report.svg"
NAME = "Acme Support"


def demo_data(folder: Path) -> Report:
    """November at a desk of the benchmark's kind, in its third month."""
    year.build(folder / "desk.db", made.tickets(1500, 92, date(2026, 9, 1), seed=3))
    store = Store.read_only(folder / "desk.db")
    period = Period(date(2026, 11, 1), date(2026, 11, 30), made.ZONE, datetime(2026, 12, 24, tzinfo=UTC))
    found = report(store, year.configuration(), period)
    store.close()
    return found


@pytest.fixture(scope="module")
def november(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return demo_data(tmp_path_factory.mktemp("demo"))


@pytest.fixture
def busy(desk: Desk) -> Desk:
    """A desk with what one morning brings: a question, and one that is answered and solved."""
    desk.take("Invoice 77 is wrong", "The total is too high.")
    desk.take("My printer is on fire", "It burns.", sender="ben@customer.test")
    assert desk.run("do", "2", "#solve").status == 0
    return desk


# --- the command -------------------------------------------------------------------------------------------------


def test_a_desk_without_mail_has_a_report_too(desk: Desk) -> None:
    found = desk.run("report", "--json").json
    assert (found["mail_in"], found["new"], found["backlog"], found["unanswered"]) == (0, 0, 0, None)
    assert len(found["days"]) == 30
    assert desk.run("report").status == 0


def test_programs_read_one_document_with_every_figure(busy: Desk) -> None:
    found = busy.run("report", "--json").json
    assert (found["mail_in"], found["new"], found["solved"], found["open_now"], found["backlog"]) == (2, 2, 1, 1, 1)
    assert found["days"][-1]["new"] == 2
    assert [(row["name"], row["new"]) for row in found["groups"]["tag"]] == [("money", 1)]
    assert found["timezone"] == "Europe/Rome"
    inner = {*found["first_reply"], *found["groups"]["team"][0]}
    assert {figure.name for figure in TABLE} <= {*found, *inner}


def test_people_read_tables(busy: Desk) -> None:
    run = busy.run("report")
    assert run.status == 0, run.err
    for words in ("Acme Support", "Mail in", "New tickets", "Backlog", "First reply", "billing", "money"):
        assert words in run.out
    assert re.search(r"Mail in +2\b", run.out)


def test_the_days_can_be_chosen(busy: Desk) -> None:
    later = (datetime.now(UTC) + timedelta(days=3)).date().isoformat()
    week = busy.run("report", "--since", "7d", "--until", later, "--json").json
    assert (week["new"], len(week["days"])) == (2, 8)  # up to now, for more has not come yet
    past = busy.run("report", "--since", "2020-02-28", "--until", "2020-03-01", "--json").json
    assert (past["new"], [day["day"] for day in past["days"]]) == (0, ["2020-02-28", "2020-02-29", "2020-03-01"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--since", "yesterweek"], "write it like 2026-03-01"),
        (["--since", "2026-02-30"], "is no day"),
        (["--since", "2020-02-01", "--until", "2020-01-01"], "comes after"),
        (["--since", "3000-01-01", "--until", "3000-02-01"], "still to come"),
        (["--since", "1990-01-01"], "can be reported on at once"),
        (["--until", "0001-01-02"], ""),
    ],
)
def test_days_that_make_no_sense_are_refused(desk: Desk, arguments: list[str], said: str) -> None:
    run = desk.run("report", *arguments)
    assert (run.status, run.out) == (2, "")
    assert said in run.err
    assert "Traceback" not in run.err


def test_help_tells_what_each_figure_is(desk: Desk) -> None:
    helped = " ".join(desk.run("report", "--help").out.split())
    for figure in TABLE:
        assert f"{figure.name} {figure.meaning}" in helped


def test_the_page_is_written_whole_or_not_at_all(busy: Desk) -> None:
    file = busy.folder / "report.html"
    run = busy.run("report", "--html", str(file))
    assert (run.status, run.out) == (0, "")
    assert str(file) in run.err
    assert file.read_text(encoding="utf-8").rstrip().endswith("</html>")
    assert [path.name for path in busy.folder.glob("*.part")] + [
        path.name for path in busy.folder.glob(".*.part")
    ] == []
    both = busy.run("report", "--html", str(file), "--json")
    assert both.json["new"] == 2
    nowhere = busy.run("report", "--html", str(busy.folder / "no" / "where.html"))
    assert nowhere.status == 1
    assert "cannot be written" in nowhere.err


# --- the page ----------------------------------------------------------------------------------------------------


class _Elements(HTMLParser):
    """All start tags of a page, and what its style element holds."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_the_page_needs_no_script_and_fetches_nothing(november: Report) -> None:
    text = page(november, NAME)
    elements = _Elements(text).found
    assert {"svg", "table", "style"} <= {tag for tag, _ in elements}
    assert not {"script", "link", "img", "iframe", "object", "form"} & {tag for tag, _ in elements}
    for tag, attributes in elements:
        assert not [name for name in attributes if name.startswith("on") or name in ("style", "src", "href")], tag
    assert not re.search(r"url\(|@import|https?://(?!www\.w3\.org/2000/svg)", text)


def test_the_page_s_policy_allows_its_own_style_and_nothing_else(november: Report) -> None:
    text = page(november, NAME)
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'"
    metas = [attributes for tag, attributes in _Elements(text).found if tag == "meta"]
    assert policy in [meta.get("content") for meta in metas if meta.get("http-equiv") == "Content-Security-Policy"]
    assert "prefers-color-scheme: dark" in style[1]


def test_names_out_of_mails_are_shown_and_never_obeyed(tmp_path: Path) -> None:
    evil = '<script>alert("1")</script>'
    tickets = list(made.tickets(20, 20, date(2026, 11, 1)))
    for ticket in tickets:
        ticket.category, ticket.tags, ticket.mood, ticket.agent = evil, (evil, "a]]>b"), evil, evil
    year.build(tmp_path / "desk.db", tickets)
    store = Store.read_only(tmp_path / "desk.db")
    period = Period(date(2026, 11, 1), date(2026, 11, 20), made.ZONE, datetime(2026, 12, 1, tzinfo=UTC))
    found = report(store, year.configuration(), period)
    store.close()
    text = page(found, evil) + picture.whole(found, evil)
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    ElementTree.fromstring(picture.whole(found, evil))


def test_the_page_tells_what_every_figure_is(november: Report) -> None:
    text = page(november, NAME)
    for figure in TABLE:
        assert figure.title in text


# --- the charts --------------------------------------------------------------------------------------------------


def test_each_chart_is_well_formed_and_shows_its_numbers(november: Report) -> None:
    for name, drawn in picture.each(november, hover=True).items():
        root = ElementTree.fromstring(charts.drawing(charts.WIDTH, charts.HEIGHT, [drawn], label=name))
        assert root.attrib["aria-label"] == name
    bars = picture.each(november)["groups"]
    first = november.groups["category"][0]
    assert (first.name or picture.NOBODY) in bars
    assert f">{first.new:,}<" in bars


def test_a_chart_of_nothing_is_drawn_too() -> None:
    for drawn in (
        charts.lines("Empty", [], [Series("in", [])]),
        charts.lines("One day", ["1"], [Series("in", [0]), Series("out", [0])]),
        charts.shades("Empty", [[0] * 24] * 7),
        charts.bars("Empty", []),
    ):
        ElementTree.fromstring(charts.drawing(charts.WIDTH, charts.HEIGHT, [drawn]))


@pytest.mark.parametrize(
    ("most", "top"), [(0, 2), (1, 2), (3, 4), (10, 10), (11, 20), (199, 200), (201, 400), (9001, 10000)]
)
def test_a_scale_ends_at_a_round_number_whose_half_is_whole(most: int, top: int) -> None:
    assert f">{top:,}<" in charts.lines("x", ["a"], [Series("in", [most])])
    assert f">{top // 2:,}<" in charts.lines("x", ["a"], [Series("in", [most])])


@pytest.fixture(params=[30, 200, 1200])
def days(request: pytest.FixtureRequest) -> list[Day]:
    first = date(2026, 1, 1)
    return [Day(first + timedelta(days=n), 2, 1, 1, 1, n, 0, 1, 0) for n in range(request.param)]


def test_a_chart_of_many_days_has_weeks_or_months_and_loses_no_mail(days: list[Day]) -> None:
    found = points(days)
    assert len(found) <= 110
    assert sum(point.mail_in for point in found) == 2 * len(days)
    assert sum(point.breaches for point in found) == len(days)
    assert found[-1].backlog == days[-1].backlog


def test_the_readme_s_picture_is_what_is_drawn(november: Report) -> None:
    assert PICTURE.read_text(encoding="utf-8") == picture.whole(november, NAME) + "\n", (
        "run python -m tests.cli.test_report"
    )
    assert PICTURE.stat().st_size < 30_000
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    assert "](tests/cli/report.svg)" in readme


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        PICTURE.write_text(picture.whole(demo_data(Path(folder)), NAME) + "\n", encoding="utf-8")
