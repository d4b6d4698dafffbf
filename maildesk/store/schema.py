"""The tables, as migrations: each runs once, in one transaction, and no column changes its meaning.

Once a version is released its migrations stay as they are, and what changes is a further one
(`store.forward` carries them out).

INTERFACES that other programs rely on: names and meanings of the columns of tickets, contacts,
messages, attachments, tags, fields, participants, links, events, inbox, outbox, raw and ratings.
"""

from __future__ import annotations

from sqlite_utils import Database, Migrations

migrations = Migrations("maildesk")


def names() -> tuple[str, ...]:
    """Of all migrations that this version knows, in their order."""
    return tuple(migration.name for migration in migrations._migrations)


# What is asked of each row that is written (CHECK, and WHERE of an index) says no IN of more than two values: SQLite
# would make a table of them each time.
_FIRST = """
CREATE TABLE raw (
  id INTEGER PRIMARY KEY,
  bytes BLOB NOT NULL
) STRICT;

CREATE TABLE inbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  received_at TEXT NOT NULL,
  source TEXT NOT NULL,
  envelope_from TEXT,                       -- NULL: not known; '': the null sender
  envelope_to TEXT NOT NULL DEFAULT '',     -- addresses, a space between them
  relay INTEGER NOT NULL DEFAULT 0,         -- handed over by a peer that is trusted
  internal_date TEXT,
  sha256 TEXT NOT NULL,
  raw_id INTEGER NOT NULL REFERENCES raw(id),
  state TEXT NOT NULL DEFAULT 'received'
    CHECK (state = 'received' OR state = 'ticketed' OR state = 'ignored' OR state = 'quarantined'),
  ticket_id INTEGER,                        -- of tickets; as a REFERENCES each mail would cost a savepoint
  reason TEXT NOT NULL DEFAULT '',
  attempts INTEGER NOT NULL DEFAULT 0,
  next_at TEXT NOT NULL DEFAULT '',
  message_id TEXT NOT NULL DEFAULT '',
  subject TEXT NOT NULL DEFAULT '',
  digest TEXT NOT NULL DEFAULT '',          -- two mails with the same are the same mail
  trouble TEXT NOT NULL DEFAULT ''          -- the traceback of what failed here
) STRICT;
CREATE INDEX inbox_digest ON inbox(digest) WHERE digest != '';
CREATE INDEX inbox_state ON inbox(state);
CREATE INDEX inbox_imported ON inbox(ticket_id) WHERE source = 'import';

CREATE TABLE contacts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  email TEXT NOT NULL UNIQUE COLLATE NOCASE,
  name TEXT NOT NULL DEFAULT '',
  language TEXT NOT NULL DEFAULT '',
  created_at TEXT NOT NULL
) STRICT;

CREATE TABLE tickets (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  token TEXT NOT NULL,
  subject TEXT NOT NULL DEFAULT '',
  status TEXT NOT NULL DEFAULT 'new'
    CHECK (status = 'new' OR status = 'open' OR status = 'pending'
      OR status = 'solved' OR status = 'closed' OR status = 'spam'),
  priority TEXT NOT NULL DEFAULT 'normal'
    CHECK (priority = 'low' OR priority = 'normal' OR priority = 'high' OR priority = 'urgent'),
  assignee TEXT,
  team TEXT,
  category TEXT,
  mailbox TEXT,
  contact_id INTEGER NOT NULL REFERENCES contacts(id),
  mood TEXT,
  urgent INTEGER NOT NULL DEFAULT 0,
  due_at TEXT,
  snoozed_until TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  first_reply_at TEXT,
  replied_at TEXT,                          -- when an agent last answered
  solved_at TEXT,
  closed_at TEXT,
  merged_into INTEGER REFERENCES tickets(id),
  language TEXT NOT NULL DEFAULT '',
  revision INTEGER NOT NULL DEFAULT 0,      -- grows with every public message, and with its readers
  waiting_since TEXT                        -- the customer's first mail that no agent has answered; NULL once over
) STRICT;
-- Which of a person's tickets are live is seen in it: the others, of years, lie far apart.
CREATE INDEX tickets_contact ON tickets(contact_id, status);
CREATE INDEX tickets_merged ON tickets(merged_into) WHERE merged_into IS NOT NULL;
-- The lists of `maildesk tickets` read nothing else.
CREATE INDEX tickets_updated ON tickets(updated_at, status, assignee, team);
CREATE INDEX tickets_queue ON tickets(status, coalesce(replied_at, created_at), snoozed_until, merged_into)
  WHERE merged_into IS NULL;
CREATE INDEX tickets_assigned ON tickets(assignee, status, coalesce(replied_at, created_at), snoozed_until)
  WHERE assignee IS NOT NULL AND (status = 'new' OR status = 'open' OR status = 'pending');
-- Where nobody is assigned is seen in it, too: a team's live tickets are walked through in no time.
CREATE INDEX tickets_team ON tickets(team, status, coalesce(replied_at, created_at), snoozed_until, assignee)
  WHERE status = 'new' OR status = 'open' OR status = 'pending';
CREATE INDEX tickets_answered ON tickets(created_at, first_reply_at, merged_into)
  WHERE first_reply_at IS NOT NULL AND merged_into IS NULL;
CREATE INDEX tickets_urgent ON tickets(status)
  WHERE urgent AND (status = 'new' OR status = 'open' OR status = 'pending');
CREATE INDEX tickets_snoozed ON tickets(snoozed_until) WHERE snoozed_until IS NOT NULL;
CREATE INDEX tickets_due ON tickets(due_at)
  WHERE due_at IS NOT NULL AND (status = 'new' OR status = 'open' OR status = 'pending');
CREATE INDEX tickets_done ON tickets(coalesce(solved_at, closed_at)) WHERE coalesce(solved_at, closed_at) IS NOT NULL;

CREATE TABLE messages (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  ticket_id INTEGER NOT NULL REFERENCES tickets(id),
  kind TEXT NOT NULL
    CHECK (kind = 'customer' OR kind = 'agent' OR kind = 'note' OR kind = 'auto' OR kind = 'held'),
  author TEXT NOT NULL,
  message_id TEXT NOT NULL DEFAULT '',
  in_reply_to TEXT NOT NULL DEFAULT '',
  subject TEXT NOT NULL DEFAULT '',
  text TEXT NOT NULL DEFAULT '',
  html TEXT,                                -- sanitized
  inbox_id INTEGER REFERENCES inbox(id),
  created_at TEXT NOT NULL,
  proof TEXT NOT NULL DEFAULT '',           -- of its author: proven, unproven, failed; '' of what is not from outside
  automatic INTEGER NOT NULL DEFAULT 0      -- a machine's, or a list's
) STRICT;
CREATE INDEX messages_ticket ON messages(ticket_id);
CREATE INDEX messages_created ON messages(created_at, kind, ticket_id, author, inbox_id);
CREATE INDEX messages_message_id ON messages(message_id) WHERE message_id != '';
CREATE INDEX messages_in_reply_to ON messages(in_reply_to) WHERE in_reply_to != '';

CREATE TABLE attachments (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  message_id INTEGER NOT NULL REFERENCES messages(id),
  name TEXT NOT NULL DEFAULT '',
  media_type TEXT NOT NULL,
  size INTEGER NOT NULL,
  part TEXT NOT NULL
) STRICT;
CREATE INDEX attachments_message ON attachments(message_id);

CREATE TABLE tags (
  ticket_id INTEGER NOT NULL REFERENCES tickets(id),
  tag TEXT NOT NULL,
  PRIMARY KEY (ticket_id, tag)
) STRICT, WITHOUT ROWID;
CREATE INDEX tags_tag ON tags(tag, ticket_id);

CREATE TABLE fields (                       -- what a contact form asked for, in its order
  ticket_id INTEGER NOT NULL REFERENCES tickets(id),
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  UNIQUE (ticket_id, name)
) STRICT;

CREATE TABLE participants (
  ticket_id INTEGER NOT NULL REFERENCES tickets(id),
  email TEXT NOT NULL COLLATE NOCASE,
  role TEXT NOT NULL,
  name TEXT NOT NULL DEFAULT '',
  token TEXT NOT NULL UNIQUE,
  issued_at TEXT NOT NULL,                  -- when they were last given it
  PRIMARY KEY (ticket_id, email)
) STRICT, WITHOUT ROWID;

CREATE TABLE links (
  ticket_id INTEGER NOT NULL REFERENCES tickets(id),
  other_id INTEGER NOT NULL REFERENCES tickets(id),
  kind TEXT NOT NULL,
  PRIMARY KEY (ticket_id, other_id, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX links_other ON links(other_id);

CREATE TABLE events (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  ticket_id INTEGER NOT NULL REFERENCES tickets(id),
  at TEXT NOT NULL,
  actor TEXT NOT NULL,
  kind TEXT NOT NULL,
  data TEXT NOT NULL DEFAULT '{}'           -- JSON
) STRICT;
CREATE INDEX events_ticket ON events(ticket_id);
CREATE INDEX events_urgent ON events(at, ticket_id) WHERE kind = 'urgent';
CREATE INDEX events_reminder ON events(ticket_id, at) WHERE kind = 'reminder';
CREATE INDEX events_breached ON events(at, ticket_id, json_extract(data, '$.kind'), json_extract(data, '$.of'))
  WHERE kind = 'reminder' AND json_extract(data, '$.kind') IN ('first_reply_due', 'next_reply_due', 'solve_due');
CREATE INDEX events_reopened ON events(at, ticket_id)
  WHERE kind = 'status' AND json_extract(data, '$.old') IN ('solved', 'closed')
    AND json_extract(data, '$.new') IN ('new', 'open', 'pending');

CREATE TABLE outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  ticket_id INTEGER REFERENCES tickets(id),
  message_id TEXT NOT NULL,
  envelope_from TEXT NOT NULL,
  envelope_to TEXT NOT NULL COLLATE NOCASE,
  mailbox TEXT NOT NULL,                    -- the mailbox behind envelope_to: what limits count by
  raw_id INTEGER NOT NULL REFERENCES raw(id),
  state TEXT NOT NULL DEFAULT 'queued'
    CHECK (state = 'queued' OR state = 'held' OR state = 'sent' OR state = 'failed' OR state = 'dropped'),
  attempts INTEGER NOT NULL DEFAULT 0,
  next_at TEXT NOT NULL,
  error TEXT NOT NULL DEFAULT '',
  kind TEXT NOT NULL,
  agent TEXT,
  entry_id INTEGER REFERENCES messages(id),
  created_at TEXT NOT NULL,
  sent_at TEXT,
  told INTEGER NOT NULL DEFAULT 1           -- 0: failed, and the people concerned do not know yet
) STRICT;
CREATE UNIQUE INDEX outbox_message_id ON outbox(message_id);
CREATE INDEX outbox_due ON outbox(next_at) WHERE state = 'queued';
CREATE INDEX outbox_untold ON outbox(id) WHERE told = 0;
CREATE INDEX outbox_ticket ON outbox(ticket_id);
CREATE INDEX outbox_recent ON outbox(mailbox, created_at, kind);
CREATE INDEX outbox_kind ON outbox(kind, created_at, agent);
CREATE INDEX outbox_state ON outbox(state) WHERE state != 'sent';

CREATE TABLE ratings (
  ticket_id INTEGER NOT NULL REFERENCES tickets(id),
  score INTEGER NOT NULL,                   -- 1 is the worst
  scale INTEGER NOT NULL DEFAULT 5,         -- and this the best that could be given
  comment TEXT NOT NULL DEFAULT '',
  at TEXT NOT NULL
) STRICT;
CREATE INDEX ratings_ticket ON ratings(ticket_id);
CREATE INDEX ratings_at ON ratings(at);

CREATE TABLE timers (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  at TEXT NOT NULL,
  ticket_id INTEGER NOT NULL DEFAULT 0,     -- 0: of no ticket
  agent TEXT NOT NULL DEFAULT '',
  label TEXT NOT NULL DEFAULT '',           -- tells timers of a kind apart
  UNIQUE (ticket_id, kind, agent, label)    -- a ticket's timers stand next to each other
) STRICT;
CREATE INDEX timers_at ON timers(at);

CREATE TABLE deferred (                     -- agents' mails that wait for a word or for their time
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  wait TEXT NOT NULL,
  agent TEXT NOT NULL,
  inbox_id INTEGER NOT NULL REFERENCES inbox(id),
  ticket_id INTEGER REFERENCES tickets(id),
  entry_id INTEGER REFERENCES messages(id),
  revision INTEGER NOT NULL DEFAULT 0,
  at TEXT,
  secret TEXT NOT NULL DEFAULT '',          -- SHA-256 of the one-time token
  data TEXT NOT NULL DEFAULT '',
  attempts INTEGER NOT NULL DEFAULT 0,
  created_at TEXT NOT NULL
) STRICT;
CREATE INDEX deferred_at ON deferred(at) WHERE at IS NOT NULL;
CREATE INDEX deferred_ticket ON deferred(ticket_id, agent);
CREATE INDEX deferred_secret ON deferred(secret) WHERE secret != '';

CREATE TABLE watchers (
  ticket_id INTEGER NOT NULL REFERENCES tickets(id),
  agent TEXT NOT NULL,
  PRIMARY KEY (ticket_id, agent)
) STRICT, WITHOUT ROWID;
CREATE INDEX watchers_agent ON watchers(agent, ticket_id);

CREATE TABLE absences (
  agent TEXT PRIMARY KEY,
  until TEXT                                -- NULL: until they are back
) STRICT, WITHOUT ROWID;

CREATE TABLE turns (                        -- whose turn it was last, in teams that take turns
  team TEXT PRIMARY KEY,
  agent TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE inquiries (                    -- third parties who were asked (#ask)
  ticket_id INTEGER NOT NULL REFERENCES tickets(id),
  email TEXT NOT NULL COLLATE NOCASE,
  name TEXT NOT NULL DEFAULT '',
  token TEXT NOT NULL UNIQUE,
  agent TEXT NOT NULL,
  issued_at TEXT NOT NULL,
  PRIMARY KEY (ticket_id, email)
) STRICT, WITHOUT ROWID;

CREATE TABLE faq (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  ticket_id INTEGER REFERENCES tickets(id),
  language TEXT NOT NULL,
  question TEXT NOT NULL,
  answer TEXT NOT NULL,
  agent TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT;

CREATE TABLE usual (                        -- one row at most: how long a first answer usually takes at this hour
  minutes INTEGER NOT NULL,
  until TEXT NOT NULL
) STRICT;

CREATE TABLE gathered (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  agent TEXT NOT NULL,
  ticket_id INTEGER NOT NULL REFERENCES tickets(id),
  entry_id INTEGER NOT NULL REFERENCES messages(id)
) STRICT;
CREATE INDEX gathered_agent ON gathered(agent);

CREATE TABLE alarms (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at TEXT NOT NULL,
  title TEXT NOT NULL,
  details TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE TABLE canaries (                     -- mails of the desk to itself
  outbox_id INTEGER PRIMARY KEY REFERENCES outbox(id),
  sent_at TEXT NOT NULL,
  back_at TEXT,                             -- when it had come round
  missed INTEGER NOT NULL DEFAULT 0         -- 1: it was late, 2: and one was in time since
) STRICT;
CREATE INDEX canaries_missed ON canaries(outbox_id) WHERE missed = 1;
CREATE INDEX canaries_sent ON canaries(sent_at);

CREATE TABLE keys (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  secret BLOB NOT NULL,
  created_at TEXT NOT NULL
) STRICT;

CREATE TABLE imap_folders (
  account TEXT NOT NULL,
  folder TEXT NOT NULL,
  uidvalidity INTEGER NOT NULL,
  baseline_uid INTEGER NOT NULL,
  baseline_at TEXT NOT NULL,
  last_uid INTEGER NOT NULL,
  PRIMARY KEY (account, folder)
) STRICT, WITHOUT ROWID;

CREATE TABLE imap_mails (
  account TEXT NOT NULL,
  folder TEXT NOT NULL,
  uidvalidity INTEGER NOT NULL,
  uid INTEGER NOT NULL,
  inbox_id INTEGER NOT NULL REFERENCES inbox(id),
  settled INTEGER NOT NULL DEFAULT 0,       -- moved, flagged or deleted, as configured
  PRIMARY KEY (account, folder, uidvalidity, uid)
) STRICT, WITHOUT ROWID;
CREATE INDEX imap_unsettled ON imap_mails(account, folder, uidvalidity) WHERE settled = 0;
"""


