"""For whoever wonders: what a mail says, what would happen to it, and why; nothing is stored."""

from __future__ import annotations

import secrets
import sqlite3
import sys
import traceback
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from maildesk.cli.output import as_json, emit, line, plain
from maildesk.cli.premises import Premises, Unusable, pass_premises
from maildesk.model import Facts, Moment, QueueMail, RawMail

if TYPE_CHECKING:
    from maildesk.cli.meaning import Judged, Object
    from maildesk.desk.policy import Policy
    from maildesk.model import Mail
    from maildesk.store.engine import Store


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path), metavar="[FILE]")
@click.option("--to", "recipients", metavar="ADDR", multiple=True, help="The envelope's recipient; may be repeated.")
@click.option("--batch", is_flag=True, help="Paths on stdin, a line each; one JSON object a line.")
@as_json
@pass_premises
def explain(premises: Premises, file: Path | None, recipients: tuple[str, ...], batch: bool, json_: bool) -> int:
    """Reads a mail (FILE or stdin), and says what would happen to it and why.

    Works without a configuration, too: then it says what the mail alone tells. The relay that hands the
    mail over is taken to be one of receive.smtp.relays.
    """
    if batch and file is not None:
        raise Unusable("--batch reads paths on standard input; it takes no FILE")
    with ExitStack() as stack:
        reader = _reader(premises, stack, recipients)
        if batch:
            return _batch(reader)
        raw = _octets(file)
        found = reader.explain(raw)
    if json_:
        emit(found.meaning)
    else:
        _print(found)
    return 0


# --- reading -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Explained:
    meaning: Object
    mail: Mail | None = None
    judged: Judged | None = None


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads mails as the desk would: with its policy and its past, as far as there are any."""

    policy: Policy | None
    store: Store | None
    recipients: Sequence[str]

    def explain(self, raw: bytes) -> _Explained:
        """Whatever the mail, an object: one mail's trouble never ends a batch."""
        from maildesk.cli import meaning
        from maildesk.mail import parse

        try:
            mail = parse.read(raw)
            judged = self._judge(raw, mail) if self.policy is not None else None
            return _Explained(meaning.of_mail(raw, mail, judged), mail, judged)
        except sqlite3.Error:
            raise  # the store's trouble is no mail's
        except Exception as error:  # noqa: BLE001 - the supervisor of one mail's thinking
            at = traceback.extract_tb(error.__traceback__)[-1]
            why = f"{type(error).__name__}: {error} ({Path(at.filename).name}:{at.lineno})"
            return _Explained(meaning.unreadable(why))

    def _judge(self, raw: bytes, mail: Mail) -> Judged:
        from maildesk.cli.meaning import Judged
        from maildesk.desk import origins
        from maildesk.desk.case import recipients
        from maildesk.desk.decide import decide
        from maildesk.desk.question import question
        from maildesk.edge.reading import case_of

        assert self.policy is not None  # asked by explain()
        now = datetime.now(UTC)
        came = RawMail(raw, _source(self.policy), now, mail.return_path, tuple(self.recipients), relay=True)
        to = recipients(came, mail, self.policy)
        meant = origins.read(mail, to, self.policy.config)
        asked = question(0, meant, to, self.policy, now)
        moment = Moment(now, secrets.token_bytes(32))
        case = case_of(0, came, meant, to, self._facts(asked), self.policy, moment)
        return Judged(case, decide(case))

    def _facts(self, asked: Any) -> Facts:
        from maildesk.store import facts

        if self.store is None:
            return Facts()
        with self.store.snapshot():
            return facts.gather(self.store, asked)


def _source(policy: Policy) -> str:
    """The way in whose relays are believed."""
    receive = policy.config.receive
    return "smtp" if receive.smtp or not receive.imap else f"imap:{receive.imap[0].name}"


def _reader(premises: Premises, stack: ExitStack, recipients: Sequence[str]) -> _Reader:
    """With a configuration that nobody named and that is not there, it reads without one."""
    if not premises.named and not premises.path.exists():
        return _Reader(None, None, recipients)
    policy = premises.policy()
    store = policy.config.desk.store
    opened = stack.enter_context(premises.reading(policy.config)) if store.exists() else None
    return _Reader(policy, opened, recipients)


