//! Any cell is unpacked without a panic and within its limits, and what is found stands where it says.
#![no_main]

use casebook::analysis::decode::unpack;
use casebook::model::{Budget, Cancel, Limits};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|cell: &[u8]| {
    // Evidence is read the same way: what is no UTF-8 becomes replacement characters.
    let text = String::from_utf8_lossy(cell);
    let Limits { members, depth, kept, .. } = Limits::default();
    let unpacked = unpack(&text, &mut Budget::new(Limits::default(), &Cancel::default()));

    assert!(unpacked.findings.len() <= members, "{} findings of one cell", unpacked.findings.len());
    // A cell without findings is given back whole, however long it is.
    assert!(unpacked.full.len() <= kept.max(text.len()), "{} bytes of full text", unpacked.full.len());
    let mut seen = Vec::new();
    for finding in &unpacked.findings {
        assert!((1..=depth).contains(&finding.depth), "depth {} of {}", finding.depth, finding.reference);
        assert!(finding.bytes.len() <= kept, "{} bytes are kept of {}", finding.bytes.len(), finding.reference);
        assert!(finding.bytes.len() <= finding.size, "{} keeps more than it has", finding.reference);
        if let (1, Some(offset)) = (finding.depth, finding.offset) {
            assert!(text.is_char_boundary(offset), "{} begins within a character", finding.reference);
        }
        if let Some(parent) = &finding.parent {
            assert!(seen.contains(&parent), "{} stands before its parent", finding.reference);
        }
        assert!(!seen.contains(&&finding.reference), "{} is there twice", finding.reference);
        seen.push(&finding.reference);
    }
});
