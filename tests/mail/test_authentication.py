"""Whose mail is proven: what a trusted relay's Authentication-Results say, and where they must stand."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maildesk.mail.authentication import judge
from maildesk.model import Address, Authentication, Proof

ANN = (Address("Ann", "ann@example.net"),)
TRUSTED = ("mx.acme.example",)
RECEIVED = ("Received", "from mail.example.net (mail.example.net [192.0.2.1]) by mx.acme.example with ESMTPS; now")
FORWARDED = ("Received", "from evil.example (evil.example [203.0.113.6]) by elsewhere.example with ESMTP; now")
DMARC_PASS = "dmarc=pass (p=reject dis=none) header.from=example.net"


def results(value: str, by: str = "mx.acme.example; ") -> tuple[str, str]:
    return "Authentication-Results", by + value


def proof_of(value: str, author: tuple[Address, ...] = ANN) -> Proof:
    return judge((results(value), RECEIVED), author, TRUSTED).proof


class TestVerdict:
    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            (DMARC_PASS, Proof.PROVEN),
            ("dmarc=pass", Proof.PROVEN),
            ("dmarc=pass header.from=other.example", Proof.UNPROVEN),
            ("dmarc=pass header.from=le.net", Proof.UNPROVEN),
            ("dmarc=fail header.from=example.net; dkim=pass header.d=example.net; spf=pass", Proof.FAILED),
            ("dmarc=none header.from=example.net; spf=fail smtp.mailfrom=example.net", Proof.FAILED),
            ("dmarc=temperror; spf=softfail smtp.mailfrom=example.net", Proof.UNPROVEN),
            ("spf=pass smtp.mailfrom=ann@example.net", Proof.UNPROVEN),
            ("spf=pass smtp.helo=mail.example.net; spf=fail smtp.mailfrom=example.net", Proof.FAILED),
            ("spf=fail smtp.mailfrom=x.example; dkim=pass header.d=example.net", Proof.PROVEN),
            ("dkim=pass header.i=@example.net header.s=k1", Proof.PROVEN),
            (
                "dkim=fail header.d=example.net; dkim=pass header.d=esp.example; dkim=pass header.d=example.net",
                Proof.PROVEN,
            ),
            ("dkim=pass header.d=net", Proof.UNPROVEN),
            ("dkim=pass header.d=mail.example.net", Proof.UNPROVEN),
            ("dkim=pass header.d=evil.example header.i=@example.net", Proof.UNPROVEN),
            ('dkim=pass reason="dmarc=fail; spf=fail" header.d=example.net', Proof.PROVEN),
            ("dkim=fail (dkim=pass header.d=example.net) header.d=example.net", Proof.UNPROVEN),
            ("dkim = pass header.d = example.net", Proof.PROVEN),
            ("DMARC=PASS header.from=Example.NET", Proof.PROVEN),
            ("none", Proof.UNPROVEN),
            ("", Proof.UNPROVEN),
        ],
    )
    def test_dmarc_decides_where_it_is_known_else_signatures_and_spf(self, value: str, expected: Proof) -> None:
        assert proof_of(value) is expected

    def test_a_subdomain_is_covered_by_its_domain(self) -> None:
        author = (Address("", "ann@mail.example.net"),)
        assert proof_of(DMARC_PASS, author) is Proof.PROVEN
        assert proof_of("dkim=pass header.d=example.net", author) is Proof.PROVEN
        assert proof_of("dkim=pass header.d=example.net", (Address("", "ann@badexample.net"),)) is Proof.UNPROVEN

    @pytest.mark.parametrize("author", [(), (*ANN, Address("", "eve@example.net")), (Address("", "no address"),)])
    def test_nothing_is_proven_without_exactly_one_author(self, author: tuple[Address, ...]) -> None:
        assert proof_of(f"{DMARC_PASS}; dkim=pass header.d=example.net", author) is Proof.UNPROVEN

    def test_a_domain_beyond_ascii_is_compared_as_dns_has_it(self) -> None:
        author = (Address("", "ann@bücher.example"),)
        assert proof_of("dmarc=pass header.from=xn--bcher-kva.example", author) is Proof.PROVEN

    def test_what_was_found_is_told(self) -> None:
        value = "dkim=pass header.d=example.net; spf=softfail smtp.mailfrom=x; dmarc=pass header.from=example.net"
        assert judge((results(value), RECEIVED), ANN, TRUSTED) == Authentication(
            "softfail", "pass", "pass", "mx.acme.example", Proof.PROVEN, "DMARC passed, says mx.acme.example"
        )

    def test_google_s_form_is_read(self) -> None:
        value = (
            "mx.google.com; dkim=pass header.i=@example.net header.s=s1 header.b=AbC1; spf=pass (google.com: domain of "
            "ann@example.net designates 192.0.2.1 as permitted sender) smtp.mailfrom=ann@example.net; "
            "dmarc=pass (p=NONE sp=NONE dis=NONE) header.from=example.net"
        )
        trace = (
            ("Received", "by 2002:a05:6402:1 with SMTP id x1csp1; Tue, 3 Nov 2026 02:00:00 -0800 (PST)"),
            results(value, by=""),
            ("Received", "from mail.example.net (mail.example.net. [192.0.2.1]) by mx.google.com with ESMTPS id x"),
        )
        assert judge(trace, ANN, ("mx.google.com",)).proof is Proof.PROVEN


class TestWhatIsBelieved:
    def test_nothing_without_a_trusted_name(self) -> None:
        assert judge((results(DMARC_PASS), RECEIVED), ANN, ()) == Authentication()

    def test_nothing_of_another_checker(self) -> None:
        trace = (results(DMARC_PASS, by="mx.evil.example; "), RECEIVED)
        assert judge(trace, ANN, TRUSTED) == Authentication()

    @pytest.mark.parametrize(
        "by", ["MX.Acme.Example; ", "mx.acme.example 1; ", '"mx.acme.example" ; ', "mx.acme.example. ;"]
    )
    def test_the_name_however_it_is_written(self, by: str) -> None:
        assert judge((results(DMARC_PASS, by=by), RECEIVED), ANN, TRUSTED).proof is Proof.PROVEN

    @pytest.mark.parametrize(
        "by", ["mx.acme.example.evil.example; ", "evil-mx.acme.example; ", "x (mx.acme.example); "]
    )
    def test_no_name_that_only_resembles_it(self, by: str) -> None:
        assert judge((results(DMARC_PASS, by=by), RECEIVED), ANN, TRUSTED) == Authentication()

    def test_only_the_topmost_of_the_trusted(self) -> None:
        trace = (results("dmarc=fail header.from=example.net"), RECEIVED, results(DMARC_PASS))
        assert judge(trace, ANN, TRUSTED).proof is Proof.FAILED

    def test_one_below_the_relay_s_own_received_as_milters_write_it(self) -> None:
        assert judge((RECEIVED, results(DMARC_PASS), FORWARDED), ANN, TRUSTED).proof is Proof.PROVEN

    def test_none_below_a_received_of_others(self) -> None:
        assert judge((FORWARDED, results(DMARC_PASS), RECEIVED), ANN, TRUSTED) == Authentication()

    @pytest.mark.parametrize(
        "own",
        [
            "by mx.acme.example (Postfix, from userid 1000) id 4; now",
            "(qmail 123 invoked by uid 89); now",
            "from localhost (localhost [127.0.0.1]) by filter.internal with ESMTP; now",
            "from localhost (localhost [IPv6:::1]) by filter.internal with ESMTP; now",
            "from x (x [192.0.2.1]) by inner.mx.acme.example with ESMTP; now",
        ],
    )
    def test_one_below_the_relays_own_hand_overs(self, own: str) -> None:
        assert judge((("Received", own), results(DMARC_PASS), FORWARDED), ANN, TRUSTED).proof is Proof.PROVEN

    @pytest.mark.parametrize(
        "claimed",
        [
            "from [127.0.0.1] (evil.example [203.0.113.6]) by elsewhere.example; now",
            "from localhost (HELO [127.0.0.1]) (203.0.113.6) by elsewhere.example; now",
            "from x by mx.acme.example (evil.example [203.0.113.6]) by elsewhere.example; now",
            "from [127.0.0.1] by mx.acme.example (evil.example [203.0.113.6]) by elsewhere.example; now",
            "from foo( (evil.example [203.0.113.6]) by mx.acme.example; now",
            "from evil.example (by mx.acme.example) by elsewhere.example; now",
            "from evil.example by mx.acme.example.evil.example; now",
        ],
    )
    def test_no_peer_passes_for_a_relay_by_the_name_it_greets_with(self, claimed: str) -> None:
        assert judge((("Received", claimed), results(DMARC_PASS)), ANN, TRUSTED) == Authentication()

    def test_microsoft_s_form_where_a_microsoft_host_is_trusted(self) -> None:
        value = (
            "spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=example.net; dkim=pass (signature was verified) "
            "header.d=example.net;dmarc=pass action=none header.from=example.net;compauth=pass reason=100"
        )
        trace = (
            ("Received", "from AM0PR01.example (2603:10a6::1) by VI1PR01.eurprd01.prod.outlook.com with HTTPS; now"),
            results(value, by=""),
        )
        assert judge(trace, ANN, ("outlook.com",)).proof is Proof.PROVEN
        assert judge(trace, ANN, ("outlook.com",)).by == "outlook.com"
        assert judge(trace, ANN, TRUSTED) == Authentication()


class TestHostileFields:
    @pytest.mark.parametrize(
        "junk", ['"', "(", ")", "\\", '\\"', "=", ";", "a=b ", "a:", "by x ", "[1.2.3.4]", "\u0661=\u0661;"]
    )
    def test_junk_takes_no_time_and_proves_nothing(self, junk: str) -> None:
        started = time.perf_counter()
        for name in ("Received", "Authentication-Results"):
            field = (name, f"from {junk * (200_000 // len(junk))}")
            assert judge((field,) * 200, ANN, (*TRUSTED, "outlook.com")).proof is not Proof.PROVEN
        assert time.perf_counter() - started < 5

    @given(st.lists(st.tuples(st.sampled_from(["Received", "Authentication-Results"]), st.text(max_size=200))))
    def test_no_text_raises(self, trace: list[tuple[str, str]]) -> None:
        assert judge(tuple(trace), ANN, TRUSTED).proof in Proof
