//! The functions that casebook adds to SQL, such as `matches` and `ip_in`.

use std::fmt::Write;
use std::sync::Arc;

use polars::prelude::*;
use polars::sql::{FunctionRegistry, SQLContext};
use regex::{Regex, RegexBuilder};

use super::ioc::{self, IocType, Names, Sought, Wanted};
use super::ip;
use super::needle::Needle;
use super::networks::Networks;
use crate::model::{Kind, Untrusted, plain_text, write_time};

/// Name, arguments and meaning of each function, for help and completion.
pub const FUNCTIONS: &[(&str, &str, &str)] = &[
    ("has_ioc", "has_ioc(column, 'type', 'indicator')", "extract-iocs finds the indicator in the text, as this type"),
    ("has_hidden", "has_hidden(column)", "the text holds control, bidi, zero-width or tag characters"),
    ("has_text", "has_text('text', column, ...)", "one of the columns holds the text, whatever its case"),
    ("holds", "holds(column, 'indicator')", "the indicator stands in the text as a whole, defanged or not"),
    ("ip_in", "ip_in(column, '10.0.0.0/8')", "the address lies in the network, or in one of several parted by commas"),
    ("ip_order", "ip_order(column)", "a text that sorts and compares as the address does; of what is none, null"),
    ("matches", "matches(column, 'regex')", "the regular expression matches somewhere in the text"),
];

/// An SQL context that knows our functions.
pub fn context() -> SQLContext {
    SQLContext::new().with_function_registry(Arc::new(OurFunctions))
}

struct OurFunctions;

impl FunctionRegistry for OurFunctions {
    fn register(&mut self, name: &str, _fun: UserDefinedFunction) -> PolarsResult<()> {
        polars_bail!(ComputeError: "the function '{name}' cannot be added")
    }

    fn get_udf(&self, name: &str) -> PolarsResult<Option<UserDefinedFunction>> {
        let run: fn(&mut [Column]) -> PolarsResult<Column> = match name {
            "has_hidden" => has_hidden,
            "has_ioc" => has_ioc,
            "has_text" => has_text,
            "holds" => holds,
            "ip_in" => ip_in,
            "ip_order" => ip_order,
            "matches" => matches,
            _ => return Ok(None),
        };
        let dtype = if name == "ip_order" { DataType::String } else { DataType::Boolean };
        let field = move |_: &Schema, fields: &[Field]| {
            let name = fields.first().map_or_else(PlSmallStr::default, |f| f.name().clone());
            Ok(Field::new(name, dtype.clone()))
        };
        let mut udf = UserDefinedFunction::new(name.into(), BaseColumnUdf::new(run, field));
        udf.options.set_elementwise();
        Ok(Some(udf))
    }

    fn contains(&self, name: &str) -> bool {
        FUNCTIONS.iter().any(|(ours, _, _)| *ours == name)
    }
}

/// More than this compiled is refused: a person's expression must not cost the machine.
const REGEX_BYTES: usize = 10 << 20;

/// Compiles a person's regular expression within bounds; the message is for the status line.
pub fn regex(pattern: &str, ignore_case: bool) -> Result<Regex, String> {
    let built = RegexBuilder::new(pattern).case_insensitive(ignore_case).size_limit(REGEX_BYTES).build();
    built
        .map_err(|error| format!("the regular expression '{pattern}' does not hold: {}", last_line(&error.to_string())))
}

fn last_line(text: &str) -> String {
    text.lines().last().unwrap_or_default().trim().trim_start_matches("error: ").to_owned()
}

fn has_hidden(args: &mut [Column]) -> PolarsResult<Column> {
    let [column] = expect(args, "has_hidden(column)")?;
    each(column, |text| Some(Untrusted(text).has_hidden()))
}

fn matches(args: &mut [Column]) -> PolarsResult<Column> {
    let [column, pattern] = expect(args, "matches(column, 'regex')")?;
    let regex = regex(&constant(pattern, "matches(column, 'regex')")?, false).map_err(to_polars)?;
    each(column, |text| Some(regex.is_match(text)))
}

fn ip_in(args: &mut [Column]) -> PolarsResult<Column> {
    let [column, networks] = expect(args, "ip_in(column, '10.0.0.0/8')")?;
    let text = constant(networks, "ip_in(column, '10.0.0.0/8')")?;
    let networks = Networks::parse(&text).map_err(to_polars)?;
    each(column, |text| Some(networks.contains(ip::facts(text)?.address)))
}

