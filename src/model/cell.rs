//! One value of a table as text: briefly for the grid, in full for the detail pane and exports.

use chrono::DateTime;
use polars::prelude::{AnyValue, TimeUnit};
use serde_json::Value;

/// What a cell is, which decides its alignment and colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CellKind {
    /// No value; drawn as a dim dot.
    Null,
    /// Text of length zero; drawn as a dim pair of quotes.
    Empty,
    Text,
    Number,
    Time,
    /// A list or map; the text is its size, as in `[12]` or `{3}`.
    Nested,
}

/// A value ready to be made displayable; the text is still untrusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    pub kind: CellKind,
    pub text: String,
}

impl Cell {
    /// The brief form of a value. `digits` are the decimals of seconds that the column needs: 0, 3, 6 or 9.
    pub fn brief(value: &AnyValue<'_>, digits: u8) -> Self {
        let (kind, text) = match value {
            AnyValue::Null => (CellKind::Null, String::new()),
            AnyValue::List(series) => (CellKind::Nested, format!("[{}]", series.len())),
            AnyValue::Struct(_, _, fields) => (CellKind::Nested, format!("{{{}}}", fields.len())),
            AnyValue::StructOwned(owned) => (CellKind::Nested, format!("{{{}}}", owned.1.len())),
            time if micros(time).is_some() => (CellKind::Time, brief_time(time, digits)),
            number if number.is_primitive_numeric() || matches!(number, AnyValue::Decimal(..)) => {
                (CellKind::Number, plain_text(number).unwrap_or_default())
            }
            other => (CellKind::Text, plain_text(other).unwrap_or_default()),
        };
        let kind = if kind == CellKind::Text && text.is_empty() { CellKind::Empty } else { kind };
        Self { kind, text }
    }
}

/// The whole value as text, None for null: times in RFC 3339 with `Z`, nested values as JSON, bytes in hexadecimal.
pub fn plain_text(value: &AnyValue<'_>) -> Option<String> {
    Some(match value {
        AnyValue::Null => return None,
        AnyValue::String(text) => (*text).to_owned(),
        AnyValue::StringOwned(text) => text.to_string(),
        AnyValue::List(_) | AnyValue::Struct(..) | AnyValue::StructOwned(_) => json(value).to_string(),
        // The shortest form that reads back as the same number; polars would show a few digits of it.
        AnyValue::Float64(number) => format!("{number:?}"),
        AnyValue::Float32(number) => format!("{number:?}"),
        AnyValue::Binary(bytes) => hex(bytes),
        AnyValue::BinaryOwned(bytes) => hex(bytes),
        time if micros(time).is_some() => micros(time).map(|us| format_time(us, 'T', None) + "Z")?,
        AnyValue::Categorical(..) | AnyValue::Enum(..) => value.get_str()?.to_owned(),
        other => other.to_string(),
    })
}

/// A value as JSON; what JSON lacks (times, bytes) is text in the form of [`plain_text`].
pub fn json(value: &AnyValue<'_>) -> Value {
    match value {
        AnyValue::Null => Value::Null,
        AnyValue::Boolean(flag) => Value::Bool(*flag),
        AnyValue::List(series) => Value::Array(series.iter().map(|item| json(&item)).collect()),
        AnyValue::Struct(..) => json(&value.clone().into_static()),
        AnyValue::StructOwned(owned) => Value::Object(
            owned.1.iter().zip(&owned.0).map(|(field, item)| (field.name().to_string(), json(item))).collect(),
        ),
        number if number.is_integer() => {
            number.try_extract::<i64>().map_or_else(|_| Value::String(number.to_string()), Value::from)
        }
        number if number.is_float() => match number.try_extract::<f64>() {
            // JSON has no word for what is no finite number; it stays visible as text.
            Ok(float) if !float.is_finite() => Value::String(float.to_string()),
            Ok(float) => Value::from(float),
            Err(_) => Value::Null,
        },
        other => plain_text(other).map_or(Value::Null, Value::String),
    }
}

/// Microseconds since 1970 in UTC as `YYYY-MM-DDxHH:MM:SS[.digits]`; without `digits`, as many as the value needs.
pub fn format_time(micros: i64, between: char, digits: Option<u8>) -> String {
    let mut text = String::with_capacity(27);
    write_time(&mut text, micros, between, digits);
    text
}

/// As [`format_time`], behind what `text` holds already.
pub fn write_time(text: &mut String, micros: i64, between: char, digits: Option<u8>) {
    let (days, in_day) = (micros.div_euclid(86_400_000_000), micros.rem_euclid(86_400_000_000));
    let (year, month, day) = civil(days);
    if !(0..=9_999).contains(&year) {
        // Beyond the years that have four digits it is rare enough to be slow.
        let slow = DateTime::from_timestamp_micros(micros).map_or_else(|| format!("{micros} us"), |t| t.to_rfc3339());
        text.push_str(&slow);
        return;
    }
    let (seconds, fraction) = (in_day / 1_000_000, in_day % 1_000_000);
    let needed = match fraction {
        0 => 0,
        us if us % 1_000 == 0 => 3,
        _ => 6,
    };
    push_digits(text, year, 4);
    for (sign, number) in
        [('-', month), ('-', day), (between, seconds / 3_600), (':', seconds / 60 % 60), (':', seconds % 60)]
    {
        text.push(sign);
        push_digits(text, number, 2);
    }
    match digits.unwrap_or(needed) {
        0 => {}
        3 => {
            text.push('.');
            push_digits(text, fraction / 1_000, 3);
        }
        _ => {
            text.push('.');
            push_digits(text, fraction, 6);
        }
    }
}

