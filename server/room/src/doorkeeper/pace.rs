//! How fast each source may report.

use std::{
    collections::HashMap,
    num::NonZeroU32,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use governor::{
    Quota, RateLimiter,
    clock::{Clock, DefaultClock},
    middleware::NoOpMiddleware,
    state::keyed::HashMapStateStore,
};
use vsm::id::AgentId;

/// So many seconds' worth may come at once: an agent brings a backlog, a sender what it has gathered.
const SECONDS_AT_ONCE: u32 = 10;
/// A whole batch may always come at once.
pub(crate) const LEAST_AT_ONCE: u32 = 10_000;
/// Of more sources than this, those are forgotten that have not reported lately.
const MANY: usize = 4096;

/// One allowance of readings for each source, filled again all the time.
pub struct Pace<C: Clock = DefaultClock> {
    /// By how many readings a second are allowed: what is usual, and what tokens say.
    allowances: Mutex<HashMap<u32, Arc<Allowances<C>>>>,
    clock: C,
}

/// Those of all who may send as much.
struct Allowances<C: Clock> {
    limiter: RateLimiter<AgentId, HashMapStateStore<AgentId>, C, NoOpMiddleware<C::Instant>>,
    most_at_once: NonZeroU32,
}

impl<C: Clock + Clone> Pace<C> {
    /// Nobody has reported yet, by this clock.
    pub fn new(clock: C) -> Self {
        Self { allowances: Mutex::default(), clock }
    }

    /// Takes so many readings off the allowance of a source that may send so many a second, or says how long to wait until
    /// they fit. What is more than ever fits takes all of it.
    pub fn spend(&self, source: &AgentId, a_second: u32, readings: usize) -> Result<(), Duration> {
        let Allowances { limiter, most_at_once } = &*self.allowances(a_second);
        if MANY < limiter.len() {
            limiter.retain_recent();
        }
        // Nothing at all costs the room a little too.
        let readings = u32::try_from(readings.max(1)).ok().and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MAX);
        match limiter.check_key_n(source, readings.min(*most_at_once)) {
            Ok(Err(early)) => Err(early.wait_time_from(limiter.clock().now())),
            // More than fits at once was not asked for.
            Ok(Ok(())) | Err(_) => Ok(()),
        }
    }

    fn allowances(&self, a_second: u32) -> Arc<Allowances<C>> {
        let mut allowances = self.allowances.lock().unwrap_or_else(PoisonError::into_inner);
        let of = allowances.entry(a_second).or_insert_with(|| Arc::new(Allowances::new(a_second, self.clock.clone())));
        Arc::clone(of)
    }
}

impl<C: Clock> Allowances<C> {
    fn new(readings_a_second: u32, clock: C) -> Self {
        let a_second = NonZeroU32::new(readings_a_second).unwrap_or(NonZeroU32::MIN);
        let at_once = readings_a_second.saturating_mul(SECONDS_AT_ONCE).max(LEAST_AT_ONCE);
        let most_at_once = NonZeroU32::new(at_once).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::per_second(a_second).allow_burst(most_at_once);
        Self { limiter: RateLimiter::new(quota, HashMapStateStore::default(), clock), most_at_once }
    }
}

#[cfg(test)]
mod tests {
    use governor::clock::FakeRelativeClock;

    use super::*;

    #[test]
    fn who_sends_too_much_waits_until_it_fits_and_the_others_do_not() {
        let clock = FakeRelativeClock::default();
        let pace = Pace::new(clock.clone());
        let (fast, slow) = (AgentId::parse("fast").unwrap(), AgentId::parse("slow").unwrap());
        assert_eq!(pace.spend(&fast, 1000, 10_000), Ok(()));
        let wait = pace.spend(&fast, 1000, 500).unwrap_err();
        assert_eq!(wait.as_millis(), 500);
        assert_eq!(pace.spend(&slow, 1000, 500), Ok(()));
        clock.advance(wait);
        assert_eq!(pace.spend(&fast, 1000, 500), Ok(()));
        assert!(pace.spend(&fast, 1000, 0).is_err(), "even nothing is something");
    }

    #[test]
    fn who_may_send_less_waits_longer() {
        let pace = Pace::new(FakeRelativeClock::default());
        let (usual, slow) = (AgentId::parse("usual").unwrap(), AgentId::parse("slow").unwrap());
        let wait = |source, a_second| {
            pace.spend(source, a_second, 10_000).unwrap();
            pace.spend(source, a_second, 500).unwrap_err().as_millis()
        };
        assert_eq!([wait(&usual, 1000), wait(&slow, 10)], [500, 50_000]);
    }

    #[test]
    fn what_never_fits_at_once_takes_all_there_is() {
        let clock = FakeRelativeClock::default();
        let pace = Pace::new(clock.clone());
        let source = AgentId::parse("sender").unwrap();
        assert_eq!(pace.spend(&source, 1000, 50_000_000_000), Ok(()));
        assert_eq!(pace.spend(&source, 1000, 50_000).unwrap_err().as_secs(), 10);
    }
}