@migrations()
def first(db: Database) -> None:
    for statement in _FIRST.split(";\n\n"):
        for single in statement.split(";\n"):
            if single.strip():
                db.execute(single)
    db.execute(
        "CREATE VIRTUAL TABLE search USING fts5("
        "subject, text, author, content='messages', content_rowid='id', "
        "columnsize=0, "  # nothing is ranked by how long a message is
        "tokenize='unicode61 remove_diacritics 2')"
    )
    for name, body in (
        ("delete", "AFTER DELETE ON messages BEGIN {cut} END"),
        ("update", "AFTER UPDATE OF subject, text, author ON messages BEGIN {cut} {add} END"),
    ):
        add = "INSERT INTO search(rowid, subject, text, author) VALUES (new.id, new.subject, new.text, new.author);"
        cut = (
            "INSERT INTO search(search, rowid, subject, text, author) "
            "VALUES ('delete', old.id, old.subject, old.text, old.author);"
        )
        db.execute(f"CREATE TRIGGER search_{name} " + body.format(add=add, cut=cut))
    _search_of_questions(db)


def _search_of_questions(db: Database) -> None:
    """By their rowids: those in faq, which agents kept; and below 0 copies of those that templates answer."""
    db.execute(
        "CREATE VIRTUAL TABLE faq_search USING fts5(question, answer UNINDEXED, language UNINDEXED, name UNINDEXED,"
        " tokenize='unicode61 remove_diacritics 2')"
    )
    add = (
        "INSERT INTO faq_search(rowid, question, answer, language, name)"
        " VALUES (new.id, new.question, new.answer, new.language, '');"
    )
    cut = "DELETE FROM faq_search WHERE rowid = old.id;"
    for name, body in (
        ("insert", f"AFTER INSERT ON faq BEGIN {add} END"),
        ("delete", f"AFTER DELETE ON faq BEGIN {cut} END"),
        ("update", f"AFTER UPDATE ON faq BEGIN {cut} {add} END"),
    ):
        db.execute(f"CREATE TRIGGER faq_search_{name} {body}")


@migrations()
def search_by_apply(db: Database) -> None:
    """What is written anew, `store.apply` puts into the search: a statement that fires a trigger is a savepoint, at
    which a full-text index writes all it has, where otherwise it waits for the commit with those of other mails.
    """
    db.execute("DROP TRIGGER IF EXISTS search_insert")
