//! Time ranges of queries: to which column they apply, and what refuses them.

use chrono::{DateTime, Utc};
use polars::prelude::*;

use super::error::{Error, Result};
use super::library::Library;
use crate::model::{Kind, Params, ROW, Role, TimeRange, parse_moment};

impl Library {
    /// Keeps the rows inside a time range; a table without a usable time column refuses it.
    pub fn in_range(
        &self,
        mut lf: LazyFrame,
        range: TimeRange,
        column: Option<&str>,
        table: &str,
    ) -> Result<LazyFrame> {
        if range.is_open() {
            return Ok(lf);
        }
        let schema = lf.collect_schema()?;
        if !schema.contains(ROW) {
            let why = "its rows are made of many (it aggregates), so the range belongs into the statement".to_owned();
            return Err(Error::TimeRange { table: table.to_owned(), why });
        }
        let column =
            self.time_column(&schema, column).map_err(|why| Error::TimeRange { table: table.to_owned(), why })?;
        let moment = |micros: i64| lit(micros).cast(DataType::Datetime(TimeUnit::Microseconds, None));
        if let Some(start) = range.start {
            lf = lf.filter(col(column.clone()).gt_eq(moment(start)));
        }
        if let Some(end) = range.end {
            lf = lf.filter(col(column).lt(moment(end)));
        }
        Ok(lf)
    }

    fn time_column(&self, schema: &Schema, wanted: Option<&str>) -> std::result::Result<PlSmallStr, String> {
        let is_time = |dtype: &DataType| Kind::of(dtype) == Kind::Time;
        if let Some(wanted) = wanted {
            return match schema.get(wanted) {
                Some(dtype) if is_time(dtype) => Ok(wanted.into()),
                Some(_) => Err(format!("its column {wanted} holds no full times")),
                None => Err(format!("it has no column {wanted}")),
            };
        }
        let by_role = schema
            .iter()
            .find(|(name, dtype)| is_time(dtype) && self.roles.role_of(name, Kind::Time) == Some(Role::TIME));
        let found = by_role.map(|(name, _)| name.clone());
        found.ok_or_else(|| {
            let texts: Vec<_> =
                schema.iter_names().filter(|n| n.to_lowercase().contains("time")).map(PlSmallStr::as_str).collect();
            if texts.is_empty() {
                "it has no column with the time role; a template can name one with 'column:'".to_owned()
            } else {
                format!("{} hold no full times", texts.join(", "))
            }
        })
    }
}

/// The range of `start` and `end`.
pub fn time_range(params: &Params, now: DateTime<Utc>) -> std::result::Result<TimeRange, String> {
    let moment = |name: &str| {
        let text = params.get(name).or_else(|| params.get(&format!("param.{name}")));
        text.map(|text| parse_moment(text, now).map_err(|e| e.to_string())).transpose()
    };
    let range = TimeRange { start: moment("start")?, end: moment("end")? };
    match (range.start, range.end) {
        (Some(start), Some(end)) if start >= end => Err("the time range ends before it starts".to_owned()),
        _ => Ok(range),
    }
}
