//! What a column means to an investigation.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// The meaning of a column: time, host, account, ip, ... The known ones come from `data/roles.yaml` and a user
/// may add others, so a role is a name and not an enum; operations ask for the constants below.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Role(Cow<'static, str>);

impl Role {
    pub const TIME: Self = Self(Cow::Borrowed("time"));
    pub const IP: Self = Self(Cow::Borrowed("ip"));
    pub const HOST: Self = Self(Cow::Borrowed("host"));
    pub const FILE: Self = Self(Cow::Borrowed("file"));
    pub const PROCESS: Self = Self(Cow::Borrowed("process"));
    pub const SEVERITY: Self = Self(Cow::Borrowed("severity"));

    pub fn named(name: impl Into<String>) -> Self {
        Self(Cow::Owned(name.into()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
