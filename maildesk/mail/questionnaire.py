"""Answers to a questionnaire, read from the mail that answers it, wherever and however people write them.

Understood are "Serial number: 123", in one's own words or in the quoted lines; "1. 123" in one's own words; and an
answer that goes on, or stands, on the lines right below its question. A question that a client has broken over
several lines is put together again. Of two answers the one that stands higher counts, one's own words first.
Never raises; its time is linear in the mail's length.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

_LINES = 2_000  # of a mail that are looked at
_BROKEN = 3  # lines that one question may fill
_LONGEST = 2_000  # characters of an answer

_QUOTE = re.compile(r"[ \t\xa0]*((?:[>|][ \t\xa0]?)*)[ \t\xa0]*")
_MARK = r"(?:[-*•·–][ \t]+)?(?:[(\[]?\d{1,2}[.)\]:][ \t]*)?[*_]{0,2}"
_NUMBERED = re.compile(r"[(\[]?(\d{1,2})[.)\]:][ \t]+(\S.*)")
_SAME = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "：": ":", "\xa0": " "})
_LETTER = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class Answers:
    """What was answered, by the question's place from 0; and one's own words that are no answer."""

    found: Mapping[int, str]
    rest: str = ""


def read(own: str, whole: str, labels: Sequence[str]) -> Answers:
    """Answers in somebody's ``own`` words and in the ``whole`` mail, with what it quotes. No label is empty."""
    form = _Form.of(labels)
    spoken, filled = form.read(own, numbers=True), form.read(whole, numbers=False)
    found = {**filled.found, **spoken.found}
    return Answers({index: found[index][:_LONGEST] for index in sorted(found)}, "\n".join(spoken.rest).strip())


@dataclass(frozen=True, slots=True)
class _Line:
    depth: int  # quote marks before it
    text: str


@dataclass(slots=True)
class _Reading:
    """One walk over a text: the question whose answer may still go on, and what was found so far."""

    found: dict[int, str] = field(default_factory=dict)
    rest: list[str] = field(default_factory=list)
    current: int | None = None
    depth: int = 0

    def begin(self, index: int, depth: int, answer: str) -> None:
        again = bool(self.found.get(index))
        self.current, self.depth = (None if again else index), depth
        if answer and not again:
            self.found[index] = answer

    def go_on(self, line: _Line) -> bool:
        """Whether a line without a question belongs to the answer above it."""
        if self.current is None or line.depth > self.depth or not _LETTER.search(line.text):
            self.current = None
            return False
        before = self.found.get(self.current, "")
        self.found[self.current] = f"{before}\n{line.text}".strip()[:_LONGEST]
        return True

    def pause(self) -> None:
        """A blank line: it ends an answer, and comes before one that is written between quoted lines."""
        if self.current is not None and (self.found.get(self.current) or self.depth == 0):
            self.current = None


@dataclass(frozen=True, slots=True)
class _Form:
    pattern: re.Pattern[str]
    places: Mapping[str, int]

    @staticmethod
    def of(labels: Sequence[str]) -> _Form:
        places = {_key(label): index for index, label in reversed(list(enumerate(labels)))}
        words = (r"\s+".join(map(re.escape, key.split())) for key in sorted(places, key=len, reverse=True))
        behind = r"[ \t*_]*(?:[?:][ \t*_:]*(?P<answer>\S.*)?|$)"
        return _Form(re.compile(rf"{_MARK}(?P<label>{'|'.join(words)}){behind}", re.IGNORECASE), places)

    def read(self, text: str, numbers: bool) -> _Reading:
        """``numbers``: a line may name its question by the number alone."""
        lines, reading, at = _lines(text), _Reading(), 0
        while at < len(lines):
            line, used = lines[at], self._question(lines, at, reading)
            if used:
                at += used
                continue
            numbered = _NUMBERED.match(line.text) if numbers and line.depth == 0 else None
            if not line.text:
                reading.pause()
                reading.rest.append("")
            elif numbered and 1 <= int(numbered[1]) <= len(self.places):
                reading.begin(int(numbered[1]) - 1, 0, numbered[2])
            elif not reading.go_on(line) and line.depth == 0:
                reading.rest.append(line.text)
            at += 1
        return reading

    def _question(self, lines: Sequence[_Line], at: int, reading: _Reading) -> int:
        """How many lines the question fills that begins here; 0 where none does."""
        whole, depth = "", lines[at].depth
        for used, line in enumerate(lines[at : at + _BROKEN], 1):
            if line.depth != depth or not line.text:
                return 0
            whole = f"{whole} {line.text}".strip()
            if found := self.pattern.fullmatch(whole.translate(_SAME)):
                answer = whole[found.start("answer") :].strip(" _…") if found["answer"] else ""
                reading.begin(self.places[_key(found["label"])], depth, answer)
                return used
        return 0


def _key(label: str) -> str:
    return " ".join(label.translate(_SAME).rstrip(" :?").casefold().split())


def _lines(text: str) -> list[_Line]:
    lines = []
    for line in text.split("\n", _LINES)[:_LINES]:
        quote = _QUOTE.match(line)
        marks, end = (quote[1], quote.end()) if quote else ("", 0)
        lines.append(_Line(marks.count(">") + marks.count("|"), line[end:].strip()))
    return lines
