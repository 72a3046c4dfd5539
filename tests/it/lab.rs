//! The built-in data and the built-in queries fit each other.

use casebook::cli::{Shared, library, load_config};
use casebook::model::{Params, Role};

use crate::driver::{run, watch};

#[test]
fn every_built_in_query_runs_on_the_built_in_data() {
    let library = library(&load_config(), &Shared::default()).unwrap();
    assert!(library.problems.is_empty(), "{:?}", library.problems);
    let now = chrono::Utc::now();
    for template in &library.templates {
        let mut params = Params::new();
        // The one query that asks for something.
        if !template.needs_nothing() {
            assert_eq!(template.name, "processes_with_text");
            params.insert("param.text".to_owned(), "-enc".to_owned());
        }
        for name in template.full_names() {
            let (lf, opened) =
                library.plan_query(&name, &params, now, &watch()).unwrap_or_else(|e| panic!("{name}: {e}"));
            let table = library.collect(&template.name, lf, opened).unwrap_or_else(|e| panic!("{name}: {e}"));
            assert!(table.n_rows() > 0, "{name} gives no row");
        }
    }
    assert_eq!(library.templates.len(), 30);
}

#[test]
fn the_built_in_tables_have_times_and_lineage() {
    let library = library(&load_config(), &Shared::default()).unwrap();
    assert_eq!(library.stems().len(), 13);
    for stem in library.stems().iter().filter(|stem| *stem != "exchange_admin") {
        let opened = library.open_stem(stem, &watch()).unwrap();
        let table = library.collect(stem, opened.lf.clone(), vec![opened]).unwrap();
        assert!(table.column_with(&Role::TIME).is_some(), "{stem}");
        let last = table.n_rows() - 1;
        let origin = table.origin(last).unwrap();
        assert_eq!((origin.evidence, origin.row), (format!("lab:{stem}"), u32::try_from(last).unwrap()));
    }
}

#[test]
fn a_time_range_cuts_a_built_in_query() {
    let (code, out, error) =
        run(&["query", "run", "Network.get_network_summary", "--start", "2026-03-06", "--end", "2026-03-07"]);
    assert_eq!((code, out.lines().count()), (0, 25), "{error}");
}
