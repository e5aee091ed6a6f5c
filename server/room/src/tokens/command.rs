//! `synco token`: makes, lists and revokes tokens, beside a running room or without one.

use std::{collections::BTreeSet, num::NonZeroU32, path::PathBuf};

use clap::{Args, Subcommand};
use config::room::Room;
use jiff::Timestamp;
use vsm::{
    id::{AgentId, UnitId},
    itself,
    time::Moment,
};

use super::{FILE, Token, Tokens, change};
use crate::{cli::Failure, clock};

/// What `token` may be told.
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Makes a token and prints its secret, this once.
    Add {
        /// The name of the agent, or of the source of a sender.
        #[arg(value_parser = AgentId::parse)]
        name: AgentId,
        /// A unit for which it may report, with all that stand in it.
        #[arg(long = "unit", required = true, value_parser = UnitId::parse)]
        units: Vec<UnitId>,
        /// How many readings a second it may report, where that is not what every source may.
        #[arg(long, value_name = "N")]
        readings_a_second: Option<NonZeroU32>,
        /// Whose tokens.
        #[command(flatten)]
        at: Place,
    },
    /// Lists every token, without its secret.
    List {
        /// Whose tokens.
        #[command(flatten)]
        at: Place,
    },
    /// Takes a token out of force, at once, in a running room too.
    Revoke {
        /// Its name.
        #[arg(value_parser = AgentId::parse)]
        name: AgentId,
        /// Whose tokens.
        #[command(flatten)]
        at: Place,
    },
}

/// Whose tokens.
#[derive(Debug, Args)]
pub struct Place {
    /// The room's configuration; its units are those there are.
    #[arg(long)]
    config: Option<PathBuf>,
    /// The folder of the archive, before what the configuration says.
    #[arg(long)]
    archive: Option<PathBuf>,
}

/// Does what it is told.
pub fn run(command: TokenCommand) -> Result<(), Failure> {
    match command {
        TokenCommand::Add { name, units, readings_a_second, at } => {
            add(name, units.into_iter().collect(), readings_a_second, &at)
        }
        TokenCommand::List { at } => list(&at),
        TokenCommand::Revoke { name, at } => {
            change(&at.room()?.archive, |tokens| tokens.revoke(&name, clock::now())).map_err(refused)?;
            println!("{name} is revoked");
            Ok(())
        }
    }
}

fn add(
    name: AgentId,
    units: BTreeSet<UnitId>,
    readings_a_second: Option<NonZeroU32>,
    at: &Place,
) -> Result<(), Failure> {
    if itself::is_the_room(&name) {
        return Err(refused(format!("{name} is the room itself; give the source another name")));
    }
    let room = at.room()?;
    if at.config.is_some() {
        check_units(&units, &room)?;
    }
    let added = change(&room.archive, |tokens| tokens.add(name, units, readings_a_second, clock::now()));
    let secret = added.map_err(refused)?;
    eprintln!(
        "The secret is shown this once. It belongs into the agent's file as token = \"...\", or better into a file of"
    );
    eprintln!("its own, which token_file = \"FILE\" names: (umask 077; synco token add ... > FILE)");
    println!("{}", secret.reveal());
    Ok(())
}

/// A unit that is not there would let its source report nothing.
fn check_units(units: &BTreeSet<UnitId>, room: &Room) -> Result<(), Failure> {
    let is_missing = |unit: &&UnitId| room.organisation.unit(unit).is_none();
    let there: Vec<_> = room.organisation.units.iter().map(|unit| unit.id.as_str()).collect();
    let there = there.join(", ");
    let faults: Vec<_> =
        units.iter().filter(is_missing).map(|unit| format!("--unit {unit}: no such unit; there are {there}")).collect();
    if faults.is_empty() { Ok(()) } else { Err(Failure::Refused(faults)) }
}

fn list(at: &Place) -> Result<(), Failure> {
    let archive = at.room()?.archive;
    let tokens = Tokens::read(&archive).map_err(refused)?;
    for (name, Token { units, readings_a_second, made_at, revoked_at, .. }) in tokens.all() {
        let units: Vec<_> = units.iter().map(UnitId::as_str).collect();
        let state = revoked_at.map_or_else(|| "in force".to_owned(), |at| format!("revoked {}", time(at)));
        let pace = readings_a_second.map(|own| format!("\t{own} readings a second")).unwrap_or_default();
        println!("{name}\t{}\tmade {}\t{state}{pace}", units.join(","), time(*made_at));
    }
    if tokens.all().next().is_none() {
        eprintln!("no tokens in {}; `synco token add NAME --unit UNIT` makes one", archive.join(FILE).display());
    }
    Ok(())
}

fn time(at: Moment) -> String {
    let shown =
        Timestamp::from_millisecond(at.unix_millis()).map(|at| at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string());
    shown.unwrap_or_else(|_| format!("{} ms", at.unix_millis()))
}

impl Place {
    fn room(&self) -> Result<Room, Failure> {
        let mut room = match &self.config {
            Some(path) => config::room::read(path)
                .map_err(|faults| Failure::Refused(faults.iter().map(ToString::to_string).collect()))?,
            None => Room::default(),
        };
        room.archive = self.archive.clone().unwrap_or(room.archive);
        Ok(room)
    }
}

fn refused(why: String) -> Failure {
    Failure::Refused(vec![why])
}

#[cfg(test)]
pub(crate) mod tests {
    use std::path::Path;

    use super::*;
    use crate::tokens::secret::Secret;

    /// Makes a token in a folder.
    pub(crate) fn add(folder: &Path, name: &str, unit: &str) -> Secret {
        let units = BTreeSet::from([UnitId::parse(unit).unwrap()]);
        change(folder, |tokens| tokens.add(AgentId::parse(name).unwrap(), units, None, clock::now())).unwrap()
    }

    /// Takes one out of force.
    pub(crate) fn revoke(folder: &Path, name: &str) {
        change(folder, |tokens| tokens.revoke(&AgentId::parse(name).unwrap(), clock::now())).unwrap();
    }

    #[test]
    fn a_token_for_a_unit_that_is_not_there_is_refused_with_those_that_are() {
        let units = ["room", "rom"].map(|unit| UnitId::parse(unit).unwrap());
        let Err(Failure::Refused(faults)) = check_units(&units.into(), &Room::default()) else {
            panic!("it is no unit")
        };
        assert_eq!(faults, ["--unit rom: no such unit; there are room"]);
    }
}
