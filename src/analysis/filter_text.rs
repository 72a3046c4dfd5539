//! What a person means by the text in the filter prompt.
//!
//! A filter is one SQL expression. People type less: a word to look for, or `> 5` about the column they stand in.

use chrono::NaiveDate;

use super::ip;
use super::sql_functions::FUNCTIONS;
use super::sql_text::{Span, Walk, check_expression, identifier, literal, name};
use crate::model::{Chip, Kind};

/// A column as far as a filter needs to know it.
#[derive(Clone, Copy, Debug)]
pub struct FilterColumn<'a> {
    pub name: &'a str,
    pub kind: Kind,
    /// A hidden column can be named, but is not searched.
    pub is_shown: bool,
}

/// The comparisons that may stand first, the longest ones first; `~` is a regular expression.
const OPERATORS: &[&str] = &["<>", "!=", "<=", ">=", "!~", "=", "<", ">", "~"];

/// Phrases about the column one stands in: a word before a value, or alone.
fn phrase(text: &str, column: FilterColumn<'_>) -> Option<Result<Chip, String>> {
    let lower = text.to_lowercase();
    let ident = name(column.name);
    let chip = |expr: String| Some(Ok(Chip { expr, label: format!("{} {text}", column.name) }));
    match lower.as_str() {
        "null" | "is null" => return chip(format!("{ident} IS NULL")),
        "not null" | "is not null" => return chip(format!("{ident} IS NOT NULL")),
        "hidden" => return chip(format!("has_hidden({ident})")),
        _ => {}
    }
    let (negated, list) = match (lower.strip_prefix("in "), lower.strip_prefix("not in ")) {
        (Some(_), _) => (false, text[3..].trim()),
        (_, Some(_)) => (true, text[7..].trim()),
        _ => return None,
    };
    let list = list.trim_start_matches('(').trim_end_matches(')');
    let items: Vec<&str> =
        list.split(',').map(|item| item.trim().trim_matches('\'')).filter(|i| !i.is_empty()).collect();
    if items.is_empty() {
        return Some(Err("type the values after in, parted by commas, or networks such as 10.0.0.0/8".to_owned()));
    }
    // Networks are written with a slash behind an address.
    let is_network = |item: &str| item.contains('/') && item.starts_with(|c: char| c.is_ascii_hexdigit() || c == ':');
    if column.kind == Kind::Nested {
        // A list holds an item if it stands there between brackets, commas or quotes, in whatever notation.
        let items: Vec<String> = items.into_iter().map(regex::escape).collect();
        let pattern = format!("(^|[\\[\"', ])({})($|[\\]\"', ])", items.join("|"));
        let expr = format!("matches({ident}, {})", literal(&pattern));
        return chip(if negated { format!("COALESCE(NOT ({expr}), TRUE)") } else { expr });
    }
    let (networks, values): (Vec<&str>, Vec<&str>) = items.into_iter().partition(|item| is_network(item));
    let in_networks = (!networks.is_empty()).then(|| format!("ip_in({ident}, {})", literal(&networks.join(", "))));
    let values: Vec<String> = values.iter().map(|item| value_of(column.kind, item)).collect();
    let in_values = (!values.is_empty()).then(|| format!("{ident} IN ({})", values.join(", ")));
    let expr = match (in_networks, in_values) {
        (Some(networks), Some(values)) => format!("({networks} OR {values})"),
        (networks, values) => networks.or(values).unwrap_or_default(),
    };
    chip(if negated { format!("COALESCE(NOT ({expr}), TRUE)") } else { expr })
}

