//! Questions with typed answers, whose truth comes from the data.

use chrono::{DateTime, Utc};

use crate::model::parse_moment;

/// What kind of answer is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Number,
    Date,
    Text,
    Choice,
}

/// A question.
#[derive(Clone, Debug)]
pub struct Question {
    pub ask: String,
    pub kind: Kind,
    pub choices: Vec<String>,
    /// SQL; the first cell of its rows is the answer.
    pub truth: String,
    /// How far an answer may be off: a number, or for dates microseconds.
    pub tolerance: f64,
}

impl Question {
    /// What is to be typed, in words.
    pub fn help(&self) -> String {
        match self.kind {
            Kind::Number => "a number".to_owned(),
            Kind::Date => "a time in UTC, such as 2026-03-04 07:41".to_owned(),
            Kind::Text => "a word or a name".to_owned(),
            Kind::Choice => {
                let numbered = self.choices.iter().zip(1..).map(|(choice, n)| format!("{n} {choice}"));
                format!("one of: {}", numbered.collect::<Vec<_>>().join(", "))
            }
        }
    }

    /// Whether an answer is right; an error says why it is no answer at all.
    pub fn is_right(&self, typed: &str, truth: &str) -> Result<bool, String> {
        let typed = typed.trim();
        match self.kind {
            Kind::Number => {
                let number = |text: &str| text.replace([',', '_', ' '], "").parse::<f64>().ok();
                let answer = number(typed).ok_or_else(|| format!("'{typed}' is no number"))?;
                Ok(number(truth).is_some_and(|truth| (truth - answer).abs() <= self.tolerance))
            }
            Kind::Date => {
                let moment = |text: &str| parse_moment(text, DateTime::<Utc>::UNIX_EPOCH).ok();
                let answer = moment(typed).ok_or_else(|| format!("'{typed}' is no time; write 2026-03-04 07:41"))?;
                let distance = |truth: i64| truth.abs_diff(answer);
                #[expect(clippy::cast_precision_loss, reason = "tolerances are seconds, not decimals of microseconds")]
                Ok(moment(truth).is_some_and(|truth| distance(truth) as f64 <= self.tolerance))
            }
            Kind::Text => Ok(typed.eq_ignore_ascii_case(truth.trim())),
            Kind::Choice => {
                let chosen = typed.parse::<usize>().ok().and_then(|n| self.choices.get(n.checked_sub(1)?));
                let chosen = chosen.map_or(typed, String::as_str);
                if !self.choices.iter().any(|choice| choice.eq_ignore_ascii_case(chosen)) {
                    return Err(format!("'{typed}' is none of them; {}", self.help()));
                }
                Ok(chosen.eq_ignore_ascii_case(truth.trim()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(kind: Kind, tolerance: f64) -> Question {
        let choices = vec!["Low".to_owned(), "High".to_owned()];
        Question { ask: String::new(), kind, choices, truth: String::new(), tolerance }
    }

    #[test]
    fn answers_agree_within_their_tolerance() {
        let number = question(Kind::Number, 1.0);
        assert_eq!(number.is_right(" 1,234 ", "1235"), Ok(true));
        assert_eq!(number.is_right("1236.5", "1235"), Ok(false));
        assert!(number.is_right("many", "1235").is_err());
        let date = question(Kind::Date, 3_600e6);
        assert_eq!(date.is_right("2026-03-04 07:00", "2026-03-04T07:41:12Z"), Ok(true));
        assert_eq!(date.is_right("2026-03-04", "2026-03-04T07:41:12Z"), Ok(false));
        let choice = question(Kind::Choice, 0.0);
        assert_eq!((choice.is_right("2", "High"), choice.is_right("low", "High")), (Ok(true), Ok(false)));
        assert!(choice.is_right("3", "High").is_err());
    }
}
