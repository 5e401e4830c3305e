//! Variables, one by one, and everything that is wrong with them.

use std::env::VarError;
use std::str::FromStr;

use super::environment::Environment;
use super::error::{ConfigError, ConfigFault, FaultKind};
use super::variable::{DefaultValue, Variable};
use crate::time::Ttl;

/// A variable of the table, by its name: one that the table lacks does not compile.
macro_rules! var {
    ($name:literal) => {
        const { $crate::config::variables::named($name) }
    };
}
pub(super) use var;

/// Reads variables and collects their errors.
pub(super) struct Reader<'a> {
    pub(super) environment: Environment<'a>,
    faults: Vec<ConfigFault>,
}

/// A variable that is set.
pub(super) struct Found<'a> {
    /// The name that it was found by: the variable's own, or another one.
    pub(super) name: &'static str,
    /// The source that has it.
    pub(super) source: &'a str,
    /// Its text, without white space around it.
    pub(super) value: String,
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

    /// The variable in the first source that has one of its names. An empty one is unset.
    pub(super) fn find(&mut self, variable: &'static Variable) -> Option<Found<'a>> {
        let sources = self.environment.sources;
        sources.iter().find_map(|source| {
            let mut found: Option<Found<'a>> = None;
            for name in variable.names() {
                let value = match (source.lookup)(name) {
                    Ok(value) if !value.trim().is_empty() => value.trim().to_owned(),
                    Ok(_) | Err(VarError::NotPresent) => continue,
                    Err(VarError::NotUnicode(_)) => {
                        self.fault_of(name, "expected UTF-8 text, got other bytes");
                        continue;
                    }
                };
                match &found {
                    None => found = Some(Found { name, source: source.name, value }),
                    Some(first) if first.value == value => {}
                    Some(first) => {
                        let detail = format!("expected one value, got another one in {name}");
                        self.fault_of(first.name, detail);
                    }
                }
            }
            found
        })
    }

    /// The variable's text, if it is set.
    pub(super) fn get(&mut self, variable: &'static Variable) -> Option<String> {
        self.find(variable).map(|found| found.value)
    }

    /// The variable's text, or its default.
    pub(super) fn value(&mut self, variable: &'static Variable) -> Option<String> {
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
        self.push(ConfigFault { variable, kind: FaultKind::Invalid, detail: detail.into() });
    }

    /// The variable is required and unset; a value that could not be read was reported already.
    pub(super) fn missing(&mut self, variable: &Variable, what_to_do: impl Into<String>) {
        if !self.faults.iter().any(|fault| variable.names().any(|name| name == fault.variable)) {
            let detail = what_to_do.into();
            self.push(ConfigFault { variable: variable.name, kind: FaultKind::Missing, detail });
        }
    }

    /// A variable that is read twice is reported once.
    fn push(&mut self, fault: ConfigFault) {
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }

    /// The variable or its default, `None` if it is neither or cannot be parsed.
    pub(super) fn parsed<T: FromStr>(&mut self, variable: &'static Variable, expected: &str) -> Option<T> {
        let text = self.value(variable)?;
        let parsed = text.parse().ok();
        if parsed.is_none() {
            self.fault(variable, format!("expected {expected}, got {text:?}"));
        }
        parsed
    }

    pub(super) fn flag(&mut self, variable: &'static Variable) -> Option<bool> {
        self.parsed(variable, "true or false")
    }

    pub(super) fn ttl(&mut self, variable: &'static Variable) -> Option<Ttl> {
        let text = self.value(variable)?;
        let ttl = text.parse().ok().and_then(|seconds| Ttl::from_secs(seconds).ok());
        if ttl.is_none() {
            let max = Ttl::MAX.as_secs();
            self.fault(variable, format!("expected seconds from 1 to {max}, got {text:?}"));
        }
        ttl
    }
}

/// The items of a comma-separated list.
pub(super) fn items(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(str::trim).filter(|item| !item.is_empty())
}