fn push_digits(text: &mut String, number: i64, width: u32) {
    for place in (0..width).rev() {
        let digit = u32::try_from(number / 10_i64.pow(place) % 10).unwrap_or(0);
        text.push(char::from_digit(digit, 10).unwrap_or('0'));
    }
}

/// Year, month and day of the Gregorian calendar (Howard Hinnant's `civil_from_days`).
const fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year + era * 400 + (month <= 2) as i64, month, day)
}

fn brief_time(value: &AnyValue<'_>, digits: u8) -> String {
    let text = micros(value).map(|us| format_time(us, ' ', Some(digits))).unwrap_or_default();
    match value {
        AnyValue::Date(_) => text[..text.len().min(10)].to_owned(),
        _ => text,
    }
}

/// Microseconds since 1970 of a date or time value.
fn micros(value: &AnyValue<'_>) -> Option<i64> {
    match value {
        AnyValue::Datetime(t, unit, _) => Some(to_micros(*t, *unit)),
        AnyValue::DatetimeOwned(..) => micros(&value.as_borrowed()),
        AnyValue::Date(days) => i64::from(*days).checked_mul(86_400_000_000),
        _ => None,
    }
}

const fn to_micros(value: i64, unit: TimeUnit) -> i64 {
    match unit {
        TimeUnit::Nanoseconds => value.div_euclid(1_000),
        TimeUnit::Microseconds => value,
        TimeUnit::Milliseconds => value.saturating_mul(1_000),
    }
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    let mut text = vec![0; bytes.len() * 2];
    for (pair, byte) in text.as_chunks_mut().0.iter_mut().zip(bytes) {
        *pair = HEX_PAIRS[usize::from(*byte)];
    }
    String::from_utf8(text).unwrap_or_default()
}

/// The same with a sign of ASCII between the bytes.
pub fn parted_hex(bytes: &[u8], sign: u8) -> String {
    let mut text = vec![0; bytes.len() * 3];
    for (part, byte) in text.as_chunks_mut().0.iter_mut().zip(bytes) {
        let [high, low] = HEX_PAIRS[usize::from(*byte)];
        *part = [high, low, sign];
    }
    text.pop();
    String::from_utf8(text).unwrap_or_default()
}

/// The two digits of each byte.
const HEX_PAIRS: [[u8; 2]; 256] = {
    const DIGITS: [u8; 16] = *b"0123456789abcdef";
    let mut pairs = [[0; 2]; 256];
    let mut byte = 0;
    while byte < 256 {
        pairs[byte] = [DIGITS[byte >> 4], DIGITS[byte & 15]];
        byte += 1;
    }
    pairs
};

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn times_are_utc_and_as_precise_as_needed() {
        assert_eq!(format_time(1_549_947_394_307_000, ' ', None), "2019-02-12 04:56:34.307");
        assert_eq!(format_time(1_549_947_394_000_000, 'T', None), "2019-02-12T04:56:34");
        let value = AnyValue::Datetime(1_549_947_394_307_001, TimeUnit::Microseconds, None);
        assert_eq!(plain_text(&value).unwrap(), "2019-02-12T04:56:34.307001Z");
    }

    proptest! {
        /// The quick way writes what the calendar's own library writes.
        #[test]
        fn times_are_those_of_the_calendar(micros in -62_000_000_000_000_000_i64..250_000_000_000_000_000) {
            let known = DateTime::from_timestamp_micros(micros).unwrap().format("%Y-%m-%dT%H:%M:%S%.6f").to_string();
            prop_assert_eq!(format_time(micros, 'T', Some(6)), known);
        }
    }

    #[test]
    fn no_digit_of_a_number_is_lost() {
        assert_eq!(plain_text(&AnyValue::Float64(12_345_678.123)).unwrap(), "12345678.123");
        assert_eq!(Cell::brief(&AnyValue::Float64(1_772_590_269.123_456), 0).text, "1772590269.123456");
    }

    #[test]
    fn null_empty_and_dash_stay_apart() {
        assert_eq!(Cell::brief(&AnyValue::Null, 0).kind, CellKind::Null);
        assert_eq!(Cell::brief(&AnyValue::String(""), 0).kind, CellKind::Empty);
        assert_eq!(Cell::brief(&AnyValue::String("-"), 0), Cell { kind: CellKind::Text, text: "-".into() });
    }
}
