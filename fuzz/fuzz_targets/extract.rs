//! Any text gives its indicators without a panic, the same ones each time, and each stands where it says.
#![no_main]

use casebook::analysis::ioc::{Wanted, extract};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|cell: &[u8]| {
    // Evidence is read the same way: what is no UTF-8 becomes replacement characters.
    let text = String::from_utf8_lossy(cell);
    let found = extract(&text, &Wanted::default());
    assert!(found == extract(&text, &Wanted::default()), "two calls disagree");

    for (nth, ioc) in found.iter().enumerate() {
        assert!(text.is_char_boundary(ioc.offset), "{} begins within a character", ioc.observable);
        assert!(text[ioc.offset..].starts_with(&ioc.observable), "{} stands elsewhere", ioc.observable);
        assert!(!ioc.observable.is_empty() && !ioc.refanged.is_empty(), "an indicator of nothing");
        let is_again = found[..nth].iter().any(|other| other.kind == ioc.kind && other.observable == ioc.observable);
        assert!(!is_again, "{} is there twice", ioc.observable);
    }
});
