//! Variables, one by one, with what is wrong with them gathered.

use std::str::FromStr;

use super::ConfigFault;
use crate::time::Ttl;

/// Reads variables and gathers what is wrong with them.
pub(super) struct Reader<'a> {
    variable: &'a dyn Fn(&str) -> Option<String>,
    faults: Vec<ConfigFault>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(variable: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self { variable, faults: Vec::new() }
    }

    /// Everything that is wrong.
    pub(super) fn finish(self) -> Vec<ConfigFault> {
        self.faults
    }

    /// The variable's text, where it is set.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        (self.variable)(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    pub(super) fn fault(&mut self, variable: &'static str, detail: impl Into<String>) {
        self.faults.push(ConfigFault { variable, detail: detail.into() });
    }

    pub(super) fn parsed<T: FromStr>(&mut self, name: &'static str, default: T, expected: &str) -> T {
        let Some(text) = self.get(name) else { return default };
        text.parse().unwrap_or_else(|_| {
            self.fault(name, format!("{text:?}, expected {expected}"));
            default
        })
    }

    pub(super) fn flag(&mut self, name: &'static str, default: bool) -> bool {
        self.parsed(name, default, "true or false")
    }

    pub(super) fn ttl(&mut self, name: &'static str, default: Ttl) -> Ttl {
        let Some(text) = self.get(name) else { return default };
        text.parse().ok().and_then(|seconds| Ttl::from_secs(seconds).ok()).unwrap_or_else(|| {
            self.fault(name, format!("{text:?}, expected seconds, 1 to {}", Ttl::MAX.as_secs()));
            default
        })
    }
}

/// The items of a comma-separated list.
pub(super) fn items(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(str::trim).filter(|item| !item.is_empty())
}
