//! `ip-type`: what kind of address each value is.
//!
//! What is no address has no type: MSTICPy calls it Unspecified, which is the type of `0.0.0.0`. An IPv4 address inside an
//! IPv6 one (mapped, NAT64, 6to4, Teredo) decides the type of the whole.

use std::net::Ipv4Addr;
use std::sync::Arc;

use polars::prelude::*;

use super::derived::{Texts, column_of, derived, every_row, laid_out, none_of, worked};
use super::{Cx, Inputs, Operation, Outcome, ParamKind, ParamSpec, Result, name_of};
use crate::analysis::ip::{IpType, facts};
use crate::model::{Step, Table};

pub const OPERATION: Operation = Operation {
    id: "ip-type",
    doc: "Say what kind of address each value of a column is: Public, Private, Loopback, Multicast, ...",
    inputs: Inputs::One,
    params: &[ParamSpec::required("column", ParamKind::Columns, "the column of addresses")],
    run,
};

fn run(cx: &Cx<'_>, step: &Step, inputs: &[Arc<Table>]) -> Result<Outcome> {
    let input = &inputs[0];
    let column = column_of(step, input)?;
    let texts = Texts::of(input, &column)?;
    let (values, places) = texts.each();
    let found: Vec<Option<(IpType, Option<Ipv4Addr>)>> =
        worked(cx, &values, |text| facts(text).map(|facts| (facts.ip_type, facts.embedded)))?;
    let each = || laid_out(&found, &places).map(|found| found.copied().flatten());
    let types = each().map(|found| Some(found?.0.as_str()));
    let embedded = each().map(|found| Some(found?.1?.to_string()));
    let new = vec![
        texts.named("ip"),
        StringChunked::from_iter_options("ip_type".into(), types).into_column(),
        BooleanChunked::from_iter_values("valid".into(), each().map(|found| found.is_some())).into_column(),
        StringChunked::from_iter_options("embedded".into(), embedded).into_column(),
    ];
    let name = format!("address types of {}", name_of(inputs));
    let mut outcome = derived(cx, &name, input, &every_row(input), new)?;
    outcome.table.notes.extend(none_of(input, &column, &found, "address"));
    Ok(outcome)
}
