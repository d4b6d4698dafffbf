"""The block of tag commands at the top of an agent's new text: its grammar, and how its errors are shown.

    block   = *blank 1*cmdline            ; any other line ends it, and so do "##x", "#end" and "--"
    cmdline = command *(SP command)       ; the whole line is commands
    command = "#" verb *(SP argument)     ; "#123" and "# Heading" are text
    verb    = ALPHA *(ALPHA / "-")
    arg     = word / [name "="] DQUOTE text DQUOTE

A line is read as a person sees it: letter case, BOM, zero-width characters, no-break spaces, smart quotes,
full-width letters and doubled line breaks (Outlook) do not matter. A line that begins like a command is never
quietly text: an unknown verb, also one spelt with another script's letters, is a Trouble. It refuses to judge
what a verb's arguments mean. It never raises, and takes linear time.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

MAX_COMMANDS = 50
MAX_LINES = 200
MAX_LENGTH = 2000  # characters of a command line

_WIDTH = 72  # columns of a line in a transcript
_LONGEST_VERB = 30
_HASH = "[#＃﹟]"
_QUOTES = '"“”„‟«»″‶＂〝〞❝❞'
_JOINERS = "\u200c\u200d"  # Persian words and emoji need them inside
_UNSEEN = "\ufeff\u200b\u200e\u200f\u2060-\u2064\u00ad\u061c\u180e\u202a-\u202e\u2066-\u2069\ufe0e\ufe0f"
_HIDDEN = re.compile(f"[{_UNSEEN}{_JOINERS}]+")
_GAP = re.compile(rf"[\s{_UNSEEN}{_JOINERS}]*")

_BREAK = re.compile("\r\n|[\r\u2028\u2029]")
_START = re.compile(rf"{_GAP.pattern}{_HASH}[{_UNSEEN}{_JOINERS}]*(?=[^\W\d_])")
_ESCAPE = re.compile(rf"({_GAP.pattern}){_HASH}(?=[{_UNSEEN}{_JOINERS}]*{_HASH}(?!{_HASH})\S)")
# What clients make of a command in bold or in a list ("*#note*", "• #note"), and people of one they talk about.
_ADORNED = f" \t\u00a0*_~`•·‣◦▪–—-\"'“”„‘’«»([{{{_UNSEEN}{_JOINERS}"
_RULE = re.compile(rf"{_GAP.pattern}(?:--|[–—]){_GAP.pattern}")  # Outlook and Apple Mail make one dash of "--"
_WORD = re.compile(
    rf"(?P<name>[^\s{_QUOTES}=#]+=)?(?P<open>[{_QUOTES}])(?P<text>[^{_QUOTES}]*)(?P<close>.?)(?P<next>.?)|\S+"
)


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument as it is meant; ``quoted`` if any of it stood in quotation marks."""

    text: str
    quoted: bool
    column: int  # in the source line, from 0


@dataclass(frozen=True, slots=True)
class Command:
    """One command; ``line`` counts from 1 in the text, ``column`` from 0, ``source`` is the line as written."""

    verb: str
    arguments: tuple[Argument, ...]
    line: int
    column: int
    source: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong with a command, in a person's words, where, and what may have been meant."""

    line: int
    column: int
    source: str
    what: str
    suggestion: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """An agent's text, taken apart.

    ``words`` are for people, without blank lines around them; where they begin with lines like ``##x``, these
    are ``#x``. ``lines`` are the lines taken away, as written. ``suspicious`` are lines of the words that begin
    with a known verb: commands in the wrong place, perhaps, which no customer should get. Who means them as
    words writes ``#end`` above.
    """

    commands: tuple[Command, ...]
    words: str
    troubles: tuple[Trouble, ...]
    lines: tuple[str, ...]
    suspicious: tuple[str, ...] = ()

    @property
    def called(self) -> tuple[str, ...]:
        """The lines of the commands, each once."""
        return tuple(dict.fromkeys(command.source.strip() for command in self.commands))


