-- Tables of the register, schema version 1. Nothing here is ever updated or deleted except the
-- counters; the triggers say so to every program that opens the file, not only to this one.
-- Days are ISO text (2026-11-23), instants RFC 3339 in UTC.

CREATE TABLE department (
    id          INTEGER PRIMARY KEY,
    name        TEXT NOT NULL,
    region_code TEXT NOT NULL,
    region_name TEXT NOT NULL,
    UNIQUE (name, region_code, region_name)
) STRICT;

CREATE TABLE list (
    id         INTEGER PRIMARY KEY,
    department INTEGER NOT NULL REFERENCES department (id),
    kind       TEXT NOT NULL,
    title      TEXT NOT NULL,
    UNIQUE (department, kind, title)
) STRICT;

-- An item's place in its list is its id: items are numbered as they first appear.
CREATE TABLE item (
    id   INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    list INTEGER NOT NULL REFERENCES list (id)
) STRICT;
CREATE INDEX item_by_list ON item (list);

-- Written after its revisions, so that its row seals them: see revision_is_open.
CREATE TABLE publication (
    number       INTEGER PRIMARY KEY,
    list         INTEGER NOT NULL REFERENCES list (id),
    document_no  TEXT,
    reason       TEXT,
    published_on TEXT NOT NULL,
    effective_on TEXT NOT NULL,
    recorded_at  TEXT NOT NULL,
    submitted_by TEXT NOT NULL,
    approved_by  TEXT,
    file_name    TEXT NOT NULL,
    file_sha256  TEXT NOT NULL CHECK (length(file_sha256) = 64),
    file_bytes   INTEGER NOT NULL CHECK (file_bytes >= 0),
    added        INTEGER NOT NULL CHECK (added >= 0),
    amended      INTEGER NOT NULL CHECK (amended >= 0),
    withdrawn    INTEGER NOT NULL CHECK (withdrawn >= 0)
) STRICT;
-- Covers the counts by list, which never touch the revisions.
CREATE INDEX publication_by_list ON publication (list, number, effective_on, added, withdrawn);
CREATE INDEX publication_by_day ON publication (effective_on);

CREATE TABLE revision (
    id           INTEGER PRIMARY KEY,
    item         INTEGER NOT NULL REFERENCES item (id),
    publication  INTEGER NOT NULL REFERENCES publication (number) DEFERRABLE INITIALLY DEFERRED,
    -- Place among the publication's changes, from 0.
    position     INTEGER NOT NULL CHECK (position >= 0),
    -- The publication's, repeated so that "in force on day D" reads this table alone.
    effective_on TEXT NOT NULL,
    action       TEXT NOT NULL CHECK (action IN ('added', 'amended', 'withdrawn')),
    sheet        TEXT NOT NULL,
    first_row    INTEGER NOT NULL,
    last_row     INTEGER NOT NULL,
    reason       TEXT,
    successor    TEXT,
    -- SHA-256 of the uncompressed content.
    digest       BLOB NOT NULL CHECK (length(digest) = 32),
    -- JSON of the item, UTF-8, one zstd frame without dictionary: `unzstd` reads it.
    content      BLOB NOT NULL,
    UNIQUE (item, publication),
    UNIQUE (publication, position)
) STRICT;

