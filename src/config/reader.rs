//! Variables, one by one, and everything that is wrong with them.

use std::str::FromStr;

use super::config::{ConfigError, ConfigFault};
use super::environment::Environment;
use super::variables::{DefaultValue, Variable};
use crate::time::Ttl;

/// A variable of the table, by its name: one that the table lacks does not compile.
macro_rules! var {
    ($name:literal) => {
        const { $crate::config::variables::named($name) }
    };
}
pub(super) use var;

/// Reads variables and gathers what is wrong with them.
pub(super) struct Reader<'a> {
    pub(super) environment: Environment<'a>,
    faults: Vec<ConfigFault>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(environment: Environment<'a>) -> Self {
        Self { environment, faults: Vec::new() }
    }

    /// The value, if everything that was read is valid.
    pub(super) fn finish<T>(self, value: Option<T>) -> Result<T, ConfigError> {
        match value {
            Some(value) if self.faults.is_empty() => Ok(value),
            _ => Err(ConfigError(self.faults)),
        }
    }

    /// The variable's text, if it is set.
    pub(super) fn get(&self, variable: &Variable) -> Option<String> {
        let value = (self.environment.lookup)(variable.name).ok()?;
        Some(value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    /// The variable's text, or its default.
    pub(super) fn value(&self, variable: &Variable) -> Option<String> {
        self.get(variable).or(match variable.default {
            DefaultValue::Value(value) => Some(value.to_owned()),
            DefaultValue::Unset(_) => None,
        })
    }

    pub(super) fn fault(&mut self, variable: &Variable, detail: impl Into<String>) {
        self.fault_of(variable.name, detail);
    }

    /// A fault that another layer found, with the name that it gives.
    pub(super) fn fault_of(&mut self, variable: &'static str, detail: impl Into<String>) {
        self.faults.push(ConfigFault { variable, detail: detail.into() });
    }

    /// The variable or its default, `None` if it is neither or cannot be parsed.
    pub(super) fn parsed<T: FromStr>(&mut self, variable: &Variable, expected: &str) -> Option<T> {
        let text = self.value(variable)?;
        let parsed = text.parse().ok();
        if parsed.is_none() {
            self.fault(variable, format!("{text:?}, expected {expected}"));
        }
        parsed
    }

    pub(super) fn flag(&mut self, variable: &Variable) -> Option<bool> {
        self.parsed(variable, "true or false")
    }

    pub(super) fn ttl(&mut self, variable: &Variable) -> Option<Ttl> {
        let text = self.value(variable)?;
        let ttl = text.parse().ok().and_then(|seconds| Ttl::from_secs(seconds).ok());
        if ttl.is_none() {
            self.fault(variable, format!("{text:?}, expected seconds, 1 to {}", Ttl::MAX.as_secs()));
        }
        ttl
    }
}

/// The items of a comma-separated list.
pub(super) fn items(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(str::trim).filter(|item| !item.is_empty())
}
