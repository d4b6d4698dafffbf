"""How fast mail is read: ``python -m tests.bench.reading [FOLDER of .eml files] [--rounds N]``.

Reads the same mails in turn with Python's ``email`` (``policy.default``, ``get_body``, every part decoded) and with
``parse.read`` and ``parse.fingerprint``, and prints the medians over the rounds, their ratio, and what each step of
ours costs. Without a folder it makes its own mails. One process, one core, processor time.
"""

from __future__ import annotations

import email
import email.policy
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from statistics import median

from maildesk.mail import automatic, body, bounce, language, mime, parse, trim
from maildesk.mail.html import to_text
from maildesk.model import Mail
from tests.bench import corpus

Work = Callable[[], object]


def main() -> None:
    asked = ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    asked.add_argument("folder", nargs="?", type=Path)
    asked.add_argument("--rounds", type=int, default=7)
    given = asked.parse_args()
    mails = [path.read_bytes() for path in sorted(given.folder.rglob("*.eml"))] if given.folder else corpus.make()
    if not mails:
        sys.exit(f"no .eml file below {given.folder}")
    theirs, ours = _medians((lambda: _all(_reference, mails), lambda: _all(_ours, mails)), given.rounds)
    print(
        f"{len(mails)} mails, {sum(map(len, mails)) / len(mails) / 1000:.1f} KB each; medians of {given.rounds} rounds"
    )
    print(f"email, policy.default  {len(mails) / theirs:8.0f} mails/s")
    print(f"parse.read             {len(mails) / ours:8.0f} mails/s   {theirs / ours:.2f} times as many")
    steps = _steps(mails, given.rounds)
    for name, seconds in {**steps, "addresses, dates, fingerprint": ours - sum(steps.values())}.items():
        print(f"  {name:30} {seconds / len(mails) * 1e6:8.1f} µs a mail")
    for name, seconds in _later(mails, given.rounds).items():
        print(f"  later, if shown: {name:13} {seconds / len(mails) * 1e6:8.1f} µs a mail")


def _all(read: Callable[[bytes], object], mails: list[bytes]) -> None:
    for raw in mails:
        read(raw)


def _reference(raw: bytes) -> None:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    message.get_body()
    for part in message.walk():
        if not part.is_multipart():
            part.get_content()


def _ours(raw: bytes) -> str:
    return parse.fingerprint(parse.read(raw))


def _medians(works: tuple[Work, ...], rounds: int) -> list[float]:
    """Seconds that each takes; they take turns, so that a busy moment of the machine hits all alike."""
    taken: list[list[float]] = [[] for _ in works]
    for work in works:
        work()
    for _ in range(rounds):
        for work, times in zip(works, taken, strict=True):
            began = time.process_time()
            work()
            times.append(time.process_time() - began)
    return [median(times) for times in taken]


def _steps(mails: list[bytes], rounds: int) -> dict[str, float]:
    """Seconds that the steps of reading take."""
    trees = [(raw, mime.split(raw)[0]) for raw in mails]
    bodies = [body.read(mime.Contents(raw), root) for raw, root in trees]
    new = [trim.reply(content.text, content.html).text for content in bodies]
    return _named(
        {
            "split, fields": lambda: [mime.split(raw) for raw in mails],
            "body": lambda: [body.read(mime.Contents(raw), root) for raw, root in trees],
            "new words": lambda: [trim.reply(content.text, content.html) for content in bodies],
            "automatic, list, spam": lambda: [_signs(root) for _, root in trees],
            "bounce": lambda: [bounce.read(raw, root, root.fields) for raw, root in trees],
            "language": lambda: [language.detect(text) for text in new],
        },
        rounds,
    )


def _later(mails: list[bytes], rounds: int) -> dict[str, float]:
    """Seconds for what is not done before HTML is shown, or when it is all that a mail has."""
    pages = [mail for mail in map(parse.read, mails) if mail.html]
    return _named(
        {"HTML to text": lambda: [_text(mail) for mail in pages], "HTML cut": lambda: [trim.html(m) for m in pages]},
        rounds,
    )


def _named(steps: dict[str, Work], rounds: int) -> dict[str, float]:
    return dict(zip(steps, _medians(tuple(steps.values()), rounds), strict=True))


def _signs(root: mime.Part) -> tuple[str, str, str]:
    return automatic.why(root.fields), automatic.mailing_list(root.fields), automatic.spam(root.fields)


def _text(mail: Mail) -> str:
    to_text.cache_clear()
    return to_text(mail.html or "")


if __name__ == "__main__":
    main()
