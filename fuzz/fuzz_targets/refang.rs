//! What is made unclickable and live again is what it was, and neither way panics.
#![no_main]

use casebook::analysis::defang::defanged;
use casebook::analysis::ioc::refang;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|cell: &[u8]| {
    // Evidence is read the same way: what is no UTF-8 becomes replacement characters.
    let text = String::from_utf8_lossy(cell);
    let safe = defanged(&text);
    let live = refang(&text);
    assert!(live.len() <= text.len().saturating_mul(2), "{} bytes of {}", live.len(), text.len());
    // Only text that holds nothing defanged can be told from what defanging made of it.
    if live == text {
        assert_eq!(refang(&safe), text, "through {safe:?}");
    }
});
