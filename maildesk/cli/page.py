"""A report as one HTML page that needs nothing else: no script, nothing from elsewhere, light and dark.

It carries a Content-Security-Policy that allows its own style, by its hash, and nothing more; so it can be mailed
about or put behind any web server. Names come out of people's mail: Jinja2 escapes them all.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from maildesk.cli import charts, picture
from maildesk.desk.figures import Report
from maildesk.desk.figures.definitions import BY_NAME, RULES, TABLE
from maildesk.desk.figures.summary import details, feelings, percent, span

_ROWS = 25  # of a group that are shown

_STYLE = (
    charts.STYLE
    + """\
body { margin: 2rem auto; max-width: 64rem; padding: 0 1rem; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif }
h1 { font-size: 1.5rem; margin-bottom: 0 } h2 { font-size: 1.1rem; margin-top: 2.5rem } p { color: var(--soft) }
.tiles { display: flex; flex-wrap: wrap; gap: 1rem 2.5rem; margin: 1.5rem 0 }
.tiles b { display: block; font-size: 1.4rem }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(20rem, 1fr)); gap: 1.5rem }
.wide { overflow-x: auto } table { border-collapse: collapse; width: 100% }
th, td { padding: .25rem .75rem .25rem 0; border-bottom: 1px solid var(--grid); text-align: left; vertical-align: top }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap } small { color: var(--soft) }
"""
)

_PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-{{ digest }}'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ name }}: {{ days }}</title>
<style>{{ style }}</style>
</head>
<body>
<h1>{{ name }}</h1>
<p>{{ days }} ({{ report.timezone }})</p>
<div class="tiles">
{%- for tile in tiles %}
<div><small>{{ tile.title }}</small><b>{{ tile.value }}</b><small>{{ tile.below }}</small></div>
{%- endfor %}
</div>
<div class="charts">
{%- for chart in charts %}
{{ chart }}
{%- endfor %}
</div>
<h2>Times</h2>
<div class="wide"><table>
<tr><th></th><th class="n">how many</th><th class="n">median</th><th class="n">90th percentile</th>
<th class="n">median on the wall</th><th class="n">90th on the wall</th><th class="n">kept</th>
<th class="n">breaches</th></tr>
{%- for title, wait in waits %}
<tr><td>{{ title }}</td><td class="n">{{ wait.count }}</td><td class="n">{{ wait.median | span }}</td>
<td class="n">{{ wait.p90 | span }}</td><td class="n">{{ wait.wall_median | span }}</td>
<td class="n">{{ wait.wall_p90 | span }}</td><td class="n">{{ wait.kept | percent }}</td>
<td class="n">{{ wait.breaches }}</td></tr>
{%- endfor %}
</table></div>
{%- for group, rows in report.groups.items() if rows %}
<h2>By {{ group }}</h2>
<div class="wide"><table>
<tr><th>{{ group }}</th><th class="n">new</th><th class="n">solved</th><th class="n">first reply</th>
<th class="n">kept</th><th class="n">solution</th><th class="n">kept</th>
<th class="n">one touch</th><th class="n">rating</th></tr>
{%- for row in rows[:most] %}
<tr><td>{{ row.name or nobody }}</td><td class="n">{{ row.new }}</td><td class="n">{{ row.solved }}</td>
<td class="n">{{ row.first_reply | span }}</td><td class="n">{{ row.first_reply_kept | percent }}</td>
<td class="n">{{ row.solution | span }}</td><td class="n">{{ row.solution_kept | percent }}</td>
<td class="n">{{ row.one_touch | percent }}</td>
<td class="n">{% if row.ratings %}{{ '%.1f' | format(row.rating) }} ({{ row.ratings }}){% endif %}</td></tr>
{%- endfor %}
</table></div>
{%- if rows | length > most %}<p>and {{ rows | length - most }} more</p>{% endif %}
{%- endfor %}
{%- if report.growing %}
<h2>{{ growing }}</h2>
<div class="wide"><table>
<tr><th></th><th class="n">before</th><th class="n">now</th></tr>
{%- for row in report.growing[:most] %}
<tr><td>{{ row.by }} {{ row.name }}</td><td class="n">{{ row.before or 'none' }}</td>
<td class="n">{{ row.new }}</td></tr>
{%- endfor %}
</table></div>
{%- endif %}
<h2>Agents</h2>
<div class="wide"><table>
<tr><th>agent</th><th class="n">answers</th><th class="n">notes</th></tr>
{%- for row in report.agents %}
<tr><td>{{ row.agent }}</td><td class="n">{{ row.answers }}</td><td class="n">{{ row.notes }}</td></tr>
{%- endfor %}
</table></div>
<h2>More</h2>
<div class="wide"><table>
{%- for line in more %}
<tr><td>{{ line.title }}</td><td>{{ line.value }}</td></tr>
{%- endfor %}
</table></div>
<h2>What the figures are</h2>
<div class="wide"><table>
{%- for figure in table %}
<tr><th>{{ figure.title }}</th><td>{{ figure.meaning }}</td><td><small>{{ figure.how }}</small></td></tr>
{%- endfor %}
</table></div>
<p>{{ rules }}</p>
</body>
</html>
"""


def page(report: Report, name: str) -> str:
    environment = Environment(autoescape=True, undefined=StrictUndefined)
    environment.filters |= {"span": span, "percent": percent}
    drawn = picture.each(report, hover=True)
    return environment.from_string(_PAGE).render(
        digest=b64encode(sha256(_STYLE.encode()).digest()).decode(),
        style=Markup(_STYLE),  # noqa: S704 - ours
        name=name,
        days=picture.days(report),
        report=report,
        tiles=picture.tiles(report),
        charts=[Markup(charts.drawing(charts.WIDTH, charts.HEIGHT, [chart])) for chart in drawn.values()],  # noqa: S704
        waits=[(BY_NAME["first_reply"].title, report.first_reply), (BY_NAME["solution"].title, report.solution)],
        growing=BY_NAME["growing"].title,
        more=(*details(report), *feelings(report)),
        most=_ROWS,
        nobody=picture.NOBODY,
        table=TABLE,
        rules=RULES,
    )
