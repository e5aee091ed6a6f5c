//! What is looked at in a thread of its own, because a file system that hangs must not hang the agent.

use std::sync::{Arc, Mutex, TryLockError};

use super::Reason;

/// Something with a memory that is looked at, one look at a time.
#[derive(Default)]
pub(super) struct Aside<T>(Arc<Mutex<T>>);

impl<T: Send + 'static> Aside<T> {
    pub(super) fn new(senses: T) -> Self {
        Self(Arc::new(Mutex::new(senses)))
    }

    /// Looks; fails while the look before this one hangs, so that not a second thread hangs as well.
    pub(super) async fn look<R: Send + 'static>(
        &self,
        look: impl FnOnce(&mut T) -> R + Send + 'static,
    ) -> Result<R, Reason> {
        let senses = Arc::clone(&self.0);
        let looking = tokio::task::spawn_blocking(move || match senses.try_lock() {
            Ok(mut senses) => Ok(look(&mut senses)),
            Err(TryLockError::Poisoned(crashed)) => Ok(look(&mut crashed.into_inner())),
            Err(TryLockError::WouldBlock) => Err("the look before this one still hangs".into()),
        });
        looking.await.map_err(|crash| Reason::new("the look crashed", crash.to_string()))?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_look_that_still_hangs_is_a_fault_and_not_a_second_thread_that_hangs() {
        let aside = Aside::new(7);
        let senses = Arc::clone(&aside.0);
        let (held, holds) = tokio::sync::oneshot::channel();
        let (let_go, may_go) = std::sync::mpsc::sync_channel::<()>(1);
        let holder = std::thread::spawn(move || {
            let _hanging = senses.lock().unwrap();
            held.send(()).unwrap();
            may_go.recv().unwrap();
        });
        holds.await.unwrap();
        assert!(aside.look(|seven| *seven).await.unwrap_err().said.contains("still hangs"));
        let_go.send(()).unwrap();
        holder.join().unwrap();
        assert_eq!(aside.look(|seven| *seven).await, Ok(7));
    }
}
