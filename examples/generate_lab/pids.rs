//! Gives process ids out in the order of time, as the hosts would: multiples of four that are used again once free.

use std::collections::HashMap;

use crate::ledger::{Ledger, Parent};
use crate::prng::{Prng, name_hash};
use crate::time::{MINUTE, Time};

/// Ids below this belong to the processes that were there before the first record.
const FIRST_FREE: u64 = 0x140;
/// How many ids, in steps of four, a host uses.
const POOL: u64 = 1_900;

pub fn assign(ledger: &mut Ledger) {
    let mut order: Vec<usize> = (0..ledger.processes.len()).collect();
    order.sort_by_key(|place| ledger.processes[*place].time);
    let busy_until = last_needed(ledger);
    let mut prng = Prng::named("process ids");
    let mut holders: HashMap<(&str, u64), Time> = HashMap::new();
    for place in order {
        let (host, time) = (ledger.processes[place].host.name, ledger.processes[place].time);
        let mut pid = 4 * (FIRST_FREE + prng.below(POOL));
        while holders.get(&(host, pid)).is_some_and(|until| *until >= time) {
            pid = 4 * (FIRST_FREE + prng.below(POOL));
        }
        holders.insert((host, pid), busy_until[place].plus(30 * MINUTE));
        ledger.processes[place].pid = pid;
    }
    link(ledger);
}

/// When each process was last needed: at its own start or at that of its last child.
fn last_needed(ledger: &Ledger) -> Vec<Time> {
    let mut needed: Vec<Time> = ledger.processes.iter().map(|process| process.time).collect();
    for process in &ledger.processes {
        if let Parent::Logged(parent) = process.parent {
            needed[parent] = needed[parent].max(process.time);
        }
    }
    needed
}

fn link(ledger: &mut Ledger) {
    for place in 0..ledger.processes.len() {
        let (pid, image) = match ledger.processes[place].parent {
            Parent::Kernel => (4, String::new()),
            Parent::Resident(image) => (resident_pid(ledger.processes[place].host.name, image), image.to_owned()),
            Parent::Logged(parent) => (ledger.processes[parent].pid, ledger.processes[parent].image.clone()),
        };
        ledger.processes[place].parent_pid = pid;
        ledger.processes[place].parent_image = image;
    }
}

fn resident_pid(host: &str, image: &str) -> u64 {
    4 * (0x60 + name_hash(&format!("{host} {image}")) % (FIRST_FREE - 0x60))
}
