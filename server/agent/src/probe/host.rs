//! This machine: processor, memory, load, disk, network.

use std::{collections::BTreeMap, time::Instant};

use config::agent::HostQuantity;
use sysinfo::{DiskRefreshKind, Disks, MINIMUM_CPU_UPDATE_INTERVAL, Networks, System};
use vsm::{id::IndicatorId, time::Moment};

use super::{ProbeFault, Readout, Reason, aside::Aside};

/// Reads this machine.
pub struct Host {
    indicators: BTreeMap<HostQuantity, IndicatorId>,
    senses: Aside<Senses>,
}

impl Host {
    /// A probe for the quantities that have an indicator.
    pub fn new(indicators: BTreeMap<HostQuantity, IndicatorId>) -> Self {
        Self { indicators, senses: Aside::default() }
    }

    /// Reads them all. Processor and network are means since the last reading, so the first one is without them.
    pub async fn read(&mut self, now: Moment) -> Readout {
        let quantities: Vec<HostQuantity> = self.indicators.keys().copied().collect();
        let found = match self.senses.look(move |senses| senses.look(&quantities)).await {
            Ok(found) => found,
            Err(why) => return Readout::fault("host", why),
        };
        let mut readout = Readout::default();
        for ((quantity, indicator), value) in self.indicators.iter().zip(found) {
            let about = || format!("host {quantity:?}").to_lowercase();
            if let Some(value) = value.map_err(|why| ProbeFault::new(about(), why)).transpose() {
                readout.take(indicator, now, value);
            }
        }
        readout
    }
}

/// A value, nothing yet, or why there is none.
type Found = Result<Option<f64>, Reason>;

/// What has to stay alive between two readings, because some quantities are differences.
#[derive(Default)]
struct Senses {
    system: Option<System>,
    networks: Option<Networks>,
    processor_at: Option<Instant>,
    network_at: Option<Instant>,
}

impl Senses {
    fn look(&mut self, quantities: &[HostQuantity]) -> Vec<Found> {
        let traffic = quantities.iter().any(is_traffic).then(|| self.traffic());
        let traffic = |of: fn(&Traffic) -> f64| match &traffic {
            Some(Ok(traffic)) => Ok(traffic.as_ref().map(of)),
            Some(Err(why)) => Err(why.clone()),
            None => Ok(None),
        };
        let look = |quantity: &HostQuantity| match quantity {
            HostQuantity::Processor => self.processor(),
            HostQuantity::Memory => self.memory(),
            HostQuantity::Load => {
                System::load_average().map(|load| Some(load.one)).map_err(|why| unseen(why.to_string()))
            }
            HostQuantity::Disk => disk(),
            HostQuantity::NetworkIn => traffic(|traffic| traffic.received),
            HostQuantity::NetworkOut => traffic(|traffic| traffic.sent),
        };
        quantities.iter().map(look).collect()
    }

    fn system(&mut self) -> Result<&mut System, Reason> {
        if self.system.is_none() {
            self.system = Some(System::new().map_err(|why| unseen(why.to_string()))?);
        }
        self.system.as_mut().ok_or_else(|| "no system".into())
    }

    /// Percent busy since the last reading, over all processors.
    fn processor(&mut self) -> Found {
        let now = Instant::now();
        let before = self.processor_at.replace(now);
        let system = self.system()?;
        system.refresh_cpu_usage();
        let long_enough = before.is_some_and(|before| MINIMUM_CPU_UPDATE_INTERVAL <= now - before);
        Ok(long_enough.then(|| f64::from(system.global_cpu_usage())))
    }

    /// Percent used.
    fn memory(&mut self) -> Found {
        let system = self.system()?;
        system.refresh_memory();
        percent(system.used_memory(), system.total_memory()).map(Some)
    }

    /// Means since the last reading, over all interfaces but the loopback.
    fn traffic(&mut self) -> Result<Option<Traffic>, Reason> {
        let now = Instant::now();
        let before = self.network_at.replace(now);
        let Some(networks) = &mut self.networks else {
            self.networks = Some(Networks::new_with_refreshed_list().map_err(|why| unseen(why.to_string()))?);
            return Ok(None);
        };
        networks.refresh(true);
        let Some(seconds) = before.map(|before| (now - before).as_secs_f64()).filter(|seconds| 0.0 < *seconds) else {
            return Ok(None);
        };
        let outside = || networks.iter().filter(|(name, _)| name.as_os_str() != "lo").map(|(_, network)| network);
        let per_second = |bytes: u64| bytes as f64 / 1000.0 / seconds;
        Ok(Some(Traffic {
            received: per_second(outside().map(sysinfo::NetworkData::received).sum()),
            sent: per_second(outside().map(sysinfo::NetworkData::transmitted).sum()),
        }))
    }
}

/// In kilobytes (1,000 bytes) a second.
struct Traffic {
    received: f64,
    sent: f64,
}

fn is_traffic(quantity: &HostQuantity) -> bool {
    matches!(quantity, HostQuantity::NetworkIn | HostQuantity::NetworkOut)
}

/// Percent of the disk under the working directory that is no longer available to it.
fn disk() -> Found {
    let only_space = DiskRefreshKind::nothing().with_storage();
    let disks = Disks::new_with_refreshed_list_specifics(only_space).map_err(|why| unseen(why.to_string()))?;
    let here = std::env::current_dir().map_err(|why| Reason::of_system(&why).after("no working directory"))?;
    let holds_it = disks.iter().filter(|disk| here.starts_with(disk.mount_point()));
    let nearest = holds_it.max_by_key(|disk| disk.mount_point().components().count());
    let disk = nearest.ok_or_else(|| {
        let said = "no disk is listed that holds the working directory";
        Reason::new(said, format!("no disk is listed that holds {}", here.display()))
    })?;
    let total = disk.total_space();
    percent(total.saturating_sub(disk.available_space()), total).map(Some)
}

fn unseen(details: String) -> Reason {
    Reason::new("the machine does not tell", details)
}

fn percent(part: u64, whole: u64) -> Result<f64, Reason> {
    if whole == 0 {
        return Err("the machine says it has none".into());
    }
    Ok(100.0 * part as f64 / whole as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn this_machine_gives_finite_numbers_in_their_range_and_differences_from_the_second_reading_on() {
        use HostQuantity::{Disk, Load, Memory, NetworkIn, NetworkOut, Processor};
        let quantities = [Processor, Memory, Load, Disk, NetworkIn, NetworkOut];
        let name = |q: &HostQuantity| IndicatorId::parse(&format!("{q:?}").to_lowercase()).unwrap();
        let mut host = Host::new(quantities.iter().map(|q| (*q, name(q))).collect());
        let first = host.read(Moment::default()).await;
        assert_eq!(first.faults, []);
        let named: Vec<_> = first.readings.iter().map(|reading| reading.indicator.as_str()).collect();
        assert_eq!(named.len(), 3, "{named:?}");
        let earlier = Instant::now().checked_sub(MINIMUM_CPU_UPDATE_INTERVAL);
        host.senses.look(move |senses| senses.processor_at = earlier).await.unwrap();
        let second = host.read(Moment::default()).await;
        assert_eq!((second.readings.len(), second.faults.len()), (6, 0));
        for reading in second.readings {
            let is_percent = ["processor", "memory", "disk"].contains(&reading.indicator.as_str());
            let range = if is_percent { 0.0..=100.0 } else { 0.0..=f64::MAX };
            assert!(range.contains(&reading.value()), "{reading:?}");
        }
    }
}