def parse(text: str, verbs: Collection[str]) -> Block:
    """Reads the block at the top of ``text``; ``verbs`` are all that exist, in lower case."""
    known = {*verbs, "end"}
    lines = _BREAK.sub("\n", text).split("\n")
    found: list[Command | Trouble] = []
    taken: list[str] = []
    at, ended = 0, False
    while at < len(lines) and not ended:
        line = lines[at]
        if is_command(line):
            ended = _read(_Line(line, at + 1, known), found)
        elif taken and _RULE.fullmatch(line):
            ended = True
        elif not is_blank(line):
            break
        taken += [] if is_blank(line) else [line]
        at += 1
    words = lines[at:]
    return Block(
        commands=tuple(item for item in found if isinstance(item, Command)),
        words=_for_people(words, verbatim=ended),
        troubles=tuple(item for item in found if isinstance(item, Trouble)),
        lines=tuple(taken),
        suspicious=() if ended else tuple(line for line in words if _may_be_command(line, known)),
    )


def is_command(line: str) -> bool:
    """Whether a line begins like a command: "#" and a letter, in whatever disguise."""
    return _START.match(line) is not None


def is_escaped(line: str) -> bool:
    """Whether a line begins with ``##x``, which is a literal ``#x``."""
    return _ESCAPE.match(line) is not None


def is_blank(line: str) -> bool:
    """Whether nothing of a line can be seen."""
    return not _HIDDEN.sub("", line).strip()


# --- a line ----------------------------------------------------------------------------------------


def _read(line: _Line, found: list[Command | Trouble]) -> bool:
    """Adds what a line says to ``found``; True if the block ends with it."""
    if line.number > MAX_LINES:
        found.append(line.trouble(0, f"commands stand in the first {MAX_LINES} lines"))
        return True
    ended = False
    for item in line.items():
        if len(found) == MAX_COMMANDS:
            found.append(line.trouble(item.column, f"a mail has at most {MAX_COMMANDS} commands"))
            return True
        if ended:
            found.append(line.trouble(item.column, "nothing follows #end on its line"))
            return True
        if isinstance(item, Command) and item.verb == "end":
            ended = True
            found += [line.trouble(word.column, "nothing follows #end on its line") for word in item.arguments[:1]]
        else:
            found.append(item)
    return ended


@dataclass(frozen=True, slots=True)
class _Line:
    """One line that begins like a command, and the verbs that exist."""

    source: str
    number: int
    verbs: Collection[str]

    def trouble(self, column: int, what: str, suggestion: str = "") -> Trouble:
        return Trouble(self.number, column, self.source, what, suggestion)

    def items(self) -> Iterator[Command | Trouble]:
        """The line's commands; a broken argument ends it."""
        if len(self.source) > MAX_LENGTH:
            yield self.trouble(MAX_LENGTH, f"a command line has at most {MAX_LENGTH:,} characters")
            return
        command: list[Argument] = []
        for word in self._words():
            if isinstance(word, Trouble):
                yield word
                return
            if command and not word.quoted and is_command(word.text):
                yield self._command(command)
                command = []
            command.append(word)
        yield self._command(command)

    def _command(self, words: list[Argument]) -> Command | Trouble:
        name, *arguments = words
        verb = _verb_of(name.text)
        if verb in self.verbs:
            return Command(verb, tuple(map(_unescaped, arguments)), self.number, name.column, self.source)
        close = get_close_matches(verb, self.verbs, 1) if len(verb) <= _LONGEST_VERB else []
        what = f"there is no command #{_shown(verb)[:_LONGEST_VERB]}"
        return self.trouble(name.column, what, f"#{close[0]}" if close else "")

    def _words(self) -> Iterator[Argument | Trouble]:
        at = _after_gap(self.source, 0)
        while word := _WORD.match(self.source, at):
            if not word["open"]:
                yield Argument(_bare(word[0]), False, at)
                at = _after_gap(self.source, word.end())
                continue
            yield self._quoted(word)
            at = _after_gap(self.source, word.end("close"))

    def _quoted(self, word: re.Match[str]) -> Argument | Trouble:
        if not word["close"]:
            meant = f'{self.source.strip()}"' if len(self.source) < _WIDTH else ""
            return self.trouble(word.start("open"), "this quotation mark is never closed", meant)
        if _bare(word["next"]).strip():
            return self.trouble(word.start("next"), "a space belongs after the closing quotation mark")
        text = re.sub(r"\s", " ", word["text"])
        text = text.strip() if word["open"] in "«»" else text  # French puts spaces inside
        return Argument(_bare(word["name"] or "") + text, True, word.start())


