//! How much of the processor a hashing thread gets.

use thread_priority::ThreadPriority;
#[cfg(target_os = "linux")]
use thread_priority::unix::{
    NormalThreadSchedulePolicy, ThreadSchedulePolicy, set_thread_priority_and_policy, thread_native_id,
};

/// What a thread is given beside others that want to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Priority {
    /// What they leave. Where the system knows no such thing, like [`Priority::Low`].
    Idle,
    /// Little.
    Low,
}

/// Sets the priority of this thread. Where that is not allowed, it runs like any other.
pub(super) fn run_at(priority: Priority) {
    let set = match priority {
        Priority::Idle => run_when_idle(),
        Priority::Low => thread_priority::set_current_thread_priority(ThreadPriority::Min),
    };
    if let Err(error) = set {
        tracing::debug!(?error, ?priority, "password hashing runs at normal priority");
    }
}

#[cfg(target_os = "linux")]
fn run_when_idle() -> Result<(), thread_priority::Error> {
    let policy = ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Idle);
    set_thread_priority_and_policy(thread_native_id(), ThreadPriority::Min, policy)
}

#[cfg(not(target_os = "linux"))]
fn run_when_idle() -> Result<(), thread_priority::Error> {
    thread_priority::set_current_thread_priority(ThreadPriority::Min)
}
