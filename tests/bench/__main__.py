"""All benches by name: ``python -m tests.bench NAME [its arguments]``; without a name, what there is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from tests.bench import end_to_end, imap, out

_BENCHES: dict[str, Callable[[Sequence[str] | None], None]] = {
    "end-to-end": end_to_end.main,
    "out": out.main,
    "imap": imap.main,
}


def main() -> None:
    name, *given = sys.argv[1:] or [""]
    if name not in _BENCHES:
        described = "\n".join(
            f"  {known:12} {(sys.modules[bench.__module__].__doc__ or '').partition(chr(10))[0]}"
            for known, bench in _BENCHES.items()
        )
        sys.exit(f"{(__doc__ or '').strip()}\n{described}")
    _BENCHES[name](given)


if __name__ == "__main__":
    main()
