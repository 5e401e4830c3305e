//! What is wrong with a configuration.

use std::fmt;

/// All that is wrong with the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError(pub Vec<ConfigFault>);

/// What is wrong with one variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigFault {
    /// Its name.
    pub variable: &'static str,
    /// In which way.
    pub kind: FaultKind,
    /// The expected value and, unless it may be secret, the received one.
    pub detail: String,
}

/// In which way a variable is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// It is required and unset.
    Missing,
    /// Its value cannot be used.
    Invalid,
}

impl ConfigError {
    /// Whether a missing `AUTH` is the only error.
    #[must_use]
    pub fn is_missing_auth(&self) -> bool {
        self.0.iter().all(|fault| fault.variable == "AUTH" && fault.kind == FaultKind::Missing)
    }
}

impl fmt::Display for ConfigFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { variable, detail, .. } = self;
        match self.kind {
            FaultKind::Missing => write!(f, "{variable} is missing: {detail}"),
            FaultKind::Invalid => write!(f, "{variable}: {detail}"),
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.0.iter().enumerate() {
            write!(f, "{}{fault}", if index == 0 { "" } else { "; " })?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigError {}
