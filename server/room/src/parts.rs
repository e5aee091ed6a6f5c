//! The parts a room cannot live without: the end of one that nobody asked for is seen.

use std::{thread, time::Duration};

use tokio::{task::JoinSet, time::timeout};

/// One dead part takes others with it; so long is waited for their ends, to name all.
const SETTLES_WITHIN: Duration = Duration::from_millis(200);

/// Threads and tasks, each with its name.
#[derive(Default)]
pub struct Parts(JoinSet<&'static str>);

impl Parts {
    /// A thread.
    pub fn thread(&mut self, name: &'static str, thread: thread::JoinHandle<()>) {
        self.0.spawn_blocking(move || {
            // A panic has told itself already.
            thread.join().ok();
            name
        });
    }

    /// A task, which begins now.
    pub fn task(&mut self, name: &'static str, task: impl Future<Output = ()> + Send + 'static) {
        let task = tokio::spawn(task);
        self.0.spawn(async move {
            task.await.ok();
            name
        });
    }

    /// Waits until one ends; gives its name and those of the parts that went with it.
    pub async fn some_end(&mut self) -> Vec<&'static str> {
        let mut ended = Vec::from_iter(self.next_end().await);
        while let Ok(Some(name)) = timeout(SETTLES_WITHIN, self.next_end()).await {
            ended.push(name);
        }
        ended
    }

    /// Waits until all have ended.
    pub async fn all_end(&mut self) {
        while self.next_end().await.is_some() {}
    }

    async fn next_end(&mut self) -> Option<&'static str> {
        // What waits for a part does nothing that could fail.
        self.0.join_next().await.and_then(Result::ok)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn whatever_ends_is_named_however_it_ended() {
        let mut parts = Parts::default();
        parts.task("the one that stays", std::future::pending());
        parts.thread("the thread", thread::spawn(|| panic!("on purpose")));
        assert_eq!(parts.some_end().await, ["the thread"]);
        parts.task("the task", async { panic!("on purpose") });
        assert_eq!(parts.some_end().await, ["the task"]);
        parts.task("the calm one", async {});
        assert_eq!(parts.some_end().await, ["the calm one"]);
    }
}