def _octets(file: Path | None) -> bytes:
    if file is None or file == Path("-"):
        return sys.stdin.buffer.read()
    try:
        return file.read_bytes()
    except OSError as error:
        raise Unusable(f"{file}: {error.strerror}") from error


def _batch(reader: _Reader) -> int:
    from maildesk.cli import meaning

    for path in sys.stdin.buffer:
        name = path.rstrip(b"\r\n").decode("utf-8", "surrogateescape")
        if not name:
            continue
        try:
            raw = Path(name).read_bytes()
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            emit(meaning.unreadable(f"{name}: {reason}"), lines=True)
        else:
            emit(reader.explain(raw).meaning, lines=True)
        sys.stdout.flush()
    return 0


# --- telling people ----------------------------------------------------------------------------------------


def _print(found: _Explained) -> None:
    told = found.meaning
    sender = told["sender"]
    people = ", ".join(f"{p['name']} <{p['email']}>".strip() for p in told["from"])
    rows = {
        "From": people or "nobody",
        "": f"{sender['kind']}, {sender['proof']}" + (f" ({sender['id']})" if sender["kind"] == "agent" else ""),
        **_behind(told["origin"]),
        "To": ", ".join(p["email"] for p in (*told["to"], *told["cc"])),
        "Subject": told["subject"],
        "Date": told["date"],
        "Language": told["language"],
        "Files": ", ".join(f"{a['name'] or a['media_type']} ({a['size']:,} B)" for a in told["attachments"]),
        "Checked": ", ".join(f"{k}={v}" for k, v in told["authentication"].items() if v),
    }
    for name, value in rows.items():
        if value:
            click.echo(f"{name:<10}{line(value, 300)}")
    if told["text_reply"].strip():
        click.secho("\nNew words", bold=True)
        click.echo("\n".join(f"  {text}" for text in plain(told["text_reply"]).strip().splitlines()[:20]))
    _print_verdict(found)


def _behind(origin: Mapping[str, Any] | None) -> dict[str, str]:
    """Whose mail it really is, and what else their form says."""
    if origin is None:
        return {}
    person = origin["person"] or {"name": "nobody who gave an e-mail address", "email": ""}
    written = f"{person['name']} <{person['email']}>".removesuffix(" <>").strip()
    values = "; ".join(f"{name}: {value}" for name, value in origin["fields"].items())
    return {"Really": f"{written} ({origin['rule']})", "Fields": values}


def _print_verdict(found: _Explained) -> None:
    told, mail = found.meaning, found.mail
    ticket = f", ticket {told['ticket']['id']} ({told['ticket']['how']})" if told["ticket"] else ""
    click.secho(f"\n{told['verdict'].replace('_', ' ').capitalize()}{ticket}", bold=True)
    for reason in found.judged.plan.reasons if found.judged else ():
        click.echo(f"  {reason.rule:<14}{line(reason.text, 300)}")
    if found.judged is None:
        click.echo(f"  {line(told['reason'], 300)}")
    if mail is not None:
        signs = {"automatic": mail.automatic, "list": mail.mailing_list, "spam": mail.spam, "cut": mail.reply.doubtful}
        for name, why in signs.items():
            if why:
                click.echo(f"  {name:<14}{line(why, 300)}")
    if told["route"]:
        given = (f"{name} {', '.join(v) if isinstance(v, list) else v}" for name, v in told["route"].items() if v)
        click.echo(f"  {'gets':<14}{line(', '.join(given), 300)}")
    for command in told["commands"]:
        click.echo(f"  {'command':<14}#{line(' '.join((command['verb'], *command['args'])))}")
    for step in found.judged.plan.steps if found.judged else ():
        if isinstance(step, QueueMail):
            click.echo(f"  {'mail':<14}{step.purpose.replace('_', ' ')} to {line(step.envelope_to)}")
    for error in told["errors"]:
        click.echo(f"  {'trouble':<14}{line(error, 300)}")