def _after_gap(source: str, at: int) -> int:
    gap = _GAP.match(source, at)
    return gap.end() if gap else at


def _verb_of(line: str) -> str:
    """The verb that a line begins with, "" if with none. Full-width letters are letters (ｃｌｏｓｅ)."""
    start = _START.match(line)
    name = re.split(r"\s", line[start.end() : start.end() + MAX_LENGTH], maxsplit=1)[0] if start else ""
    return unicodedata.normalize("NFKC", _HIDDEN.sub("", name)).lower()


def _may_be_command(line: str, verbs: Collection[str]) -> bool:
    """Whether a line of the words begins with a verb, however it is adorned: "*#note*", "- #note"; or is "# note"."""
    bare = line[:MAX_LENGTH].lstrip(_ADORNED)
    hash_apart = re.fullmatch(rf"{_HASH}\s+(\w[\w-]{{1,{_LONGEST_VERB}}})\W{{0,3}}", bare)
    verb = hash_apart[1].lower() if hash_apart else _verb_of(bare)
    return verb.rstrip("*_~`.,:;!?)]}\"'”’»") in verbs


def _bare(word: str) -> str:
    """A word without what cannot be seen, but for joiners inside it."""
    return re.sub(f"[{_UNSEEN}]", "", word).strip(_JOINERS)


def _unescaped(word: Argument) -> Argument:
    return replace(word, text=word.text[1:]) if is_escaped(word.text) and not word.quoted else word


def _for_people(lines: Sequence[str], *, verbatim: bool) -> str:
    seen = [index for index, line in enumerate(lines) if not is_blank(line)]
    words = list(lines[seen[0] : seen[-1] + 1]) if seen else []
    for index, line in enumerate(words):
        if verbatim or not is_escaped(line):
            break
        words[index] = _ESCAPE.sub(r"\1", line, count=1)
    return "\n".join(words)


# --- what the agent is told ------------------------------------------------------------------------


def transcript(troubles: Sequence[Trouble]) -> str:
    """Each line that is wrong, a caret below the place, what is wrong, and what may have been meant."""
    return "\n\n".join(_told(trouble) for trouble in troubles)


def _told(trouble: Trouble) -> str:
    source, column = trouble.source, trouble.column
    start = max(0, column - _WIDTH // 2) if len(source) > _WIDTH else 0
    before = "…" * bool(start) + _shown(source[start:column])
    after = _shown(source[column : start + _WIDTH]) + "…" * (start + _WIDTH < len(source))
    meant = f" Did you mean: {trouble.suggestion}" if trouble.suggestion else ""
    return f"    {before}{after}\n    {' ' * _columns(before)}^\n    {trouble.what}.{meant}"


def _shown(text: str) -> str:
    """Without what would not be printed as itself: controls, overrides of direction; a tab is a space."""
    unprinted = ("Cc", "Cf", "Cs")
    seen = (" " if char.isspace() else char for char in text)
    return "".join(char for char in seen if char in _JOINERS or unicodedata.category(char) not in unprinted)


def _columns(text: str) -> int:
    """The columns that text fills: a wide character two (UAX #11), combining ones and joiners none."""
    printed = (char for char in text if unicodedata.category(char) not in ("Mn", "Me", "Cf"))
    return sum(1 + (unicodedata.east_asian_width(char) in "WF") for char in printed)
