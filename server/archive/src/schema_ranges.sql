-- An agent may send what is new before it has caught up: `taken` has the sequence up to which everything of it is in, and
-- these are the ranges above that, from the first sequence to the last, apart from each other. They end before 2^63.

CREATE TABLE taken_ranges (
    agent TEXT    NOT NULL,
    first INTEGER NOT NULL,
    last  INTEGER NOT NULL,
    PRIMARY KEY (agent, first)
) STRICT, WITHOUT ROWID;
