//! What can go wrong in an operation.

/// Each says what happened, to what, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no operation '{0}'; 'casebook operations' lists them")]
    NoSuchOperation(String),
    #[error("{operation}: {why}")]
    Parameter { operation: String, why: String },
    #[error("{operation} works on {wanted}, not on {given}")]
    Inputs { operation: String, wanted: &'static str, given: usize },
    #[error("{0}")]
    Failed(String),
    #[error("cancelled")]
    Cancelled,
    #[error(transparent)]
    Query(crate::query::Error),
}

impl From<crate::query::Error> for Error {
    fn from(error: crate::query::Error) -> Self {
        match error {
            crate::query::Error::Cancelled => Self::Cancelled,
            other => Self::Query(other),
        }
    }
}

pub type Result<T> = std::result::Result<T, Error>;

impl From<polars::prelude::PolarsError> for Error {
    fn from(error: polars::prelude::PolarsError) -> Self {
        Self::Failed(crate::query::plain_polars(&error))
    }
}
