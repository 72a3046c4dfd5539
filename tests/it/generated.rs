//! The generated pages are what the program would make now.

use casebook::cli::generated_docs;

#[test]
fn generated_docs_are_current() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/generated");
    for (name, text) in generated_docs().unwrap() {
        let path = folder.join(name);
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(&path, &text).unwrap();
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            committed == text,
            "docs/generated/{name} is not current: UPDATE_DOCS=1 cargo test generated writes it"
        );
    }
}
