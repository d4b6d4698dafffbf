"""maildesk.yaml as people write it, and as they get it wrong: every problem has a place and a sentence."""

import re
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from maildesk.config import Loaded, load
from tests.config.conftest import SMALL

Loads = Callable[[str], Loaded]


def told(loaded: Loaded) -> list[str]:
    """The problems as `line:column: sentence`."""
    assert loaded.config is None
    return [re.sub(r"^.*?maildesk\.yaml:", "", str(problem)) for problem in loaded.problems]


def test_a_small_configuration_is_enough(loads: Loads) -> None:
    loaded = loads(SMALL)
    assert loaded.config
    assert (loaded.problems, loaded.warnings) == ((), ())
    assert loaded.config.agents[0].name == "Alice Rossi"
    assert loaded.config.receive.smtp
    assert loaded.config.receive.smtp.max_size == 25 * 2**20


def test_paths_are_relative_to_the_file(loads: Loads, tmp_path: Path) -> None:
    config = loads(SMALL).config
    assert config
    assert config.send.maildir == tmp_path / "outgoing"
    assert config.desk.store == tmp_path.parent / "var" / "maildesk.db"
    assert config.path == tmp_path / "maildesk.yaml"


def test_a_byte_order_mark_changes_nothing(loads: Loads) -> None:
    assert loads("\ufeff" + SMALL).config


# --- one file, many mistakes -----------------------------------------------------------------------------------


def test_all_problems_are_told_at_once_in_the_order_of_the_file(loads: Loads) -> None:
    text = SMALL.replace("support@acme.example", "support").replace("outgoing", "[1]").replace("alice@", "alice at ")
    assert told(loads(text)) == [
        "3:3: desk.address: 'support' is not a mail address; write it like support@acme.example",
        "8:3: send.maildir must be a path",
        "10:36: agents.0.email: 'alice at acme.example' is not a mail address; write it like support@acme.example",
    ]