fn has_ioc(args: &mut [Column]) -> PolarsResult<Column> {
    const USAGE: &str = "has_ioc(column, 'type', 'indicator')";
    let [column, kind, indicator] = expect(args, USAGE)?;
    let (kind, indicator) = (constant(kind, USAGE)?, constant(indicator, USAGE)?);
    let named = IocType::named(&kind);
    let kind =
        named.ok_or_else(|| to_polars(format!("there is no type of indicator '{kind}', as {USAGE} wants one")))?;
    let wanted = Wanted::of(&[kind]);
    let mut named = ioc::extract(&indicator, &wanted.with_names(Names::All)).into_iter();
    let same = match named.find(|ioc| ioc.observable == indicator) {
        Some(ioc) => ioc.same_for_all().into_owned(),
        // A path with spaces ends at the first of them where no quotes stand around it.
        None if [IocType::WindowsPath, IocType::LinuxPath, IocType::RegistryKey].contains(&kind) => indicator,
        None => polars_bail!(ComputeError: "'{indicator}' is no {}, as {USAGE} wants one", kind.id()),
    };
    each(column, |text| Some(ioc::extract(text, &wanted).iter().any(|ioc| ioc.same_for_all() == same)))
}

fn holds(args: &mut [Column]) -> PolarsResult<Column> {
    const USAGE: &str = "holds(column, 'indicator')";
    let [column, indicator] = expect(args, USAGE)?;
    let indicator = constant(indicator, USAGE)?;
    polars_ensure!(!indicator.trim().is_empty(), ComputeError: "{USAGE} wants an indicator, not an empty text");
    let sought = Sought::new([&*indicator].into_iter()).map_err(to_polars)?;
    each(column, |text| Some(!sought.in_text(text).is_empty()))
}

fn ip_order(args: &mut [Column]) -> PolarsResult<Column> {
    let [column] = expect(args, "ip_order(column)")?;
    let order = |text: &str| ip::sort_key(text).map(|(version, number)| format!("{version}{number:032x}"));
    let texts = column.as_materialized_series().iter().map(|value| order(&plain_text(&value)?));
    Ok(StringChunked::from_iter_options(column.name().clone(), texts.collect::<Vec<_>>().into_iter()).into_column())
}

fn has_text(args: &mut [Column]) -> PolarsResult<Column> {
    let Some((needle, columns)) = args.split_first() else {
        polars_bail!(ComputeError: "has_text wants has_text('text', column, ...)");
    };
    let sought = Needle::new(&constant(needle, "has_text('text', column, ...)")?).map_err(to_polars)?;
    let n_rows = columns.iter().map(Column::len).max().unwrap_or(0);
    let mut hits = vec![false; n_rows];
    for column in columns {
        if let Ok(ca) = column.str() {
            for (hit, value) in hits.iter_mut().zip(ca.iter()).filter(|(hit, _)| !**hit) {
                *hit = value.is_some_and(|text| sought.is_in(text));
            }
        } else if column.i64().is_ok() || is_moment(column) {
            if sought.may_be_in_numbers() {
                hold_number(column, &sought, &mut hits)?;
            }
        } else if !Kind::of(column.dtype()).is_plain() || sought.may_be_in_numbers() {
            let values = column.as_materialized_series();
            for (hit, value) in hits.iter_mut().zip(values.iter()).filter(|(hit, _)| !**hit) {
                *hit = plain_text(&value).is_some_and(|text| sought.is_in(&text));
            }
        }
    }
    Ok(Column::new(needle.name().clone(), hits))
}

fn is_moment(column: &Column) -> bool {
    matches!(column.dtype(), DataType::Datetime(TimeUnit::Microseconds, None))
}

/// Hits where an integer, or a moment as it is written, holds the text; one buffer serves all rows.
fn hold_number(column: &Column, sought: &Needle, hits: &mut [bool]) -> PolarsResult<()> {
    let is_moment = is_moment(column);
    let numbers = column.as_materialized_series().to_physical_repr().into_owned();
    let mut text = String::with_capacity(32);
    for (hit, value) in hits.iter_mut().zip(numbers.i64()?.iter()).filter(|(hit, _)| !**hit) {
        let Some(value) = value else { continue };
        text.clear();
        if is_moment {
            write_time(&mut text, value, 'T', None);
            text.push('Z');
            *hit = sought.is_in(&text);
        } else {
            *hit = write!(text, "{value}").is_ok() && sought.is_in(&text);
        }
    }
    Ok(())
}

