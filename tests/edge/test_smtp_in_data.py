"""Where a mail ends, and what is in it, however TCP cuts it into pieces."""

from __future__ import annotations

import itertools
import time
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maildesk.edge.smtp_data import Content, has_bare_newline, mend_newlines

MEGABYTE = 1 << 20
# Octets that matter here, so that dots and line ends meet often.
octets = st.lists(st.sampled_from([b"\r", b"\n", b".", b"a", b"\r\n", b"\r\n.", b"\0"]), max_size=30).map(b"".join)
lines = st.lists(st.sampled_from([b"", b".", b"..", b"a", b".a", b"a.", b"\0"]), max_size=12)


def read(wire: bytes, cuts: list[int] | None = None, limit: int = MEGABYTE) -> tuple[Content, bytes | None]:
    """Feeds the wire's octets, cut at some places; stops at the mail's end as a session does."""
    content = Content(limit)
    places = [0, *sorted({cut % (len(wire) + 1) for cut in cuts or []}), len(wire)]
    for start, end in itertools.pairwise(places):
        rest = content.feed(wire[start:end])
        if rest is not None:
            return content, rest + wire[end:]
    return content, None


def stuffed(content: bytes) -> bytes:
    """RFC 5321 §4.5.2, line by line, as a client does it."""
    return b"".join(b"." + line if line.startswith(b".") else line for line in content.splitlines(keepends=True))


@given(lines, octets, st.lists(st.integers(0, 1000), max_size=12))
def test_a_mail_comes_out_as_it_was_before_the_client_stuffed_its_dots(
    mail_lines: list[bytes], after: bytes, cuts: list[int]
) -> None:
    mail = b"".join(line + b"\r\n" for line in mail_lines)
    content, rest = read(stuffed(mail) + b".\r\n" + after, cuts)
    assert rest == after
    assert content.take() == mail


@given(octets, st.lists(st.integers(0, 1000), max_size=12))
def test_pieces_make_no_difference(wire: bytes, cuts: list[int]) -> None:
    whole, rest = read(wire)
    pieces, same_rest = read(wire, cuts)
    assert same_rest == rest
    if rest is not None:
        assert pieces.take() == whole.take()


@given(octets)
def test_a_mail_ends_at_the_first_dot_between_two_crlf_and_nowhere_else(wire: bytes) -> None:
    _, rest = read(wire)
    _, dot, tail = (b"\r\n" + wire).partition(b"\r\n.\r\n")
    assert rest == (tail if dot else None)


@given(octets)
def test_a_lone_cr_or_lf_is_seen_and_mended(text: bytes) -> None:
    assert has_bare_newline(text) == any(end in text.replace(b"\r\n", b"") for end in (b"\r", b"\n"))
    assert not has_bare_newline(mend_newlines(text))


@pytest.mark.parametrize(
    ("ends", "bare"), [(b"\r\n", False), (b"\r\r\n", True), (b"\n", True), (b"\r", True), (b"\n\r\n", True)], ids=repr
)
@pytest.mark.parametrize("place", [-2, -1, 0])
def test_so_it_is_where_a_large_mail_is_looked_through_in_pieces(ends: bytes, bare: bool, place: int) -> None:
    mail = b"\r\n" * (MEGABYTE // 2 - 2) + b"x" * (4 + place) + ends
    assert has_bare_newline(mail) is bare
    assert has_bare_newline(mail + b"x") is bare


@pytest.mark.parametrize(("size", "too_large"), [(100, False), (101, True)])
@pytest.mark.parametrize("cuts", [[], list(range(120))], ids=["whole", "octet by octet"])
def test_the_limit_counts_the_mail_and_not_the_final_dot(size: int, too_large: bool, cuts: list[int]) -> None:
    content, rest = read(b"x" * (size - 2) + b"\r\n.\r\nQUIT\r\n", cuts, limit=100)
    assert rest == b"QUIT\r\n"
    assert content.too_large is too_large


def test_what_is_too_large_is_counted_but_not_held() -> None:
    content = Content(1000)
    tracemalloc.start()
    for _ in range(1000):
        assert content.feed(b"x" * 10_000) is None
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (content.too_large, content.received) == (True, 10_000_000)
    assert held < 100_000


@pytest.mark.parametrize("line", [b"..\r\n", b"\r\n", b".", b"\r\n.", b"x"], ids=repr)
def test_twenty_megabytes_of_anything_take_no_time(line: bytes) -> None:
    mail, piece, began = Content(25 * MEGABYTE), line * (MEGABYTE // len(line)), time.process_time()
    for _ in range(20):
        mail.feed(b"x" + piece)
    mail.feed(b"\r\n.\r\n")
    has_bare_newline(mail.take())
    assert time.process_time() - began < 3
