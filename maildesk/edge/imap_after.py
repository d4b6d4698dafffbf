"""What becomes of a mail in the mailbox once it is durable here: moved, flagged, deleted, or left.

Refuses to touch a mail that it was not named: where a server lacks UIDPLUS, what people marked
\\Deleted themselves is never expunged along. RFC 3501 §6.4, 4315 (UIDPLUS), 6851 (MOVE).
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import assert_never

from imapclient import DELETED, IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from maildesk.edge.imap_account import After, Delete, Flag, Leave, Move


class Disposal:
    """Carries out one ``After`` on the folder that is selected."""

    def __init__(self, client: IMAPClient, after: After) -> None:
        self._client = client
        self._after = after
        self._target = ""
        self.permitted: tuple[bytes, ...] = ()  # PERMANENTFLAGS of the folder that is selected

    @property
    def objection(self) -> str:
        """Why the server will not do it, in words for the admins; "" when it will."""
        if not isinstance(self._after, Flag) or not self.permitted:
            return ""
        permitted = {flag.lower() for flag in self.permitted}
        if self._after.name.lower().encode() in permitted:
            return ""
        if b"\\*" in permitted and not self._after.name.startswith("\\"):
            return ""
        # Exchange has no keywords at all.
        return f"the server keeps no flag {self._after.name} in this folder; \\Seen or a move would work"

    def carry_out(self, uids: Sequence[int]) -> None:
        """Every one of ``uids`` is there, or just vanished. Raises OSError or IMAPClientError."""
        match self._after:
            case Move(folder):
                self._move(uids, folder)
            case Flag(name):
                if not self.objection:
                    self._client.add_flags(uids, [name], silent=True)
            case Delete():
                self._delete(uids)
            case Leave():
                pass
            case _:
                assert_never(self._after)

    def _move(self, uids: Sequence[int], folder: str) -> None:
        target = self._target = self._target or self._find_or_create(folder)
        if self._client.has_capability("MOVE"):
            self._client.move(uids, target)
        else:
            self._client.copy(uids, target)
            self._delete(uids)

    def _delete(self, uids: Sequence[int]) -> None:
        self._client.add_flags(uids, [DELETED], silent=True)
        if self._client.has_capability("UIDPLUS"):
            self._client.uid_expunge(uids)
        elif set(self._client.search(["DELETED"], charset=None)) <= set(uids):
            self._client.expunge()

    def _find_or_create(self, folder: str) -> str:
        """The folder's name on this server: Courier and cPanel keep every folder under "INBOX."."""
        names = [folder]
        prefix = self._prefix()
        if prefix and not folder.startswith(prefix):
            names.insert(0, prefix + folder)
        for name in names:
            if self._client.folder_exists(name):
                return name
        self._client.create_folder(names[0])
        with suppress(IMAPClientError):
            self._client.subscribe_folder(names[0])  # Thunderbird shows no other
        return names[0]

    def _prefix(self) -> str:
        if not self._client.has_capability("NAMESPACE"):
            return ""
        try:
            personal = self._client.namespace().personal
        except IMAPClientAbortError:
            raise
        except IMAPClientError:
            return ""
        return str(personal[0][0]) if personal else ""
