//! Variables, one by one, and everything that is wrong with them.

use std::env::VarError;
use std::fmt::Display;
use std::str::FromStr;

use super::environment::Environment;
use super::error::{ConfigError, ConfigFault, FaultKind};
use super::notice::Notice;
use super::variable::{DefaultValue, Variable};
use crate::time::Ttl;

/// A variable of the table, by its name: one that the table lacks does not compile.
macro_rules! var {
    ($name:literal) => {
        const { $crate::variables::named($name) }
    };
}
pub(crate) use var;

/// Reads variables, and collects their errors and warnings.
pub(crate) struct Reader<'a> {
    pub(crate) environment: Environment<'a>,
    faults: Vec<ConfigFault>,
    notices: Vec<Notice>,
}

/// A variable that is set.
pub(crate) struct Found<'a> {
    /// The name that it was found by: the variable's own, or another one.
    pub(crate) name: &'static str,
    /// The source that has it.
    pub(crate) source: &'a str,
    /// Its text, without white space around it.
    pub(crate) value: String,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(environment: Environment<'a>) -> Self {
        Self { environment, faults: Vec::new(), notices: Vec::new() }
    }

    /// The value and the warnings, if everything that was read is valid.
    pub(crate) fn finish<T>(self, value: Option<T>) -> Result<(T, Vec<Notice>), ConfigError> {
        match value {
            Some(value) if self.faults.is_empty() => Ok((value, self.notices)),
            _ => Err(ConfigError(self.faults)),
        }
    }

    /// The variable in the first source that has one of its names. An empty one is unset.
    pub(crate) fn find(&mut self, variable: &'static Variable) -> Option<Found<'a>> {
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
    pub(crate) fn get(&mut self, variable: &'static Variable) -> Option<String> {
        self.find(variable).map(|found| found.value)
    }

    /// The variable's text, or its default.
    pub(crate) fn value(&mut self, variable: &'static Variable) -> Option<String> {
        self.get(variable).or(match variable.default {
            DefaultValue::Value(value) => Some(value.to_owned()),
            DefaultValue::Unset(_) => None,
        })
    }

    pub(crate) fn notice(&mut self, notice: Notice) {
        self.notices.push(notice);
    }

    pub(crate) fn fault(&mut self, variable: &Variable, detail: impl Into<String>) {
        self.fault_of(variable.name, detail);
    }

    /// A fault that another layer found, with the name that it gives.
    pub(crate) fn fault_of(&mut self, variable: &'static str, detail: impl Into<String>) {
        self.push(ConfigFault { variable, kind: FaultKind::Invalid, detail: detail.into() });
    }

    /// A value that another layer parsed, or the faults that it found in the variable.
    pub(crate) fn checked<T, E: Display>(
        &mut self,
        variable: &Variable,
        parsed: Result<T, Vec<E>>,
    ) -> Option<T> {
        parsed.map_err(|faults| faults.iter().for_each(|fault| self.fault(variable, fault.to_string()))).ok()
    }

    /// The variable is required and unset; a value that could not be read was reported already.
    pub(crate) fn missing(&mut self, variable: &Variable, what_to_do: impl Into<String>) {
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
    pub(crate) fn parsed<T: FromStr>(&mut self, variable: &'static Variable, expected: &str) -> Option<T> {
        let text = self.value(variable)?;
        let parsed = text.parse().ok();
        if parsed.is_none() {
            self.fault(variable, format!("expected {expected}, got {text:?}"));
        }
        parsed
    }

    pub(crate) fn flag(&mut self, variable: &'static Variable) -> Option<bool> {
        self.parsed(variable, "true or false")
    }

    pub(crate) fn ttl(&mut self, variable: &'static Variable) -> Option<Ttl> {
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
pub(crate) fn items(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(str::trim).filter(|item| !item.is_empty())
}
