//! Steps as they mean the same on another day and in another folder.

use super::{Cx, ParamKind, find};
use crate::model::{Step, format_time, parse_moment};

/// The step as a journal should keep it: what is relative to now or to the folder one stands in becomes absolute.
pub fn settled(cx: &Cx<'_>, step: &Step) -> Step {
    let mut settled = step.clone();
    match (step.operation.as_str(), step.params.get("name"), step.params.get("path")) {
        ("query", Some(name), _) => settled.params = cx.library.settled(name, &step.params, cx.now),
        // A loaded table is named by its file, which means the same wherever the journal is replayed.
        ("open", _, Some(path)) if path.starts_with("table:") => {
            let source = cx.library.source(&path["table:".len()..]).map(|(source, _)| source.path());
            if let Some(file) = source.ok().filter(|path| !path.starts_with("lab:")) {
                let absolute = std::path::absolute(&file).map_or(file, |p| p.display().to_string());
                settled.params.insert("path".to_owned(), absolute);
            }
        }
        ("open", _, Some(path)) => {
            let absolute = std::path::absolute(path).map(|p| p.display().to_string());
            settled.params.insert("path".to_owned(), absolute.unwrap_or_else(|_| path.clone()));
        }
        _ => {}
    }
    for spec in find(&step.operation).map(|operation| operation.params).unwrap_or_default() {
        let absolute = step.params.get(spec.name).and_then(|text| settled_value(cx, spec.kind, text));
        settled.params.extend(absolute.map(|value| (spec.name.to_owned(), value)));
    }
    settled
}

/// What a parameter means on another day and in another folder; None where it means the same as it stands.
fn settled_value(cx: &Cx<'_>, kind: ParamKind, text: &str) -> Option<String> {
    let absolute = |path: &str| std::path::absolute(path).ok().map(|path| path.display().to_string());
    match kind {
        ParamKind::Moment => Some(format_time(parse_moment(text, cx.now).ok()?, 'T', None) + "Z"),
        ParamKind::TextOrFile => Some(format!("@{}", absolute(text.strip_prefix('@')?)?)),
        // The lab's answers are a word, and answers that stand in the journal are no path.
        ParamKind::Path if text != "lab" && !text.contains('\n') => absolute(text),
        _ => None,
    }
}
