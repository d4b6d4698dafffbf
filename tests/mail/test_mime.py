"""The tree of parts: what real mail does to boundaries, and what hostile mail tries."""

import time
from base64 import encodebytes
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maildesk.mail import mime, transfer

CORPUS = Path(__file__).parents[1] / "corpus"

TREES = {
    "mime-boundary-missing-at-the-end": ["text/plain", "text/csv"],
    "mime-boundary-other-than-declared": ["text/plain", "text/csv"],
    "mime-boundary-not-declared": ["text/plain"],
    "mime-multipart-without-any-boundary": ["text/plain"],
    "mime-boundary-that-begins-another": ["text/plain", "text/html", "text/csv"],
    "mime-parts-after-the-last-boundary": ["text/plain", "text/csv"],
    "mime-part-without-empty-line": ["text/plain"],
    "mime-line-ends-of-old-macs": ["text/plain"],
}


def corpus(name: str) -> bytes:
    return (CORPUS / f"{name}.eml").read_bytes()


@pytest.mark.parametrize("name", TREES)
def test_every_part_is_found_whatever_the_boundaries_are(name: str) -> None:
    raw = corpus(name)
    leaves = [part for part in mime.split(raw)[0].walk() if not part.children]
    assert [leaf.media_type for leaf in leaves] == TREES[name]
    assert mime.text(raw, leaves[0]).split()[:2] == ["The", "words."]


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("mime-boundary-missing-at-the-end", "its last boundary is missing"),
        ("mime-boundary-other-than-declared", "a boundary other than the declared one"),
        ("mime-multipart-without-any-boundary", "multipart/mixed without its boundary"),
        ("mime-part-without-empty-line", "no empty line between header and body"),
    ],
)
def test_what_was_mended_is_told(name: str, what: str) -> None:
    assert what in [problem.what for problem in mime.split(corpus(name))[1]]


def test_parts_are_numbered_as_imap_counts_them() -> None:
    raw = corpus("mime-boundary-that-begins-another")
    numbers = [(part.number, part.media_type) for part in mime.split(raw)[0].walk()]
    assert numbers == [
        ("", "multipart/mixed"),
        ("1", "multipart/alternative"),
        ("1.1", "text/plain"),
        ("1.2", "text/html"),
        ("2", "text/csv"),
    ]


def test_a_single_part_of_an_attached_message_is_numbered_below_it() -> None:
    root = mime.split(corpus("body-attached-message-beside-words"))[0]
    assert [part.number for part in root.walk()] == ["", "1", "2", "2.1"]


def test_the_line_end_before_a_boundary_is_not_the_parts() -> None:
    raw = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nwords\r\n--b--\r\n"
    part = mime.split(raw)[0].children[0]
    assert raw[part.start : part.end] == b"words"


@pytest.mark.parametrize(
    "raw",
    [
        b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(2000)),
        b"Content-Type: message/rfc822\n\n" * 30_000,
        b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nwords\n" * 5000 + b"--b--\n",
        b"Content-Type: multipart/mixed; boundary=a\n\n" + b"--ab\n" * 200_000,
        b"Content-Type: multipart/mixed; boundary=gone\n\n" + b"--ab\n" * 200_000,
    ],
    ids=["nested parts", "nested messages", "many parts", "another boundary", "no boundary"],
)
def test_hostile_trees_are_cut_short(raw: bytes) -> None:
    began = time.process_time()
    root, problems = mime.split(raw)
    assert time.process_time() - began < 1
    assert sum(1 for _ in root.walk()) <= mime.PARTS + mime.DEPTH + 1
    assert problems


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("base64-damaged", "The words"),
        ("base64-with-footer", "The words.\n\n______________\nSent through a list\n"),
        ("base64-declared-but-plain", "The words, plain as can be.\n"),
        ("quoted-printable-damaged", "Größe went=on; 1=2 =ZZ\n"),
        ("flowed-with-deleted-spaces", "プリンターが動きません。\n> 昨日の件\n-- \nAnn\n"),
        ("flowed-quotes", "> A long line that goes on.\n>> Older\n> Newer\nMine goes on.\n"),
    ],
)
def test_damaged_encodings_lose_as_little_as_can_be(name: str, words: str) -> None:
    raw = corpus(name)
    assert mime.text(raw, mime.split(raw)[0]).startswith(words)


@given(st.text("AZaz09+/=-_ \r\n!", max_size=200), st.sampled_from(["base64", "quoted-printable", "uuencode", "7bit"]))
def test_the_size_is_told_exactly_without_decoding(text: str, encoding: str) -> None:
    data = text.encode()
    assert transfer.size(memoryview(data), encoding) == len(transfer.decode(data, encoding))


@pytest.mark.parametrize("piece", [1, 5, 8])
@given(st.text("AZaz09+/=-_ \r\n!", max_size=60), st.sampled_from(["base64", "quoted-printable", "7bit"]))
def test_pieces_are_what_is_decoded_as_a_whole(piece: int, text: str, encoding: str) -> None:
    data = text.encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transfer, "_PIECE", piece)
        size, pieces = transfer.measured(memoryview(data), encoding)
        assert b"".join(pieces) == transfer.decode(data, encoding)
        assert size == len(transfer.decode(data, encoding))


@given(st.binary(max_size=400))
def test_base64_comes_back_from_any_line_length_and_without_padding(data: bytes) -> None:
    encoded = encodebytes(data).replace(b"=", b"")
    assert transfer.base64(encoded) == data


def test_two_base64_texts_in_a_row_are_both_read() -> None:
    assert transfer.base64(b"YQ==\r\nYg==\r\n") == b"ab"


@given(st.binary(max_size=2000))
def test_no_octets_break_the_splitter(raw: bytes) -> None:
    root, _ = mime.split(b"Content-Type: multipart/mixed; boundary=b\n\n--b\n" + raw)
    for part in root.walk():
        mime.content(raw, part)
        mime.text(raw, part)
