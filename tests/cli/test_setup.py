"""`init` and `check`: files to start from, and whether they are right."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from maildesk.cli.logins import records
from tests.cli.desk import Desk, configuration


def test_init_writes_files_that_check_finds_good(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    assert desk.bare("init").status == 0
    assert desk.config.is_file()
    assert (tmp_path / "templates" / "en" / "auto_reply.yaml").is_file()
    checked = desk.bare("check")  # by the default path
    assert checked.status == 0, checked.out


def test_init_overwrites_nothing(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "new")
    desk.folder.mkdir()
    assert desk.bare("init", "here").status == 0
    mine = desk.folder / "here" / "templates" / "en" / "notice.yaml"
    mine.write_text("mine")
    (desk.folder / "here" / "templates" / "it" / "notice.yaml").unlink()
    again = desk.bare("init", "here")
    assert again.status == 0
    assert mine.read_text() == "mine"
    assert "maildesk.yaml: was there already" in again.err
    assert "1 written" in again.err


def test_every_error_is_told_with_its_place(desk: Desk) -> None:
    desk.config.write_text("desk:\n  nmae: Acme\n  address: here\nreceive: {}\n")
    run = desk.run("check")
    assert run.status == 2
    lines = run.out.splitlines()
    assert f"{desk.config}:2:3: unknown key desk.nmae; did you mean name?" in lines
    assert all(line.startswith(f"{desk.config}:") for line in lines)
    assert len(lines) >= 4
    document = desk.run("check", "--json").json
    assert [f"{p['where']}: {p['what']}" for p in document["problems"]] == lines


def test_a_bad_template_is_status_1(desk: Desk) -> None:
    desk.configure(desk={**configuration()["desk"], "templates": "../templates"})
    folder = desk.folder / "templates" / "en"
    folder.mkdir(parents=True)
    (folder / "auto_reply.yaml").write_text('subject: "{{ ticket.nubmer }}"\ntext: Hello\n')
    for command in ("check", "serve"):
        run = desk.run(command)
        assert run.status == 1
        assert "en/auto_reply.yaml:1:" in run.out + run.err
        assert "did you mean ticket.number?" in run.out + run.err


def test_a_password_file_that_is_not_there_is_told_at_its_place(desk: Desk) -> None:
    imap = {"host": "127.0.0.1", "user": "support", "password_file": "../secret", "tls": "none"}
    desk.configure(receive={"imap": [imap]})
    run = desk.run("check")
    assert run.status == 1
    number = 1 + next(i for i, t in enumerate(desk.config.read_text().splitlines()) if "password_file" in t)
    assert f"{desk.config}:{number}:" in run.out
    assert "the password cannot be read: No such file" in run.out
    secret = desk.folder / "secret"
    secret.write_text("hush\n")
    secret.chmod(0o644)
    careless = desk.run("check")
    assert careless.status == 0
    assert "warning: " in careless.out
    assert "chmod 600" in careless.out
    secret.chmod(0o600)
    assert desk.run("check").out == ""


def test_certificates_that_do_not_load_are_told(desk: Desk) -> None:
    for name in ("cert", "key"):
        (desk.folder / name).write_text("no certificate")
    desk.configure(receive={"smtp": {"listen": "127.0.0.1:0", "tls_cert": "../cert", "tls_key": "../key"}})
    run = desk.run("check")
    assert run.status == 1
    assert "certificate and key do not load" in run.out


def test_a_login_that_is_refused_is_status_1(desk: Desk) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    smtp = {"host": "127.0.0.1", "port": port, "tls": "none"}
    desk.configure(send={"smtp": smtp})
    run = desk.run("check", "--online")
    assert run.status == 1
    assert f"smtp without login at 127.0.0.1:{port}: fails: " in run.out
    assert f"folder {desk.store.parent}: ok\n" in run.out
    assert "clock: ok: " in run.out


# --- records -------------------------------------------------------------------------------------------------


class Resolver:
    """A name server of one zone, over real UDP and TCP; what it is not told does not exist."""

    def __init__(self) -> None:
        self.zone: dict[str, list[str]] = {}
        self.tcp = socket.create_server(("127.0.0.1", 0))
        self.address = self.tcp.getsockname()[:2]
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(self.address)
        self.threads = [threading.Thread(target=serve) for serve in (self._datagrams, self._streams)]
        for thread in self.threads:
            thread.start()

    def _datagrams(self) -> None:
        while True:
            query, peer = self.udp.recvfrom(512)
            if not query:
                return
            answer = self._answer(query)
            self.udp.sendto(answer if len(answer) <= 512 else self._cut(query), peer)

    def _streams(self) -> None:
        while True:
            stream, _ = self.tcp.accept()
            with stream:
                query = stream.recv(600)[2:]
                if not query:
                    return
                answer = self._answer(query)
                stream.sendall(len(answer).to_bytes(2) + answer)

    @staticmethod
    def _cut(query: bytes) -> bytes:
        return query[:2] + b"\x83\x80" + query[4:6] + bytes(6) + query[12:]

    def _answer(self, query: bytes) -> bytes:
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1 : at + 1 + query[at]].decode())
            at += 1 + query[at]
        name = ".".join(labels)
        texts = self.zone.get(name, [])
        exists = any(known == name or known.endswith(f".{name}") for known in self.zone)
        flags = b"\x81\x80" if exists else b"\x81\x83"
        body = query[:2] + flags + query[4:6] + len(texts).to_bytes(2) + bytes(4) + query[12:]
        for text in texts:
            parts = [text[i : i + 200].encode() for i in range(0, len(text), 200)]
            data = b"".join(bytes([len(part)]) + part for part in parts)
            body += b"\xc0\x0c\x00\x10\x00\x01" + bytes(4) + len(data).to_bytes(2) + data
        return body

    def close(self) -> None:
        self.udp.sendto(b"", self.address)
        with socket.create_connection(self.address):
            pass
        for thread in self.threads:
            thread.join(10)
        self.udp.close()
        self.tcp.close()


@pytest.fixture
def resolver() -> Iterator[Resolver]:
    server = Resolver()
    yield server
    server.close()


def test_a_domain_with_all_its_records_is_well(resolver: Resolver) -> None:
    long = "v=spf1 " + " ".join(f"ip4:192.0.2.{i}" for i in range(60)) + " -all"
    resolver.zone = {
        "acme.test": ["some verification", long],
        "s1._domainkey.acme.test": ["v=DKIM1; p=abc"],
        "_dmarc.acme.test": ["v=DMARC1; p=reject"],
    }
    found = list(records("acme.test", [resolver.address]))
    assert [f.ok for f in found] == [True, True, True]
    assert long in str(found[0])  # longer than a datagram: it came by TCP


def test_what_a_domain_lacks_is_told_with_what_to_do(resolver: Resolver) -> None:
    resolver.zone = {"acme.test": ["v=spf1 -all", "v=spf1 mx -all"]}
    spf, dkim, dmarc = records("acme.test", [resolver.address])
    assert (spf.ok, dkim.ok, dmarc.ok) == (False, False, False)
    assert "2 records" in spf.detail
    assert "publish its key" in dkim.detail
    assert "v=DMARC1; p=none" in dmarc.detail


def test_without_a_resolver_it_says_that_it_cannot_look() -> None:
    (found,) = records("acme.test", [])
    assert found.ok is None
    assert str(found) == "dns of acme.test: cannot look: the system names no resolver"