-- Last number assigned to an item without a code, by prefix.
CREATE TABLE counter (
    prefix TEXT PRIMARY KEY,
    last   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Append-only. INSERT OR REPLACE deletes without firing delete triggers, hence the insert ones.

CREATE TRIGGER department_is_final BEFORE UPDATE ON department
BEGIN SELECT raise(ABORT, 'append-only: department'); END;
CREATE TRIGGER department_is_kept BEFORE DELETE ON department
BEGIN SELECT raise(ABORT, 'append-only: department'); END;
CREATE TRIGGER department_is_new BEFORE INSERT ON department
WHEN EXISTS (SELECT 1 FROM department WHERE id = new.id
             OR (name = new.name AND region_code = new.region_code AND region_name = new.region_name))
BEGIN SELECT raise(ABORT, 'append-only: department'); END;

CREATE TRIGGER list_is_final BEFORE UPDATE ON list
BEGIN SELECT raise(ABORT, 'append-only: list'); END;
CREATE TRIGGER list_is_kept BEFORE DELETE ON list
BEGIN SELECT raise(ABORT, 'append-only: list'); END;
CREATE TRIGGER list_is_new BEFORE INSERT ON list
WHEN EXISTS (SELECT 1 FROM list WHERE id = new.id
             OR (department = new.department AND kind = new.kind AND title = new.title))
BEGIN SELECT raise(ABORT, 'append-only: list'); END;

CREATE TRIGGER item_is_final BEFORE UPDATE ON item
BEGIN SELECT raise(ABORT, 'append-only: item'); END;
CREATE TRIGGER item_is_kept BEFORE DELETE ON item
BEGIN SELECT raise(ABORT, 'append-only: item'); END;
CREATE TRIGGER item_is_new BEFORE INSERT ON item
WHEN EXISTS (SELECT 1 FROM item WHERE id = new.id OR code = new.code)
BEGIN SELECT raise(ABORT, 'append-only: item'); END;

CREATE TRIGGER publication_is_final BEFORE UPDATE ON publication
BEGIN SELECT raise(ABORT, 'append-only: publication'); END;
CREATE TRIGGER publication_is_kept BEFORE DELETE ON publication
BEGIN SELECT raise(ABORT, 'append-only: publication'); END;
CREATE TRIGGER publication_is_next BEFORE INSERT ON publication
WHEN new.number <> (SELECT coalesce(max(number), 0) + 1 FROM publication)
BEGIN SELECT raise(ABORT, 'publications are numbered without gaps'); END;
-- The counts by list rest on these two.
CREATE TRIGGER publication_is_in_order BEFORE INSERT ON publication
WHEN new.effective_on <
     (SELECT effective_on FROM publication WHERE list = new.list ORDER BY number DESC LIMIT 1)
BEGIN SELECT raise(ABORT, 'a list''s publications take effect in their order'); END;
CREATE TRIGGER publication_is_whole BEFORE INSERT ON publication
WHEN (new.added, new.amended, new.withdrawn, 0) IS NOT
     (SELECT count(*) FILTER (WHERE action = 'added'), count(*) FILTER (WHERE action = 'amended'),
             count(*) FILTER (WHERE action = 'withdrawn'),
             count(*) FILTER (WHERE effective_on <> new.effective_on)
      FROM revision WHERE publication = new.number)
BEGIN SELECT raise(ABORT, 'a publication counts its revisions'); END;

CREATE TRIGGER revision_is_final BEFORE UPDATE ON revision
BEGIN SELECT raise(ABORT, 'append-only: revision'); END;
CREATE TRIGGER revision_is_kept BEFORE DELETE ON revision
BEGIN SELECT raise(ABORT, 'append-only: revision'); END;
CREATE TRIGGER revision_is_open BEFORE INSERT ON revision
WHEN new.publication <> (SELECT coalesce(max(number), 0) + 1 FROM publication)
  OR EXISTS (SELECT 1 FROM revision WHERE id = new.id)
BEGIN SELECT raise(ABORT, 'append-only: revision'); END;

CREATE TRIGGER counter_never_falls BEFORE UPDATE ON counter
WHEN new.prefix <> old.prefix OR new.last <= old.last
BEGIN SELECT raise(ABORT, 'codes are never reused'); END;
CREATE TRIGGER counter_is_kept BEFORE DELETE ON counter
BEGIN SELECT raise(ABORT, 'codes are never reused'); END;
CREATE TRIGGER counter_is_new BEFORE INSERT ON counter
WHEN EXISTS (SELECT 1 FROM counter WHERE prefix = new.prefix)
BEGIN SELECT raise(ABORT, 'codes are never reused'); END;
