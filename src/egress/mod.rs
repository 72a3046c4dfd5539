//! The way out: the only room that opens sockets.
//!
//! The default is offline. What leaves the machine is an [`Approved`] indicator, which only the [`Gate`] can make, and
//! every question that was asked is written down with whom it was asked of.

mod dns;
mod gate;
mod http;
mod secret;
mod sent;

pub use dns::{Found, Question, RecordKind, Reply};
pub use gate::{Approved, Contact, Gate, Indicator, Network, Pap, Refusal};
pub use http::{Answer, Ask, Failure};
pub use secret::{Secret, SecretError, Secrets};
pub use sent::SentLog;

use crate::model::Cancel;

/// Runs what waits for the network on this thread, looking at the cancel flag meanwhile; None where it was cancelled or
/// no runtime could be made.
fn wait<T>(cancel: &Cancel, work: impl Future<Output = T>) -> Option<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
    runtime.block_on(async {
        tokio::pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return Some(done),
                () = tokio::time::sleep(LOOK) => if cancel.is_requested() { return None },
            }
        }
    })
}

/// How often the cancel flag is looked at.
const LOOK: std::time::Duration = std::time::Duration::from_millis(40);
