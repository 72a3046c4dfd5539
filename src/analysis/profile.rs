//! What a column's values are like: how many, how different, how spread.

use std::collections::HashMap;

use polars::prelude::*;

use crate::model::plain_text;

/// The profile of one column.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Profile {
    pub n_values: usize,
    pub n_null: usize,
    pub n_distinct: usize,
    pub min: Option<String>,
    pub max: Option<String>,
    /// The most frequent values with their counts, at most [`TOP`].
    pub top: Vec<(String, usize)>,
    /// Shannon entropy of the values in bits: 0 where all are alike, log2 of the number of values where none are.
    pub entropy: f64,
    /// At 5, 25, 50, 75 and 95 percent, by the nearest rank; for numbers and times only.
    pub quantiles: Option<[String; 5]>,
    pub mean: Option<f64>,
}

/// How many of the most frequent values are kept.
pub const TOP: usize = 5;

const QUANTILES: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];

/// The profile of a column.
pub fn of_column(column: &Column) -> PolarsResult<Profile> {
    let mut profile = if let Ok(ca) = column.str() {
        of_texts(ca)
    } else {
        let texts: Vec<Option<String>> = column.as_materialized_series().iter().map(|v| plain_text(&v)).collect();
        of_texts(&StringChunked::from_iter_options("".into(), texts.into_iter()))
    };
    profile.n_null = column.null_count();
    let dtype = column.dtype();
    if dtype.is_numeric() || dtype.is_temporal() {
        let sorted = column.drop_nulls().sort(SortOptions::default())?;
        let at = |n: usize| sorted.get(n).ok().and_then(|v| plain_text(&v));
        (profile.min, profile.max) = (at(0), sorted.len().checked_sub(1).and_then(at));
        let rank = |q: f64| nearest_rank(q, sorted.len());
        let quantiles: Vec<String> = QUANTILES.iter().filter_map(|q| at(rank(*q)?)).collect();
        profile.quantiles = quantiles.try_into().ok();
        if dtype.is_numeric() {
            profile.mean = column.as_materialized_series().mean();
        }
    }
    Ok(profile)
}

/// The index of a quantile by the nearest-rank method; None without values.
fn nearest_rank(q: f64, n: usize) -> Option<usize> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between zero and n, which is an index"
    )]
    let rank = (q * n as f64).ceil() as usize;
    n.checked_sub(1).map(|last| rank.saturating_sub(1).min(last))
}

fn of_texts(ca: &StringChunked) -> Profile {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for value in ca.iter().flatten() {
        *counts.entry(value).or_default() += 1;
    }
    let n_values = ca.len() - ca.null_count();
    let mut ranked: Vec<(&str, usize)> = counts.iter().map(|(value, n)| (*value, *n)).collect();
    let by_count = |a: &(&str, usize), b: &(&str, usize)| b.1.cmp(&a.1).then(a.0.cmp(b.0));
    if ranked.len() > TOP {
        ranked.select_nth_unstable_by(TOP, by_count);
        ranked.truncate(TOP);
    }
    ranked.sort_unstable_by(by_count);
    let share = |n: usize| n as f64 / n_values.max(1) as f64;
    Profile {
        n_values,
        n_null: ca.null_count(),
        n_distinct: counts.len(),
        min: counts.keys().min().map(|v| (*v).to_owned()),
        max: counts.keys().max().map(|v| (*v).to_owned()),
        top: ranked.into_iter().map(|(value, n)| (value.to_owned(), n)).collect(),
        // Adding zero turns the minus zero of a single value into zero.
        entropy: -counts.values().map(|n| share(*n) * share(*n).log2()).sum::<f64>() + 0.0,
        quantiles: None,
        mean: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_told_in_figures() {
        let column = Column::new("n".into(), &[Some(1_i64), Some(2), Some(2), Some(10), None]);
        let profile = of_column(&column).unwrap();
        assert_eq!((profile.n_values, profile.n_null, profile.n_distinct), (4, 1, 3));
        assert_eq!((profile.min.as_deref(), profile.max.as_deref()), (Some("1"), Some("10")));
        assert_eq!(profile.top[0], ("2".to_owned(), 2));
        assert!((profile.entropy - 1.5).abs() < 1e-12);
        assert_eq!(profile.quantiles.unwrap(), ["1", "1", "2", "2", "10"]);
        assert_eq!(profile.mean, Some(3.75));
    }

    #[test]
    fn text_has_no_quantiles_and_nothing_has_nothing() {
        let profile = of_column(&Column::new("t".into(), &["b", "a", "b"])).unwrap();
        assert_eq!((profile.min.as_deref(), profile.quantiles), (Some("a"), None));
        let empty = of_column(&Column::new("t".into(), &[None::<i64>])).unwrap();
        assert_eq!((empty.n_values, empty.n_distinct, empty.min), (0, 0, None));
    }
}
