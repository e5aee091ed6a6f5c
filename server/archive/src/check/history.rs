//! The tables of history: indicators, tails, chunks, bands, aggregates, annotations.

use rusqlite::Row;
use vsm::id::IndicatorId;

use super::{Check, column};
use crate::{
    codec::Damage,
    history::{annotations, rows},
};

impl Check<'_> {
    pub(super) fn history(&mut self) {
        self.walk("indicators", "SELECT id, name FROM indicators", |row| {
            let name: String = row.get(1).map_err(column)?;
            IndicatorId::try_from(name).map(drop).map_err(Damage::Name)
        });
        self.walk("tails", &format!("SELECT {} FROM tails", rows::TAIL), tail);
        self.walk("chunks", &format!("SELECT {} FROM chunks", rows::CHUNK), |row| rows::read_chunk(row).map(drop));
        self.bands();
        self.walk("aggregates", &format!("SELECT {} FROM aggregates", rows::AGGREGATES), |row| {
            rows::read_aggregates(row).map(drop)
        });
        self.walk("annotations", "SELECT id, indicator, at, checksum, text FROM annotations", annotations::read);
        self.positions();
    }

    /// Each band belongs to a chunk and fits it.
    fn bands(&mut self) {
        let own = "bands.id, bands.count, bands.checksum, bands.body";
        let chunk = rows::CHUNK.split(", ").map(|column| format!("chunks.{column}")).collect::<Vec<_>>().join(", ");
        let database = self.database;
        let chunk_of = format!("SELECT {chunk} FROM chunks WHERE id = ?1");
        self.walk("bands", &format!("SELECT {own} FROM bands"), |row| {
            let id: i64 = row.get(0).map_err(|fault| fault.to_string())?;
            let mut query = database.prepare_cached(&chunk_of).map_err(|fault| fault.to_string())?;
            let mut chunks = query.query([id]).map_err(|fault| fault.to_string())?;
            let Some(chunk) = chunks.next().map_err(|fault| fault.to_string())? else {
                return Err("it belongs to a chunk that is not there".to_owned());
            };
            // A damaged chunk is told in its own table; without it, nothing can be said of what lies beside it.
            let Ok(mut readings) = rows::read_chunk(chunk) else { return Ok(()) };
            rows::read_band(row, &mut readings).map_err(|damage| damage.to_string())
        });
    }

    fn positions(&mut self) {
        self.none(
            "history",
            "its position lies behind the end of the journal",
            "SELECT id FROM history WHERE (SELECT ifnull(max(position), 0) FROM journal) < position",
        );
        self.none(
            "history",
            "there is not one row with the coarser kept longer",
            "SELECT ifnull(max(id), 0) FROM history
             HAVING count(*) <> 1 OR min(hours_from <= minutes_from AND minutes_from <= raw_from) = 0",
        );
        for table in ["chunks", "aggregates", "annotations"] {
            let query = format!("SELECT id FROM {table} WHERE indicator NOT IN (SELECT id FROM indicators)");
            self.none(table, "it belongs to an indicator without a name", &query);
        }
        self.none(
            "unaggregated",
            "there is no chunk of this indicator and day",
            "SELECT u.indicator || ' of day ' || u.day FROM unaggregated u
             WHERE NOT EXISTS (SELECT 1 FROM chunks c WHERE c.indicator = u.indicator AND c.day = u.day)",
        );
    }
}

fn tail(row: &Row<'_>) -> Result<(), Damage> {
    let mut readings = Vec::new();
    rows::read_tail(row)?.iter().try_for_each(|part| part.decode(&mut readings))
}
