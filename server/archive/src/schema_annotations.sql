-- What was said of readings that are in no doubt, as that something was deployed. Kept as long as minutes are.

CREATE TABLE annotations (
    id        INTEGER PRIMARY KEY,
    indicator INTEGER NOT NULL,
    at        INTEGER NOT NULL, -- Unix milliseconds
    checksum  INTEGER NOT NULL, -- CRC-32 of indicator, at and text
    text      TEXT    NOT NULL
) STRICT;

-- The same words at the same moment are said once, however often they are sent.
CREATE UNIQUE INDEX annotations_by_indicator ON annotations (indicator, at, text);
CREATE INDEX annotations_by_time ON annotations (at);