MISTAKES = {
    "a mistyped key": (
        ("  name: Acme", "  nmae: Acme"),
        [
            "1:1: desk.name is missing: what customers see as the sender's name",
            "2:3: unknown key desk.nmae; did you mean name?",
        ],
    ),
    "a key like no other": (
        ("maildir: outgoing", "maildir: outgoing\n  zzz: 1"),
        ["9:3: unknown key send.zzz; known here: maildir, smtp, null_sender, give_up_after"],
    ),
    "a mistyped key inside a list of sections": (
        ("{id: alice,", "{id: alice, mail: x,"),
        ["10:17: unknown key agents.0.mail; did you mean email?"],
    ),
    "a key of a section that stands in a mapping": (
        ("receive:", "targets: {by_priority: {urgent: {frist_reply: 1h}}}\nreceive:"),
        ["5:34: unknown key targets.by_priority.urgent.frist_reply; did you mean first_reply?"],
    ),
    "a priority that does not exist": (
        ("receive:", "targets: {by_priority: {now: {}}}\nreceive:"),
        ["5:25: targets.by_priority.now must be 'low', 'normal', 'high' or 'urgent'"],
    ),
    "a number where text belongs": (
        ("name: Acme Support", "name: 2026"),
        ["2:3: desk.name must be text; put it in quotes"],
    ),
    "a section left empty": (
        ("  maildir: outgoing", ""),
        ["7:1: send must hold keys of its own: maildir, smtp, null_sender, give_up_after"],
    ),
    "a single agent without a dash": (
        ("  - {id", "  {id"),
        ["9:1: agents must be a list: [one, another], or a line each after a dash"],
    ),
    "no agent at all": (
        ("  - {id: alice, name: Alice Rossi, email: alice@acme.example}", "  []"),
        ["9:1: agents must hold at least one"],
    ),
    "a port beyond all ports": (
        ("maildir: outgoing", "smtp: {host: localhost, port: 70000}"),
        ["8:27: send.smtp.port must be less than or equal to 65535"],
    ),
    "two ways out": (
        ("maildir: outgoing", "maildir: outgoing\n  smtp: {host: localhost}"),
        ["7:1: send: name one way for mail to go out: smtp or maildir"],
    ),
    "no way in": (
        ('smtp: {listen: "127.0.0.1:0"}', "imap: []"),
        ["5:1: receive: name a way for mail to come in: smtp, lmtp or imap"],
    ),
    "half a certificate": (
        ('"127.0.0.1:0"', '"127.0.0.1:0", tls_cert: a.pem'),
        ["6:3: receive.smtp: tls_cert and tls_key go together"],
    ),
    "mail in clear text to another machine": (
        ("maildir: outgoing", "smtp: {host: mail.acme.example, tls: none}"),
        ["8:3: send.smtp: tls: none would send mail in clear text to mail.acme.example"],
    ),
    "a machine that is only called localhost": (
        ("maildir: outgoing", "smtp: {host: localhost.acme.example, tls: none}"),
        ["8:3: send.smtp: tls: none would send mail in clear text to localhost.acme.example"],
    ),
    "a login without a password": (
        ("maildir: outgoing", "smtp: {host: localhost, user: x}"),
        ["8:3: send.smtp: a login needs a password: name its password_file, password_env or password_credential"],
    ),
    "a password without a login": (
        ("maildir: outgoing", "smtp: {host: localhost, password_env: X}"),
        ["8:3: send.smtp: a password without a user: who shall log in?"],
    ),
    "two passwords": (
        ("maildir: outgoing", "smtp: {host: localhost, user: x, password_env: X, password: y}"),
        ["8:3: send.smtp: one of password_file, password_env, password_credential or password, not several"],
    ),
    "an IMAP password in clear text to another machine": (
        ('smtp: {listen: "127.0.0.1:0"}', "imap: [{host: imap.acme.example, tls: none, user: x, password_env: X}]"),
        ["6:10: receive.imap.0: tls: none would send the password in clear text to imap.acme.example"],
    ),
    "figures for other machines": (
        ("agents:", 'metrics: {listen: "0.0.0.0:9464"}\nagents:'),
        [
            "9:1: metrics: 0.0.0.0:9464 is reached from other machines; name a port of this one, such as"
            " 127.0.0.1:9464, and put a proxy before it that knows who may ask"
        ],
    ),
    "a canary that may be late when the next one leaves": (
        ("agents:", "canary: {every: 1m, within: 2m}\nagents:"),
        ["9:1: canary: within is longer than every: the next one would leave before this one is late"],
    ),
    "two things to do with a mail": (
        (
            'smtp: {listen: "127.0.0.1:0"}',
            "imap: [{host: h, user: x, password_env: X, after: {move: a, delete: true}}]",
        ),
        ["6:46: receive.imap.0.after: one of move, flag or delete"],
    ),
    "braces in the reply address": (
        ("  admins", '  reply_address: "s+{ticket}@acme.example"\n  admins'),
        ["1:1: desk: reply_address may hold {token} once, and no other braces"],
    ),
    "a reply address without room for a token": (
        ("  admins", f'  reply_address: "{"s" * 30}+{{token}}@acme.example"\n  admins'),
        ["1:1: desk: reply_address: room for 33 characters before the @; a token needs 42"],
    ),
    "an address without room for a token": (
        ("support@", "s" * 30 + "@"),
        ["3:3: too long for reply addresses before its @; set desk.reply_address to a shorter one"],
    ),
    "a team that nobody made": (
        ("alice@acme.example}", "alice@acme.example, teams: [biling]}\nteams: [{id: billing, name: Billing}]"),
        ["10:71: team biling is not in teams; did you mean billing?"],
    ),
    "a team where there are none": (
        ("alice@acme.example}", "alice@acme.example, teams: [billing]}"),
        ["10:71: team billing is not in teams, which has none yet"],
    ),
    "a route to nobody": (
        ("receive:", "routes:\n  - when: {subject: a}\n    set: {team: x, assignee: alicia}\nreceive:"),
        ["7:11: team x is not in teams, which has none yet", "7:20: alicia is not in agents; did you mean alice?"],
    ),
    "two teams of one id": (
        ("receive:", "teams: [{id: a, name: A}, {id: a, name: B}]\nreceive:"),
        ["5:28: two teams have the id a; each needs one of its own"],
    ),
    "two agents of one address": (
        ("alice@acme.example}", "alice@acme.example}\n  - {id: bob, name: Bob, email: Alice@Acme.Example}"),
        ["11:26: bob and alice share Alice@Acme.Example; each agent needs an address of their own"],
    ),
    "two agents of one id": (
        ("alice@acme.example}", "alice@acme.example}\n  - {id: alice, name: Bob, email: bob@acme.example}"),
        ["11:6: two agents have the id alice; each needs one of their own"],
    ),
    "an agent called me": (
        ("id: alice", "id: me"),
        ["10:6: me has a meaning of its own in #assign; take another id"],
    ),
    "an agent with the desk's address": (
        ("alice@acme.example", "Support@acme.example"),
        ["10:36: Support@acme.example is the desk's own address; an agent needs one of their own"],
    ),
    "an agent with a reply address of the desk": (
        ("alice@acme.example", "support+alice@acme.example"),
        ["10:36: support+alice@acme.example is the desk's own address; an agent needs one of their own"],
    ),
    "an admin who is the desk": (
        ("ops@acme.example", "support@acme.example"),
        ["4:12: support@acme.example is the desk's own address: its alarms would become tickets"],
    ),
    "a thought that may take no time": (
        ("receive:", "limits: {think_time: 0s}\nreceive:"),
        ["5:10: limits.think_time must be greater than or equal to 1 second"],
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_with_its_place(loads: Loads, mistake: str) -> None:
    (right, wrong), sentences = MISTAKES[mistake]
    assert right in SMALL
    assert told(loads(SMALL.replace(right, wrong))) == sentences


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.8.8", "::1", "mail.localhost"])
def test_no_tls_is_fine_on_the_same_machine(loads: Loads, host: str) -> None:
    assert loads(SMALL.replace("maildir: outgoing", f'smtp: {{host: "{host}", tls: none}}')).config


# --- what is no YAML -------------------------------------------------------------------------------------------

BROKEN = {
    "a tab": (("  name: Acme", "\tname: Acme"), "2:1: not YAML"),
    "an open bracket": (("[ops@acme.example]", "[ops@acme.example"), "5:8: not YAML"),
    "an unknown alias": (("outgoing", "*nowhere"), "8:12: not YAML: found undefined alias"),
    "a second document": (("receive:", "---\nreceive:"), "5:1: not YAML: but found another document"),
    "a control character": (("Acme", "Ac\x07me"), "2:11: not YAML"),
    "a list": (("desk:", "- desk:"), "5:1: not YAML"),
    "a tag that makes no sense": (("Acme Support", "!!bool Acme"), "1:1: not YAML that can be read"),
}


@pytest.mark.parametrize("breakage", BROKEN)
def test_what_is_no_yaml_is_told_with_its_place(loads: Loads, breakage: str) -> None:
    (right, wrong), sentence = BROKEN[breakage]
    assert right in SMALL
    assert told(loads(SMALL.replace(right, wrong)))[0].startswith(sentence)


def test_a_key_that_stands_twice_is_told_without_its_values(loads: Loads) -> None:
    text = SMALL.replace(
        "maildir: outgoing", "smtp:\n    host: h\n    user: u\n    password: hunter2\n    password: s3cret"
    )
    assert told(loads(text)) == ["12:5: the key password stands here a second time; only one can count"]


@pytest.mark.parametrize("text", ["", "just words", "- a\n- b", "42"])
def test_a_file_without_sections_is_told_what_belongs_there(loads: Loads, text: str) -> None:
    assert told(loads(text)) == ["1:1: the file must hold sections such as desk:, receive:, send:"]


def test_what_is_not_utf_8_is_told_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "maildesk.yaml"
    file.write_bytes(SMALL.replace("Rossi", "Rossé").encode("latin-1"))
    assert told(load(file)) == ["10:33: not UTF-8 text: save the file in that encoding"]


def test_a_file_that_is_not_there_says_how_to_get_one(tmp_path: Path) -> None:
    expected = "1:1: cannot be read: No such file or directory; `maildesk init` writes one to start from"
    assert told(load(tmp_path / "maildesk.yaml")) == [expected]


def test_a_folder_or_a_name_that_is_none_is_no_file(tmp_path: Path) -> None:
    assert "Is a directory" in load(tmp_path).problems[0].what
    assert load(Path("a\0b")).problems


def test_a_file_of_megabytes_is_not_read(loads: Loads) -> None:
    assert told(loads("# " + "x" * 2**20)) == ["1:1: over 1 MiB: this is no configuration"]


def test_aliases_of_aliases_do_not_grow_without_end(loads: Loads) -> None:
    laughs = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 18))
    assert "further than any configuration" in told(loads(laughs))[0]


