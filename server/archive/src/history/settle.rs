//! From tails to chunks: one family at a time.

use rusqlite::{Connection, params};

use super::{PastReading, chunk, rows, span, tail};
use crate::fault::ArchiveFault;

/// How many readings one step takes at most, with those of the row that reaches it.
const MOST: usize = 131_072;

/// What one step did.
#[derive(Debug, Default)]
pub(crate) struct Settled {
    /// Readings that were looked at.
    pub(crate) readings: usize,
    /// Chunks that were written.
    pub(crate) chunks: usize,
}

/// Puts the readings of a family's tails into chunks: all those of days before `today`, and of the others what fills
/// a chunk. The rest stays, as one row. Damaged rows are set aside and told in `damaged`.
pub(crate) fn settle(
    database: &Connection,
    family: i64,
    today: i64,
    damaged: &mut Vec<ArchiveFault>,
) -> Result<Settled, ArchiveFault> {
    let Gathered { ids, slots } = gather(database, family, damaged)?;
    let Some(last) = ids.last().copied() else { return Ok(Settled::default()) };
    let mut settled = Settled { readings: slots.iter().map(Vec::len).sum(), chunks: 0 };
    let mut rest = Rest { body: Vec::new(), count: 0, first_at: i64::MAX };
    for (slot, mut readings) in (0..).zip(slots).filter(|(_, readings)| !readings.is_empty()) {
        // Readings of one moment keep the order in which they came, as the later one counts.
        readings.sort_by_key(PastReading::at);
        let left_over = write(database, family * tail::FAMILY + slot, today, &readings, &mut settled)?;
        rest.take(slot, left_over);
    }
    for id in ids {
        database.prepare_cached("DELETE FROM tails WHERE id = ?1")?.execute([id])?;
    }
    if 0 < rest.count {
        let columns = [family, rows::LEFT_OVER, rest.count, rest.first_at];
        // Rows that came later lie behind.
        rows::insert_tail(database, Some(last), columns, &rest.body)?;
    }
    Ok(settled)
}

struct Gathered {
    /// The rows, in the order in which they came.
    ids: Vec<i64>,
    /// Their readings, by slot.
    slots: Vec<Vec<PastReading>>,
}

fn gather(database: &Connection, family: i64, damaged: &mut Vec<ArchiveFault>) -> Result<Gathered, ArchiveFault> {
    let mut gathered = Gathered { ids: Vec::new(), slots: vec![Vec::new(); tail::FAMILY as usize] };
    let mut aside = Vec::new();
    let select = format!("SELECT {} FROM tails WHERE family = ?1 AND state < 2 ORDER BY id", rows::TAIL);
    let mut query = database.prepare_cached(&select)?;
    let mut rows = query.query([family])?;
    while gathered.slots.iter().map(Vec::len).sum::<usize>() < MOST {
        let Some(row) = rows.next()? else { break };
        let id = row.get(0)?;
        match rows::sound("tails", id, decode(row), damaged) {
            Some(parts) => {
                gathered.ids.push(id);
                parts.into_iter().for_each(|(slot, readings)| gathered.slots[slot].extend(readings));
            }
            None => aside.push(id),
        }
    }
    drop(rows);
    for id in aside {
        database.prepare_cached("UPDATE tails SET state = ?1 WHERE id = ?2")?.execute([rows::SET_ASIDE, id])?;
    }
    Ok(gathered)
}

/// All of a row, or nothing: half a damaged row would be counted again when it is mended.
fn decode(row: &rusqlite::Row<'_>) -> Result<Vec<(usize, Vec<PastReading>)>, crate::codec::Damage> {
    let mut slots = Vec::new();
    for part in rows::read_tail(row)? {
        let mut readings = Vec::new();
        part.decode(&mut readings)?;
        slots.push((part.slot as usize, readings));
    }
    Ok(slots)
}

/// Writes chunks of one indicator, and returns what stays.
fn write<'a>(
    database: &Connection,
    indicator: i64,
    today: i64,
    readings: &'a [PastReading],
    settled: &mut Settled,
) -> Result<Vec<&'a PastReading>, ArchiveFault> {
    let mut rest = Vec::new();
    for of_day in readings.chunk_by(|a, b| span::day_of(a.at()) == span::day_of(b.at())) {
        let day = span::day_of(of_day[0].at());
        let full = of_day.len() / chunk::MOST * chunk::MOST;
        let (ready, left_over) = of_day.split_at(if day < today { of_day.len() } else { full });
        rest.extend(left_over);
        for part in ready.chunks(even(ready.len())) {
            let id = rows::insert_chunk(database, indicator, day, part)?;
            database
                .prepare_cached("INSERT OR IGNORE INTO unaggregated (indicator, day, since) VALUES (?1, ?2, ?3)")?
                .execute(params![indicator, day, id])?;
            settled.chunks += 1;
        }
    }
    Ok(rest)
}

/// The size of chunks that are about equal and none too large; a small one at the end would compress badly.
fn even(readings: usize) -> usize {
    readings.div_ceil(readings.div_ceil(chunk::MOST).max(1)).max(1)
}

/// What goes back into the tails.
struct Rest {
    body: Vec<u8>,
    count: i64,
    first_at: i64,
}

impl Rest {
    fn take(&mut self, slot: i64, readings: Vec<&PastReading>) {
        let Some(first) = readings.first() else { return };
        self.first_at = self.first_at.min(first.at());
        self.count += readings.len() as i64;
        tail::encode(slot, readings.into_iter(), &mut self.body);
    }
}
