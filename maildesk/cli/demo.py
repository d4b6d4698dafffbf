"""The main job, with no set-up: a customer writes, the desk answers, an agent works by mail alone."""

from __future__ import annotations

import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from maildesk.cli.output import console, line, plain

if TYPE_CHECKING:
    from maildesk.cli.stage import Stage
    from maildesk.model import Mail

_DESK = "support@acme.example"
_ANN, _ALICE, _BOB = "ann@customer.example", "alice@staff.example", "bob@staff.example"
_WIDTH, _LINES = 88, 14

_KEPT = """
It stays up. Write to {desk} by SMTP on 127.0.0.1:{stage.port}, as anybody:
  swaks --server 127.0.0.1:{stage.port} --from you@example.org --to {desk} --body 'Help!'
What it sends, to customers and to agents, lies in a Maildir:
  mutt -f {stage.outgoing}
Look into it, and change it:
  maildesk -c {stage.config} tickets
  maildesk -c {stage.config} do 1 '#close'
Ctrl-C ends it, and removes everything."""

_QUESTION = "Hello,\n\ninvoice 77 charges me twice. Could you look into it?\n\nAnn"
_ANSWER = "Hello Ann,\n\nyou are right, and I am sorry. A corrected invoice follows."
_COMMANDS = "#assign bob #tag +refund #due 3s"


@click.command()
@click.option("--keep", is_flag=True, help="Stay up afterwards, until Ctrl-C.")
def demo(keep: bool) -> None:
    """Shows a whole desk at work in some seconds: real mail, no set-up, nothing leaves this machine."""
    from maildesk.cli.stage import Stage

    console_ = console()
    folder = Path(tempfile.mkdtemp(prefix="maildesk-demo-"))
    began = time.monotonic()
    with _curtain(Stage(folder)) as stage:
        _play(stage, console_)
        console_.print(f"\nAll of this was real mail, and took {time.monotonic() - began:.0f} seconds.", style="bold")
        if keep:
            _stay(stage, console_)
    shutil.rmtree(folder, ignore_errors=True)
    if not keep:
        console_.print("maildesk demo --keep stays up to be tried; maildesk init writes files for your own desk.")


@contextmanager
def _curtain(stage: Stage) -> Iterator[Stage]:
    """SIGTERM ends it as Ctrl-C does: no daemon is left behind."""
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        stage.start()
        yield stage
    finally:
        stage.stop()
        signal.signal(signal.SIGTERM, before)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


# --- the play ----------------------------------------------------------------------------------------------


def _play(stage: Stage, out: Any) -> None:
    out.print(f"A desk at {_DESK} listens on 127.0.0.1:{stage.port}.", style="bold")
    asked = stage.write(
        f"Ann Bianchi <{_ANN}>",
        _DESK,
        "Invoice 77 is wrong",
        _QUESTION,
        Authentication_Results="mx.acme.example; dmarc=pass header.from=customer.example",
    )
    _say(out, "1. Ann, a customer, writes", {"To": _DESK, "Subject": str(asked["Subject"])}, _QUESTION)
    _mail(out, "2. The desk answers her at once", stage.letter(_ANN, "the auto-reply"))
    notice = stage.letter(_ALICE, "the notice to the agent")
    _mail(out, "3. Alice hears of it, for the subject says invoice, which is the billing team's", notice)
    _answer(stage, out, notice)
    _mail(out, "5. Ann gets the words, and nothing else", stage.letter(_ANN, "the agent's answer"))
    _mail(out, "6. Bob hears that the ticket is his", stage.letter(_BOB, "the notice of the assignment"), lines=5)
    _state(stage, out)
    _mail(out, "8. Time passes: Bob is reminded", stage.letter(_BOB, "the first reminder"), lines=6)
    _mail(out, "9. And once more, at the deadline", stage.letter(_BOB, "the second reminder"), lines=6)


def _answer(stage: Stage, out: Any, notice: Mail) -> None:
    """Alice replies to the notice in her mail program: commands, words, and what it quotes."""
    to, subject = notice.reply_to[0].email, f"Re: {notice.subject}"
    quoted = "\n".join(f"> {text}" for text in notice.text.splitlines())
    text = f"{_COMMANDS}\n\n{_ANSWER}\n\n{notice.from_[0].name} wrote:\n\n{quoted}\n"
    stage.write(f"Alice Rossi <{_ALICE}>", to, subject, text, answers=notice.message_id)
    shown = f"{_COMMANDS}\n\n{_ANSWER}\n\n> (the notice, quoted)"
    _say(out, "4. Alice replies to that notice, with commands at the top", {"To": to, "Subject": subject}, shown)


def _state(stage: Stage, out: Any) -> None:
    from maildesk.store.engine import Store
    from maildesk.store.tickets import whole

    store = Store.read_only(stage.folder / "maildesk.db")
    ticket = whole(store, 1)
    store.close()
    assert ticket is not None  # Ann's mail opened it
    fields = {name: str(ticket[name]) for name in ("status", "assignee", "team")}
    fields["tags"] = " ".join(ticket["tags"])
    events = "\n".join(f"{event['actor']:<22}{event['kind']}" for event in ticket["events"])
    _say(out, "7. What the desk knows now: ticket 1", fields, events)


# --- showing it --------------------------------------------------------------------------------------------


def _mail(out: Any, title: str, mail: Mail, lines: int = _LINES) -> None:
    fields = {
        "From": f"{mail.author.name} <{mail.author.email}>",
        "To": ", ".join(address.email for address in mail.to),
        "Subject": mail.subject,
    }
    if mail.reply_to:
        fields["Reply-To"] = mail.reply_to[0].email
    _say(out, title, fields, mail.text, lines)


def _say(out: Any, title: str, fields: dict[str, str], text: str, lines: int = _LINES) -> None:
    from rich.panel import Panel
    from rich.text import Text

    shown = Text()
    for name, value in fields.items():
        shown.append(f"{name:<10}", style="dim")
        shown.append(f"{line(value, _WIDTH - 16)}\n")
    body = [row.rstrip() for row in plain(text).strip().splitlines()]
    more = "\n…" if len(body) > lines else ""
    shown.append("\n" + "\n".join(body[:lines]) + more)
    out.print(Panel(shown, title=title, title_align="left", width=_WIDTH))


def _stay(stage: Stage, out: Any) -> None:
    assert stage.process is not None  # the play is over: it was started
    try:
        out.print(_KEPT.format(desk=_DESK, stage=stage), soft_wrap=True)
        stage.process.wait()
    except KeyboardInterrupt:
        out.print()
