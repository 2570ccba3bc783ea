-- Tables of the register, added by schema version 3: what leads to publications, and the journal.
-- Secrets are kept as SHA-256, passwords as argon2id. Bodies are JSON; what is searched by has a
-- column of its own.

CREATE TABLE account (
    id         INTEGER PRIMARY KEY,
    name       TEXT NOT NULL UNIQUE,
    profile    TEXT NOT NULL,
    password   TEXT NOT NULL,
    active     INTEGER NOT NULL,
    -- Whether the password was set by somebody else.
    must_change INTEGER NOT NULL,
    created_at TEXT NOT NULL
) STRICT;

CREATE TABLE session (
    secret     BLOB PRIMARY KEY CHECK (length(secret) = 32),
    account    INTEGER NOT NULL REFERENCES account (id),
    created_at TEXT NOT NULL,
    seen_at    TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_by_account ON session (account);

CREATE TABLE token (
    id         INTEGER PRIMARY KEY,
    secret     BLOB NOT NULL UNIQUE CHECK (length(secret) = 32),
    account    INTEGER NOT NULL REFERENCES account (id),
    body       TEXT NOT NULL,
    created_at TEXT NOT NULL,
    revoked_at TEXT
) STRICT;

-- Instants are fixed in width, so that they compare as texts.
CREATE TABLE attempt (
    purpose TEXT NOT NULL,
    subject TEXT NOT NULL,
    at      TEXT NOT NULL
) STRICT;
CREATE INDEX attempt_by_subject ON attempt (purpose, subject, at);

CREATE TABLE answered (
    token   INTEGER NOT NULL REFERENCES token (id),
    key     TEXT NOT NULL,
    request BLOB NOT NULL CHECK (length(request) = 32),
    status  INTEGER NOT NULL,
    body    TEXT NOT NULL,
    at      TEXT NOT NULL,
    PRIMARY KEY (token, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE draft (
    id         INTEGER PRIMARY KEY,
    version    INTEGER NOT NULL,
    state      TEXT NOT NULL,
    department TEXT NOT NULL,
    -- The whole list's name as JSON.
    list       TEXT NOT NULL,
    body       TEXT NOT NULL,
    -- Findings of the file: JSON in one zstd frame.
    findings   BLOB,
    updated_at TEXT NOT NULL
) STRICT;
CREATE INDEX draft_by_department ON draft (department, updated_at);
CREATE INDEX draft_by_list ON draft (list);

CREATE TABLE draft_change (
    draft    INTEGER NOT NULL REFERENCES draft (id),
    position INTEGER NOT NULL,
    -- JSON in one zstd frame.
    content  BLOB NOT NULL,
    PRIMARY KEY (draft, position)
) STRICT;

CREATE TABLE letter (
    id          INTEGER PRIMARY KEY,
    receipt     BLOB NOT NULL UNIQUE CHECK (length(receipt) = 32),
    code        TEXT NOT NULL,
    item        TEXT NOT NULL,
    department  TEXT NOT NULL,
    publication INTEGER NOT NULL,
    aspect      TEXT NOT NULL,
    text        TEXT NOT NULL,
    -- Deleted when its writer or the office wants it so.
    contact     TEXT,
    state       TEXT NOT NULL,
    reply       TEXT NOT NULL,
    is_public   INTEGER NOT NULL,
    office      TEXT NOT NULL,
    received_at TEXT NOT NULL,
    handled_at  TEXT
) STRICT;
CREATE INDEX letter_by_code ON letter (code);
CREATE INDEX letter_by_department ON letter (department, id);

-- Each record's digest covers it and the digest before it.
CREATE TABLE journal (
    number  INTEGER PRIMARY KEY CHECK (number >= 1),
    at      TEXT NOT NULL,
    actor   TEXT NOT NULL,
    account INTEGER,
    address TEXT NOT NULL,
    deed    TEXT NOT NULL,
    object  TEXT NOT NULL,
    detail  TEXT NOT NULL,
    content TEXT NOT NULL,
    digest  BLOB NOT NULL CHECK (length(digest) = 32)
) STRICT;
CREATE INDEX journal_by_object ON journal (object);

CREATE TRIGGER journal_is_final BEFORE UPDATE ON journal
BEGIN SELECT raise(ABORT, 'append-only: journal'); END;
CREATE TRIGGER journal_is_kept BEFORE DELETE ON journal
BEGIN SELECT raise(ABORT, 'append-only: journal'); END;
CREATE TRIGGER journal_is_next BEFORE INSERT ON journal
WHEN new.number <> (SELECT coalesce(max(number), 0) + 1 FROM journal)
BEGIN SELECT raise(ABORT, 'the journal has no gaps'); END;

-- How cancelled, delegated and entrusted powers are supervised afterwards.
ALTER TABLE publication ADD COLUMN supervision TEXT;
-- What the rules on list management call the change.
ALTER TABLE revision ADD COLUMN change TEXT;
-- How the digest was computed; form 2 covers the two columns above and the journal up to a record.
ALTER TABLE chain ADD COLUMN form INTEGER NOT NULL DEFAULT 1;
ALTER TABLE chain ADD COLUMN journal INTEGER NOT NULL DEFAULT 0;
