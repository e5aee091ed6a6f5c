-- History: what each indicator measured, beside the journal. A day is a number of whole days of UTC since the epoch.

CREATE TABLE indicators (
    id   INTEGER PRIMARY KEY,
    name TEXT    NOT NULL UNIQUE
) STRICT;

-- One row: how far history has come, and from which day on it is kept in which resolution.
CREATE TABLE history (
    id           INTEGER PRIMARY KEY CHECK (id = 1),
    position     INTEGER NOT NULL, -- of the journal: the readings up to here are in history
    raw_from     INTEGER NOT NULL, -- day
    minutes_from INTEGER NOT NULL, -- day, not after raw_from
    hours_from   INTEGER NOT NULL  -- day, not after minutes_from
) STRICT;

INSERT INTO history VALUES (1, 0, -106751991168, -106751991168, -106751991168);

-- Readings as they come, of a family of 64 indicators a row: ids 64 * family and the 63 that follow.
CREATE TABLE tails (
    id       INTEGER PRIMARY KEY,
    family   INTEGER NOT NULL,
    state    INTEGER NOT NULL, -- 0: new; 1: left over from rows that went into chunks; 2: damaged, and set aside
    count    INTEGER NOT NULL, -- of readings
    first_at INTEGER NOT NULL, -- Unix milliseconds of the earliest
    checksum INTEGER NOT NULL, -- CRC-32 of family, state, count, first_at and body
    body     BLOB    NOT NULL  -- see history/tail.rs
) STRICT;

CREATE INDEX tails_by_family ON tails (family, state, count, first_at);

-- At most 1,024 readings of one indicator and one day, compressed; of two readings of one moment the one in the row
-- with the higher id, then the later one in the row, is the one that counts.
CREATE TABLE chunks (
    id        INTEGER PRIMARY KEY,
    indicator INTEGER NOT NULL,
    day       INTEGER NOT NULL,
    first_at  INTEGER NOT NULL, -- Unix milliseconds
    last_at   INTEGER NOT NULL, -- Unix milliseconds
    count     INTEGER NOT NULL,
    checksum  INTEGER NOT NULL, -- CRC-32 of all other columns but the id
    body      BLOB    NOT NULL  -- moments and values, see history/chunk.rs
) STRICT;

CREATE INDEX chunks_by_indicator ON chunks (indicator, day, first_at, last_at, count);
CREATE INDEX chunks_by_day ON chunks (day);

-- What was forecast of the readings of a chunk, where anything was.
CREATE TABLE bands (
    id       INTEGER PRIMARY KEY, -- of the chunk
    count    INTEGER NOT NULL,
    checksum INTEGER NOT NULL, -- CRC-32 of all other columns
    body     BLOB    NOT NULL  -- see history/chunk.rs
) STRICT;

-- Minutes of one day, or hours of 32 days, of one indicator.
CREATE TABLE aggregates (
    id         INTEGER PRIMARY KEY,
    indicator  INTEGER NOT NULL,
    resolution INTEGER NOT NULL, -- milliseconds: 60000 or 3600000
    period     INTEGER NOT NULL, -- the day, or the day / 32
    count      INTEGER NOT NULL, -- of buckets
    first_at   INTEGER NOT NULL, -- Unix milliseconds: where the first bucket begins
    last_at    INTEGER NOT NULL, -- Unix milliseconds: where the last bucket begins
    checksum   INTEGER NOT NULL, -- CRC-32 of all other columns but the id
    body       BLOB    NOT NULL  -- see history/aggregate.rs
) STRICT;

CREATE UNIQUE INDEX aggregates_by_indicator ON aggregates (indicator, resolution, period);
CREATE INDEX aggregates_by_period ON aggregates (resolution, period);

-- Days whose chunks are not in the aggregates yet: those with this id and above.
CREATE TABLE unaggregated (
    indicator INTEGER NOT NULL,
    day       INTEGER NOT NULL,
    since     INTEGER NOT NULL,
    PRIMARY KEY (indicator, day)
) STRICT, WITHOUT ROWID;

CREATE INDEX unaggregated_by_day ON unaggregated (day);