@pytest.mark.parametrize("text", ["a: " + "[" * 100 + "]" * 100, "[" * 100_000])
def test_a_file_without_a_bottom_is_refused(loads: Loads, text: str) -> None:
    assert len(told(loads(text))) == 1


# --- passwords and doubts --------------------------------------------------------------------------------------

LOGIN = SMALL.replace("maildir: outgoing", "smtp: {host: localhost, user: desk, PASSWORD}")


def test_a_literal_password_works_and_warns(loads: Loads) -> None:
    loaded = loads(LOGIN.replace("PASSWORD", "password: hunter2"))
    assert loaded.config
    assert loaded.config.send.smtp
    assert loaded.config.send.smtp.secret() == "hunter2"
    assert "hunter2" not in repr(loaded)
    [warning] = loaded.warnings
    assert warning.where.endswith("maildesk.yaml:8:39")
    assert "password_file is safer" in warning.what


def test_a_password_comes_from_a_file_anew_each_time(loads: Loads, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("one\n")
    loaded = loads(LOGIN.replace("PASSWORD", "password_file: secret"))
    assert loaded.config
    assert loaded.config.send.smtp
    assert not loaded.warnings
    assert loaded.config.send.smtp.secret() == "one"
    (tmp_path / "secret").write_text("two\n")
    assert loaded.config.send.smtp.secret() == "two"


def test_a_password_comes_from_the_environment(loads: Loads, monkeypatch: pytest.MonkeyPatch) -> None:
    config = loads(LOGIN.replace("PASSWORD", "password_env: DESK_PASSWORD")).config
    assert config
    assert config.send.smtp
    with pytest.raises(KeyError):
        config.send.smtp.secret()
    monkeypatch.setenv("DESK_PASSWORD", "three")
    assert config.send.smtp.secret() == "three"


def test_a_password_comes_from_a_systemd_credential(
    loads: Loads, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    (tmp_path / "mail").write_text("four")
    config = loads(LOGIN.replace("PASSWORD", "password_credential: mail")).config
    assert config
    assert config.send.smtp
    assert config.send.smtp.secret() == "four"


def test_a_desk_without_admins_is_a_doubt(loads: Loads) -> None:
    loaded = loads(SMALL.replace("  admins: [ops@acme.example]\n", ""))
    assert loaded.config
    assert [warning.what for warning in loaded.warnings] == [
        "desk.admins is empty: nobody is told when the desk is unwell"
    ]


# --- junk ------------------------------------------------------------------------------------------------------

_PLACED = re.compile(r".*\.yaml:[1-9][0-9]*:[1-9][0-9]*\Z", re.DOTALL)
_FRAGMENTS = """
desk: receive: agents: a 1 .inf ~ - [ ] { } , : ? ' " | |2 > # * & ! %YAML --- ... 2026-01-01 \0
!!set !!omap !!bool !!int !!float !!binary !!timestamp !x &a *a <<:
"""
_YAML = st.lists(st.sampled_from([*_FRAGMENTS.split(), "\n", "\n  ", "\t", "\u2028", "\ud800"]), max_size=14)


def _survives(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "maildesk.yaml"
        file.write_bytes(content)
        loaded = load(file)
    assert loaded.config is None
    assert loaded.problems
    for problem in loaded.problems:
        assert _PLACED.match(problem.where)
        assert len(problem.what) > 10


@given(st.binary(max_size=200))
def test_no_bytes_make_it_raise(content: bytes) -> None:
    _survives(content)


@given(_YAML)
@example(["!!set"])
@example(["?", "?", "a", "\n", ":", "a"])
def test_nothing_like_yaml_makes_it_raise(fragments: list[str]) -> None:
    _survives(" ".join(fragments).encode("utf-8", "surrogatepass"))


@given(st.data())
def test_no_value_in_any_place_makes_it_raise(data: st.DataObject) -> None:
    words = re.findall(r"[\w@.]+", SMALL)
    place = data.draw(st.integers(0, len(words) - 1))
    junk = data.draw(
        st.sampled_from(["[]", "{}", "~", "1e400", "-1", '""', '"\\0"', "!x y", "0x" + "f" * 5000, "1" * 5000])
    )
    pieces = re.split(r"[\w@.]+", SMALL)
    words[place] = junk
    text = "".join(piece + word for piece, word in zip(pieces, [*words, ""], strict=True))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "maildesk.yaml"
        file.write_text(text)
        loaded = load(file)
    assert (loaded.config is None) == bool(loaded.problems)
    assert all(_PLACED.match(problem.where) for problem in loaded.problems)
