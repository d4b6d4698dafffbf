"""Keys and certificates that sign themselves, for servers on loopback sockets."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from pathlib import Path

POSSIBLE = shutil.which("openssl") is not None


def self_signed(folder: Path, *names: str) -> Path:
    """Makes key.pem and cert.pem for such names as DNS:localhost and IP:127.0.0.1; both are in the file it returns."""
    key, certificate, both = (folder / f"{name}.pem" for name in ("key", "cert", "both"))
    named = ("-subj", f"/CN={names[0].partition(':')[2]}", "-addext", f"subjectAltName={','.join(names)}")
    kind = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2")
    files = ("-keyout", str(key), "-out", str(certificate))
    subprocess.run(("openssl", "req", "-x509", *kind, *named, *files), check=True, capture_output=True)
    both.write_text(key.read_text() + certificate.read_text())
    return both


def server_context(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context