/// Makes a chip of typed text. `cursor` is the column that a leading operator is about.
pub fn understand(text: &str, columns: &[FilterColumn<'_>], cursor: Option<FilterColumn<'_>>) -> Result<Chip, String> {
    let text = text.trim();
    if let Some((operator, value)) = OPERATORS.iter().find_map(|op| Some((*op, text.strip_prefix(op)?.trim()))) {
        let column = cursor.ok_or("a comparison is about a column, and every column is hidden")?;
        return compare(column, operator, value);
    }
    if let Some(chip) = cursor.and_then(|column| phrase(text, column)) {
        return chip;
    }
    if looks_like_expression(text, columns) {
        check_expression(text)?;
        return Ok(Chip { expr: text.to_owned(), label: text.to_owned() });
    }
    let searched: Vec<_> =
        columns.iter().filter(|c| c.is_shown && c.kind != Kind::Binary).map(|c| identifier(c.name)).collect();
    if text.is_empty() || searched.is_empty() {
        return Err("type a text to look for, or an expression such as EventID = 4625".to_owned());
    }
    Ok(Chip { expr: format!("has_text({}, {})", literal(text), searched.join(", ")), label: format!("any ~ {text}") })
}

/// The chip that keeps, or hides, the rows whose cell equals `value`; None is null.
pub fn equals(column: FilterColumn<'_>, value: Option<&str>, keep: bool) -> Chip {
    let (ident, shown) = (name(column.name), value.map_or("null", |v| if v.is_empty() { "''" } else { v }));
    let same = match value {
        None => format!("{ident} IS NULL"),
        Some(value) if column.kind == Kind::Nested => {
            format!("matches({ident}, {})", literal(&format!("^{}$", regex::escape(value))))
        }
        Some(value) => format!("{ident} = {}", value_of(column.kind, value)),
    };
    // A row without a value is not equal to anything, so it must not go when a value is hidden.
    let expr = match (keep, value) {
        (true, _) => same,
        (false, None) => format!("{ident} IS NOT NULL"),
        (false, Some(_)) if column.kind == Kind::Nested => format!("(NOT {same} OR {ident} IS NULL)"),
        (false, Some(value)) => format!("({ident} <> {} OR {ident} IS NULL)", value_of(column.kind, value)),
    };
    Chip { expr, label: format!("{} {} {shown}", column.name, if keep { "=" } else { "!=" }) }
}

/// All chips as one expression; None without chips.
pub fn conjunction(chips: &[Chip]) -> Option<String> {
    match chips {
        [] => None,
        [one] => Some(one.expr.clone()),
        several => Some(several.iter().map(|c| format!("({})", c.expr)).collect::<Vec<_>>().join(" AND ")),
    }
}

/// One chip for all of these together, or for the rows of which not all are true.
pub fn all_of(chips: &[Chip], keep: bool) -> Chip {
    let expr = conjunction(chips).unwrap_or_else(|| "TRUE".to_owned());
    let label = chips.iter().map(|c| c.label.as_str()).collect::<Vec<_>>().join(" and ");
    if keep {
        return Chip { expr, label };
    }
    // Where a value is null the whole is unknown and not false; such a row does not hold all of them.
    Chip { expr: format!("COALESCE(NOT ({expr}), TRUE)"), label: format!("not ({label})") }
}

fn compare(column: FilterColumn<'_>, operator: &str, value: &str) -> Result<Chip, String> {
    if value.is_empty() {
        return Err(format!("type what {} is compared with", column.name));
    }
    let ident = name(column.name);
    if let Some(expr) = on_a_day(&ident, column.kind, operator, value) {
        return Ok(Chip { expr, label: format!("{} {operator} {value}", column.name) });
    }
    let literal_of = |value: &str| literal(value.trim_matches('\''));
    let is_address = column.kind == Kind::Text && ip::facts(value.trim_matches('\'')).is_some();
    let expr = match operator {
        // As texts 9.0.0.1 would be more than 10.0.0.1.
        "<" | "<=" | ">" | ">=" if is_address => {
            format!("ip_order({ident}) {operator} ip_order({})", literal_of(value))
        }
        "~" => format!("matches({ident}, {})", literal(value)),
        "!~" => format!("NOT matches({ident}, {})", literal(value)),
        _ if value.eq_ignore_ascii_case("null") => {
            format!("{ident} IS {}NULL", if operator == "=" { "" } else { "NOT " })
        }
        _ => format!(
            "{ident} {} {}",
            if operator == "!=" { "<>" } else { operator },
            value_of(column.kind, value.trim_matches('\''))
        ),
    };
    Ok(Chip { expr, label: format!("{} {operator} {value}", column.name) })
}

/// A date beside a time column means the whole day where its end matters.
fn on_a_day(ident: &str, kind: Kind, operator: &str, value: &str) -> Option<String> {
    let day = NaiveDate::parse_from_str(value.trim_matches('\''), "%Y-%m-%d").ok().filter(|_| kind == Kind::Time)?;
    let (start, end) = (literal(&day.to_string()), literal(&day.succ_opt()?.to_string()));
    Some(match operator {
        "=" => format!("({ident} >= {start} AND {ident} < {end})"),
        "<>" | "!=" => format!("({ident} < {start} OR {ident} >= {end})"),
        "<=" => format!("{ident} < {end}"),
        ">" => format!("{ident} >= {end}"),
        "<" | ">=" => format!("{ident} {operator} {start}"),
        _ => return None,
    })
}

/// A typed value as SQL of the column's kind.
fn value_of(kind: Kind, value: &str) -> String {
    match kind {
        Kind::Number if value.parse::<f64>().is_ok() => value.to_owned(),
        Kind::Boolean if value.eq_ignore_ascii_case("true") || value.eq_ignore_ascii_case("false") => value.to_owned(),
        // A plain literal beside a time column is read as a time, a date alone as its first moment.
        Kind::Time => literal(value.trim_end_matches('Z')),
        _ => literal(value),
    }
}

/// Whether the text names a column or one of our functions outside quotes, beside an operator of SQL.
fn looks_like_expression(text: &str, columns: &[FilterColumn<'_>]) -> bool {
    let code: String =
        Walk::new(text).map(|(_, c, span)| if matches!(span, Span::Code | Span::Name(_)) { c } else { ' ' }).collect();
    let words: Vec<&str> = code.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|w| !w.is_empty()).collect();
    let calls = FUNCTIONS.iter().any(|(function, _, _)| code.contains(&format!("{function}(")));
    let names = columns.iter().any(|c| words.contains(&c.name) || code.contains(&identifier(c.name)));
    let is_operator =
        |w: &&str| ["LIKE", "IN", "IS", "BETWEEN", "AND", "OR", "NOT"].contains(&w.to_ascii_uppercase().as_str());
    let operates = code.contains(['=', '<', '>']) || words.iter().any(is_operator);
    calls || (names && operates)
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: &[FilterColumn<'_>] = &[
        FilterColumn { name: "LogonType", kind: Kind::Number, is_shown: true },
        FilterColumn { name: "IpAddress", kind: Kind::Text, is_shown: true },
        FilterColumn { name: "EventTime [UTC]", kind: Kind::Time, is_shown: true },
    ];

    fn expr(text: &str) -> String {
        understand(text, COLUMNS, Some(COLUMNS[0])).map_or_else(|e| format!("error: {e}"), |chip| chip.expr)
    }

    #[test]
    fn text_operators_and_expressions_are_told_apart() {
        assert_eq!(expr("svc-backup"), "has_text('svc-backup', \"LogonType\", \"IpAddress\", \"EventTime [UTC]\")");
        assert_eq!(expr("it's"), "has_text('it''s', \"LogonType\", \"IpAddress\", \"EventTime [UTC]\")");
        assert_eq!(expr("> 3"), "LogonType > 3");
        assert_eq!(expr("!= 3"), "LogonType <> 3");
        assert_eq!(expr("~ ^10$"), "matches(LogonType, '^10$')");
        assert_eq!(expr("= null"), "LogonType IS NULL");
        assert_eq!(expr("LogonType = 3 AND IpAddress <> '-'"), "LogonType = 3 AND IpAddress <> '-'");
        assert_eq!(expr("ip_in(IpAddress, '10.0.0.0/8')"), "ip_in(IpAddress, '10.0.0.0/8')");
        assert_eq!(expr("in 3, 10"), "LogonType IN (3, 10)");
        assert_eq!(expr("in 10.0.0.0/8, 192.168.0.0/16"), "ip_in(LogonType, '10.0.0.0/8, 192.168.0.0/16')");
        assert_eq!(expr("in 10.0.0.0/8, 1.2.3.4"), "(ip_in(LogonType, '10.0.0.0/8') OR LogonType IN ('1.2.3.4'))");
        assert_eq!(expr("not in 3"), "COALESCE(NOT (LogonType IN (3)), TRUE)");
        assert_eq!(expr("null"), "LogonType IS NULL");
        let of_ip = |text: &str| understand(text, COLUMNS, Some(COLUMNS[1])).unwrap().expr;
        assert_eq!(of_ip(">= 10.0.0.9"), "ip_order(IpAddress) >= ip_order('10.0.0.9')");
        assert_eq!(of_ip("= 10.0.0.9"), "IpAddress = '10.0.0.9'");
        assert_eq!(expr("hidden"), "has_hidden(LogonType)");
        assert!(expr("LogonType = 3)").starts_with("error"));
    }

    #[test]
    fn lists_are_asked_for_their_items() {
        let list = FilterColumn { name: "ips", kind: Kind::Nested, is_shown: true };
        let expr = understand("in 10.0.0.1", &[list], Some(list)).unwrap().expr;
        assert_eq!(expr, "matches(ips, '(^|[\\[\"'', ])(10\\.0\\.0\\.1)($|[\\]\"'', ])')");
        assert_eq!(equals(list, Some("[\"a\"]"), true).expr, "matches(ips, '^\\[\"a\"\\]$')");
    }

    #[test]
    fn a_value_is_never_pasted() {
        let hostile = "x' OR 1=1 --";
        assert_eq!(equals(COLUMNS[1], Some(hostile), true).expr, "IpAddress = 'x'' OR 1=1 --'");
        assert_eq!(equals(COLUMNS[0], Some("3) OR (1=1"), true).expr, "LogonType = '3) OR (1=1'");
        assert_eq!(equals(COLUMNS[1], None, false).expr, "IpAddress IS NOT NULL");
    }

    #[test]
    fn hiding_a_value_keeps_the_rows_without_one() {
        assert_eq!(equals(COLUMNS[1], Some("-"), false).expr, "(IpAddress <> '-' OR IpAddress IS NULL)");
    }

    #[test]
    fn chips_are_a_conjunction() {
        let chips = [equals(COLUMNS[0], Some("3"), true), equals(COLUMNS[1], Some("-"), true)];
        assert_eq!(conjunction(&chips).unwrap(), "(LogonType = 3) AND (IpAddress = '-')");
    }
}
