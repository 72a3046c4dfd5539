//! SQL as text: quoting values and names, and seeing which part of a statement is quoted.
//!
//! Values never become SQL by pasting. A template's placeholder knows from here whether it stands in plain code,
//! inside a string or inside a quoted name, and is escaped for that place.

/// What a stretch of SQL text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    Code,
    /// Inside `'...'`.
    Text,
    /// Inside `"..."` or `` `...` ``; holds the closing character.
    Name(char),
    /// Inside `-- ...` or `/* ... */`.
    Comment,
}

/// Walks over SQL text; `next` gives each character with the span it stands in.
#[derive(Debug)]
pub struct Walk<'a> {
    chars: std::iter::Peekable<std::str::CharIndices<'a>>,
    span: Span,
    block_comment: bool,
}

impl<'a> Walk<'a> {
    pub fn new(sql: &'a str) -> Self {
        Self { chars: sql.char_indices().peekable(), span: Span::Code, block_comment: false }
    }

    /// The span that the text ended in; anything but code is unfinished.
    pub const fn span(&self) -> Span {
        self.span
    }

    fn opened(&mut self, c: char) -> Span {
        let next = self.chars.peek().map(|(_, n)| *n);
        self.block_comment = c == '/' && next == Some('*');
        match (c, next) {
            ('\'', _) => Span::Text,
            ('"' | '`', _) => Span::Name(c),
            ('-', Some('-')) | ('/', Some('*')) => Span::Comment,
            _ => Span::Code,
        }
    }

    fn closed(&mut self, c: char) -> bool {
        match self.span {
            Span::Code => false,
            Span::Text => c == '\'' && !self.skip_doubled('\''),
            Span::Name(quote) => c == quote && !self.skip_doubled(quote),
            Span::Comment if self.block_comment => c == '*' && self.skip_doubled('/'),
            Span::Comment => c == '\n',
        }
    }

    /// Whether the next character is `wanted`; if so, it is consumed.
    fn skip_doubled(&mut self, wanted: char) -> bool {
        self.chars.next_if(|(_, c)| *c == wanted).is_some()
    }
}

impl Iterator for Walk<'_> {
    type Item = (usize, char, Span);

    fn next(&mut self) -> Option<Self::Item> {
        let (at, c) = self.chars.next()?;
        if self.span == Span::Code {
            self.span = self.opened(c);
            return Some((at, c, Span::Code));
        }
        let span = self.span;
        if self.closed(c) {
            self.span = Span::Code;
        }
        Some((at, c, span))
    }
}

/// A value as an SQL string literal.
pub fn literal(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

/// A name as a quoted SQL identifier.
pub fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A name as a person would write it: quoted only where it must be.
pub fn name(name: &str) -> String {
    let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && name.bytes().next().is_some_and(|b| !b.is_ascii_digit())
        && !RESERVED.contains(&name.to_ascii_uppercase().as_str());
    if plain { name.to_owned() } else { identifier(name) }
}

/// Words that cannot stand bare as a column name.
#[rustfmt::skip]
const RESERVED: &[&str] = &[
    "ALL", "AND", "ANY", "ARRAY", "AS", "ASC", "BETWEEN", "BY", "CASE", "CAST", "CEIL", "CROSS", "CURRENT_DATE",
    "CURRENT_ROLE", "CURRENT_TIME", "CURRENT_TIMESTAMP", "CURRENT_USER", "DATE", "DESC", "DISTINCT", "ELSE", "END",
    "EXCEPT", "EXISTS", "EXTRACT", "FALSE", "FETCH", "FLOOR", "FROM", "FULL", "GROUP", "HAVING", "IN", "INNER",
    "INTERSECT", "INTERVAL", "INTO", "IS", "JOIN", "LEFT", "LIKE", "LIMIT", "LOCALTIME", "LOCALTIMESTAMP", "MAP",
    "NOT", "NULL", "OFFSET", "ON", "OR", "ORDER", "OUTER", "OVERLAY", "POSITION", "QUALIFY", "RIGHT", "ROW",
    "SELECT", "SESSION_USER", "SET", "SOME", "STRUCT", "SUBSTRING", "SYSTEM_USER", "TABLE", "THEN", "TIME",
    "TIMESTAMP", "TOP", "TRIM", "TRUE", "UNION", "UNIQUE", "USER", "USING", "VALUES", "WHEN", "WHERE", "WINDOW",
    "WITH",
];

/// Whether `text` can stand as one expression inside a larger statement: its brackets and quotes close, and it does
/// not end the statement or open a comment that would swallow what follows.
pub fn check_expression(text: &str) -> Result<(), String> {
    if text.trim().is_empty() {
        return Err("the expression is empty".to_owned());
    }
    let mut depth = 0_i32;
    let mut walk = Walk::new(text);
    for (_, c, span) in walk.by_ref() {
        match (span, c) {
            (Span::Comment, _) => return Err("an expression has no comments".to_owned()),
            (Span::Code, '(') => depth += 1,
            (Span::Code, ')') => depth -= 1,
            (Span::Code, ';') => return Err("an expression has no ';'".to_owned()),
            _ => {}
        }
        if depth < 0 {
            return Err("a ')' closes nothing".to_owned());
        }
    }
    match walk.span() {
        Span::Text => Err("a quote (') is not closed".to_owned()),
        Span::Name(quote) => Err(format!("a quoted name ({quote}) is not closed")),
        Span::Comment => Err("an expression has no comments".to_owned()),
        Span::Code if depth > 0 => Err("a '(' is not closed".to_owned()),
        Span::Code => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn expressions_that_would_escape_are_refused() {
        for bad in ["", "a = 1) OR (1 = 1", "a = 'x", "a = 1; DROP TABLE x", "a = 1 -- rest", "a /* b", "(a", "\"a"] {
            assert!(check_expression(bad).is_err(), "{bad}");
        }
        for good in ["a = 'it''s (;--'", "\"a \"\" b\" <> 2", "matches(a, 'x')", "a - -1 = 2"] {
            assert_eq!(check_expression(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn names_are_quoted_only_where_they_must_be() {
        assert_eq!(name("LogonType"), "LogonType");
        assert_eq!(name("EventTime [UTC]"), "\"EventTime [UTC]\"");
        assert_eq!(name("order"), "\"order\"");
        assert_eq!(name("1st"), "\"1st\"");
    }

    proptest! {
        #[test]
        fn a_literal_is_always_one_string(value in any::<String>()) {
            let sql = literal(&value);
            let mut walk = Walk::new(&sql);
            let code = walk.by_ref().filter(|(_, _, span)| *span == Span::Code).count();
            prop_assert_eq!((code, walk.span()), (1, Span::Code), "only the opening quote is code");
        }

        #[test]
        fn an_identifier_is_always_one_name(value in any::<String>()) {
            let sql = identifier(&value);
            let mut walk = Walk::new(&sql);
            let code = walk.by_ref().filter(|(_, _, span)| *span == Span::Code).count();
            prop_assert_eq!((code, walk.span()), (1, Span::Code));
        }
    }
}
