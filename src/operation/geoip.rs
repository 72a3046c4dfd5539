//! `geoip`: where addresses are registered and to whom, from a `MaxMind` database that the person has. Nothing is asked of
//! anybody.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use maxminddb::Reader;
use polars::prelude::*;
use serde::Deserialize;

use super::derived::{Texts, column_of, every_row, extended, laid_out, worked};
use super::{Cx, Error, Inputs, Operation, Outcome, ParamKind, ParamSpec, Result, required, with};
use crate::analysis::ip::facts;
use crate::model::{Note, Step, Table};

pub const OPERATION: Operation = Operation {
    id: "geoip",
    doc: "Say where addresses are, and whose, from a MaxMind database (.mmdb) that you have",
    inputs: Inputs::One,
    params: &[
        ParamSpec::required("column", ParamKind::Columns, "the column of addresses"),
        ParamSpec::required("database", ParamKind::Path, "path of a GeoLite2 or GeoIP2 database: City, Country or ASN"),
    ],
    run,
};

/// What the databases of cities, countries and networks hold; each has a part of it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Place {
    country: Named,
    city: Named,
    location: Location,
    autonomous_system_number: Option<u32>,
    autonomous_system_organization: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Named {
    iso_code: Option<String>,
    names: BTreeMap<String, String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Location {
    latitude: Option<f64>,
    longitude: Option<f64>,
}

impl Named {
    fn name(&self) -> Option<&str> {
        self.names.get("en").or_else(|| self.names.values().next()).map(String::as_str)
    }
}

fn run(cx: &Cx<'_>, step: &Step, inputs: &[Arc<Table>]) -> Result<Outcome> {
    let input = &inputs[0];
    let path = required(step, "database")?;
    let (bytes, evidence) = cx.library.read_bytes(path)?;
    let broken =
        |e: &dyn std::fmt::Display| Error::Failed(format!("{path} is no MaxMind database that can be read: {e}"));
    let reader = Reader::from_source(bytes).map_err(|e| broken(&e))?;
    let texts = Texts::of(input, &column_of(step, input)?)?;
    let (distinct, places) = texts.distinct();
    let is_v4_only = reader.metadata().ip_version == 4;
    let (mut n_broken, mut n_v6) = (0, 0);
    let found: Vec<Option<Place>> = worked(cx, &distinct, |text| {
        let facts = facts(text)?;
        let address: IpAddr = facts.embedded.map_or(facts.address, Into::into);
        if is_v4_only && address.is_ipv6() {
            n_v6 += 1;
            return None;
        }
        let place = reader.lookup(address).and_then(|found| found.decode());
        n_broken += usize::from(place.is_err());
        place.ok().flatten()
    })?;
    let mut outcome = extended(cx, &with(step, inputs), input, &every_row(input), columns_of(&found, &places))?;
    if n_v6 > 0 {
        let what = format!("{n_v6} IPv6 addresses have no place here: the database holds IPv4 only");
        outcome.table.notes.push(Note::counted(path, what, n_v6));
    }
    if n_broken > 0 {
        let what = format!("{n_broken} addresses have a damaged entry in the database: they are as if not found");
        outcome.table.notes.push(Note::counted(path, what, n_broken as u64));
    }
    Ok(Outcome { opened: evidence, ..outcome })
}

fn columns_of(found: &[Option<Place>], places: &[Option<u32>]) -> Vec<Column> {
    let each = || laid_out(found, places).map(|place| place.and_then(Option::as_ref));
    let text = |name: &str, of: fn(&Place) -> Option<&str>| {
        StringChunked::from_iter_options(name.into(), each().map(|place| of(place?))).into_column()
    };
    let number = |name: &str, of: fn(&Place) -> Option<f64>| {
        Float64Chunked::from_iter_options(name.into(), each().map(|place| of(place?))).into_column()
    };
    let asn = each().map(|place| place?.autonomous_system_number.map(i64::from));
    vec![
        text("country_code", |p| p.country.iso_code.as_deref()),
        text("country", |p| p.country.name()),
        text("city", |p| p.city.name()),
        number("latitude", |p| p.location.latitude),
        number("longitude", |p| p.location.longitude),
        Int64Chunked::from_iter_options("asn".into(), asn).into_column(),
        text("as_org", |p| p.autonomous_system_organization.as_deref()),
    ]
}
