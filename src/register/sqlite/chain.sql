-- Tables of the register, added by schema version 2.

-- The digest of each publication covers its row, its revisions, the digest of its file and the
-- digest before it: whoever knows the newest one can tell whether anything was changed.
CREATE TABLE chain (
    publication INTEGER PRIMARY KEY REFERENCES publication (number),
    digest      BLOB NOT NULL CHECK (length(digest) = 32)
) STRICT;

CREATE TRIGGER chain_is_final BEFORE UPDATE ON chain
BEGIN SELECT raise(ABORT, 'append-only: chain'); END;
CREATE TRIGGER chain_is_kept BEFORE DELETE ON chain
BEGIN SELECT raise(ABORT, 'append-only: chain'); END;
CREATE TRIGGER chain_is_next BEFORE INSERT ON chain
WHEN new.publication <> (SELECT coalesce(max(publication), 0) + 1 FROM chain)
BEGIN SELECT raise(ABORT, 'the chain has no gaps'); END;
