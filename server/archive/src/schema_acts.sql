-- The journal takes acts on signals too. The checksum of a batch is what it was: kind 0 is not part of it.

ALTER TABLE journal ADD COLUMN kind INTEGER NOT NULL DEFAULT 0; -- 0 a batch, 1 an act: see entry.rs
