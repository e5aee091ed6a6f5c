//! How many may be connected at once; who finds no seat is told so before anything is set aside for it.

use std::sync::Arc;

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::happening::Refusal;

/// The seats for one kind of peer.
#[derive(Clone)]
pub struct Seats {
    whose: &'static str,
    count: usize,
    free: Arc<Semaphore>,
}

impl Seats {
    /// So many for `whose`, as `agents`.
    pub fn new(whose: &'static str, count: usize) -> Self {
        Self { whose, count, free: Arc::new(Semaphore::new(count)) }
    }

    /// A seat, which is free again when it is dropped.
    pub fn take(&self) -> Result<OwnedSemaphorePermit, Full> {
        let seat = Arc::clone(&self.free).try_acquire_owned();
        seat.map_err(|_| Full { whose: self.whose, count: self.count })
    }
}

/// No seat is free: 503, with words.
#[derive(Debug, Eq, PartialEq, thiserror::Error)]
#[error("all {count} seats for {whose} are taken; come back later")]
pub struct Full {
    whose: &'static str,
    count: usize,
}

impl IntoResponse for Full {
    fn into_response(self) -> Response {
        let why = self.to_string();
        Refusal { who: self.whose, why: &why }.emit();
        (StatusCode::SERVICE_UNAVAILABLE, why + "\n").into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_comes_too_late_is_refused_until_a_seat_is_free_again() {
        let seats = Seats::new("agents", 2);
        let (first, _second) = (seats.take().unwrap(), seats.take().unwrap());
        assert_eq!(seats.take().unwrap_err().to_string(), "all 2 seats for agents are taken; come back later");
        drop(first);
        assert!(seats.take().is_ok());
    }
}
