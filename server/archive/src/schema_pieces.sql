-- A snapshot is written in pieces, a little at a time; its head comes last, and pieces without a head count for nothing.
-- What the snapshots of an older schema hold no program of this schema can read.

DROP TABLE snapshots;

CREATE TABLE snapshots (
    id       INTEGER PRIMARY KEY,
    position INTEGER NOT NULL,
    taken_at INTEGER NOT NULL, -- Unix milliseconds
    format   INTEGER NOT NULL,
    pieces   INTEGER NOT NULL, -- how many
    checksum INTEGER NOT NULL, -- CRC-32 of position, taken_at, format, pieces and body
    proven   INTEGER NOT NULL DEFAULT 0, -- 1 once all of it was read back and found good
    body     BLOB    NOT NULL
) STRICT;

CREATE TABLE pieces (
    snapshot INTEGER NOT NULL,
    number   INTEGER NOT NULL, -- from 0
    checksum INTEGER NOT NULL, -- CRC-32 of snapshot, number and body
    body     BLOB    NOT NULL,
    PRIMARY KEY (snapshot, number)
) STRICT;