/// Asks `test` of every value as text; null stays null, and so does what `test` has no answer for.
fn each(column: &Column, test: impl Fn(&str) -> Option<bool>) -> PolarsResult<Column> {
    let name = column.name().clone();
    let answers: BooleanChunked = if column.dtype() == &DataType::String {
        column.str()?.iter().map(|value| test(value?)).collect_ca(name)
    } else {
        let series = column.as_materialized_series();
        series.iter().map(|value| test(&plain_text(&value)?)).collect_ca(name)
    };
    Ok(answers.into_column())
}

fn expect<'a, const N: usize>(args: &'a [Column], usage: &str) -> PolarsResult<[&'a Column; N]> {
    let all: Vec<&Column> = args.iter().collect();
    all.try_into().map_err(|_| polars_err!(ComputeError: "write {usage}"))
}

fn constant(column: &Column, usage: &str) -> PolarsResult<String> {
    // A text in quotes is one value for all rows; anything else here is a column in the wrong place. Its length says
    // nothing, since polars hands over parts of a table that may have one row.
    polars_ensure!(column.as_scalar_column().is_some(), ComputeError: "write {usage}, with the text in quotes");
    let value = column.get(0)?;
    value
        .get_str()
        .map(str::to_owned)
        .ok_or_else(|| polars_err!(ComputeError: "write {usage}, with the text in quotes"))
}

fn to_polars(message: String) -> PolarsError {
    PolarsError::ComputeError(message.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(expression: &str) -> Vec<u32> {
        let ips = [Some("10.20.4.17"), Some("192.52.193.20"), Some("-"), None, Some("3ffe::1"), Some("x\u{202e}y")];
        let df = df!("id" => [0_u32, 1, 2, 3, 4, 5], "ip" => ips).unwrap();
        let ctx = context();
        ctx.register("t", df.lazy());
        let mut ctx = ctx;
        let out = ctx.execute(&format!("SELECT id FROM t WHERE {expression}")).unwrap().collect().unwrap();
        out.column("id").unwrap().u32().unwrap().iter().flatten().collect()
    }

    #[test]
    fn our_functions_work_in_sql() {
        assert_eq!(rows("ip_in(ip, '10.0.0.0/8')"), [0]);
        assert_eq!(rows("ip_in(ip, '10.0.0.0/8, 3ffe::/16')"), [0, 4]);
        assert_eq!(rows("ip_in(ip, '0.0.0.0/0')"), [0, 1]);
        assert_eq!(rows("matches(ip, '^192[.]')"), [1]);
        assert_eq!(rows("has_text('FFE', ip)"), [4]);
        assert_eq!(rows("has_text('1', id, ip) AND NOT ip_in(ip, '10.0.0.0/8')"), [1, 4]);
        assert_eq!(rows("has_hidden(ip)"), [5]);
        assert_eq!(rows("ip_order(ip) > ip_order('10.20.4.9')"), [0, 1, 4]);
        assert_eq!(rows("ip_order(ip) BETWEEN ip_order('9.0.0.0') AND ip_order('10.100.0.0')"), [0]);
        assert_eq!(rows("holds(ip, '10[.]20[.]4[.]17')"), [0]);
        assert_eq!(rows("holds(ip, '0.20.4.17')"), [0_u32; 0]);
        assert_eq!(rows("has_ioc(ip, 'ipv4', '192.52.193.20')"), [1]);
        assert_eq!(rows("has_ioc(ip, 'ipv4', '192[.]52[.]193[.]20')"), [1]);
        assert_eq!(rows("has_ioc(ip, 'ipv6', '3FFE:0:0::1')"), [4]);
        assert_eq!(rows("has_ioc(ip, 'dns', 'evil.example')"), [0_u32; 0]);
    }

    #[test]
    fn arguments_in_the_wrong_order_are_refused() {
        for wrong in [
            "has_ioc(ip, 'dns', '1.2.3.4')",
            "has_ioc(ip, 'x', 'a.com')",
            "holds(ip, '')",
            "has_text(ip, 'x')",
            "matches(ip, ip)",
            "ip_in('10.0.0.0/8', ip)",
        ] {
            let df = df!("ip" => ["a", "b"]).unwrap();
            let mut ctx = context();
            ctx.register("t", df.lazy());
            let answer = ctx.execute(&format!("SELECT * FROM t WHERE {wrong}")).and_then(LazyFrame::collect);
            assert!(answer.is_err(), "{wrong}");
        }
    }

    #[test]
    fn every_function_that_is_listed_exists() {
        for (name, _, _) in FUNCTIONS {
            assert!(OurFunctions.get_udf(name).unwrap().is_some(), "{name}");
        }
    }
}
