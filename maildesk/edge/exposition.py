"""Figures as Prometheus reads them: its text format, version 0.0.4."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from maildesk.edge.counts import BOUNDS, Histogram

TYPE = "text/plain; version=0.0.4; charset=utf-8"

Labels = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Family:
    """A figure, by labels; of ``kind`` counter, gauge or histogram."""

    name: str
    kind: str
    help: str
    values: Mapping[Labels, float | Histogram] = field(default_factory=dict)


Figures = float | Mapping[Labels, float]


def counter(name: str, help: str, values: Figures) -> Family:
    return Family(f"maildesk_{name}_total", "counter", help, _by_labels(values))


def gauge(name: str, help: str, values: Figures | None) -> Family:
    """None is a figure that is not known now: it is left out."""
    return Family(f"maildesk_{name}", "gauge", help, {} if values is None else _by_labels(values))


def histogram(name: str, help: str, value: Histogram) -> Family:
    return Family(f"maildesk_{name}_seconds", "histogram", help, {(): value})


def _by_labels(values: Figures) -> Mapping[Labels, float | Histogram]:
    return dict(values) if isinstance(values, Mapping) else {(): values}


def text(families: Iterable[Family]) -> str:
    return "".join(f"{line}\n" for family in families for line in _lines(family))


def _lines(family: Family) -> Iterator[str]:
    yield f"# HELP {family.name} {family.help}"
    yield f"# TYPE {family.name} {family.kind}"
    for labels, value in sorted(family.values.items()):
        if isinstance(value, Histogram):
            yield from _steps(family.name, value)
        else:
            yield f"{family.name}{_braces(labels)} {_number(value)}"


def _steps(name: str, value: Histogram) -> Iterator[str]:
    steps = list(value.steps)  # another thread may add meanwhile: what is told must add up
    below = 0
    for bound, count in zip((*map(_number, BOUNDS), "+Inf"), steps, strict=True):
        below += count
        yield f'{name}_bucket{{le="{bound}"}} {below}'
    yield f"{name}_sum {_number(value.total)}"
    yield f"{name}_count {below}"


def _braces(labels: Labels) -> str:
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in labels) + "}" if labels else ""


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _number(value: float) -> str:
    return repr(value) if isinstance(value, float) and not value.is_integer() else str(int(value))
