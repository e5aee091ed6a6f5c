-- Sequences are unsigned numbers of 64 bits, stored as the signed number of the same bits.

CREATE TABLE journal (
    position    INTEGER PRIMARY KEY,
    agent       TEXT    NOT NULL,
    sequence    INTEGER NOT NULL,
    received_at INTEGER NOT NULL, -- Unix milliseconds
    rehearsal   INTEGER NOT NULL,
    count       INTEGER NOT NULL, -- of readings
    checksum    INTEGER NOT NULL, -- CRC-32 of all other columns
    body        BLOB    NOT NULL  -- readings, see codec.rs
) STRICT;

-- The last sequence taken of each agent, so that opening an archive does not read the journal.
CREATE TABLE taken (
    agent    TEXT    PRIMARY KEY,
    sequence INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE snapshots (
    id       INTEGER PRIMARY KEY,
    position INTEGER NOT NULL,
    taken_at INTEGER NOT NULL, -- Unix milliseconds
    format   INTEGER NOT NULL,
    checksum INTEGER NOT NULL, -- CRC-32 of position, taken_at, format and body
    body     BLOB    NOT NULL
) STRICT;

CREATE TABLE record (
    id   INTEGER PRIMARY KEY,
    key  TEXT    NOT NULL UNIQUE,
    at   INTEGER NOT NULL, -- Unix milliseconds
    kind TEXT    NOT NULL,
    body TEXT    NOT NULL  -- JSON
) STRICT;

CREATE INDEX record_by_time ON record (at);
