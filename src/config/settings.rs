//! The effective configuration: each variable with its value, unless that is secret, and its source.

use super::config::Config;
use crate::variables::{DefaultValue, Environment, Reader, VARIABLES, Variable, items};

/// A variable with its effective value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The variable's name.
    pub name: &'static str,
    /// The part of its value that may be shown.
    pub value: Shown,
    /// The source of the value.
    pub origin: Origin,
}

/// The part of a value that may be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// The value.
    Value(String),
    /// A secret, which is not shown.
    Secret,
    /// The value is unset: a text on what applies instead, or an empty one.
    Unset(&'static str),
}

/// The source of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It is the default.
    Default,
    /// A source, and the name that the variable has there.
    Source {
        /// The source, as the operator calls it.
        source: String,
        /// The variable's own name or another one.
        name: &'static str,
    },
}

/// Every variable with its effective value. `config` is the configuration, if it is valid: it holds
/// the defaults that depend on others.
#[must_use]
pub fn settings(environment: Environment<'_>, config: Option<&Config>) -> Vec<Setting> {
    let mut reader = Reader::new(environment);
    let setting = |variable: &'static Variable| {
        let name = variable.name;
        if let Some(found) = reader.find(variable) {
            let origin = Origin::Source { source: found.source.to_owned(), name: found.name };
            let value = match config {
                Some(config) if name == "JWT_ISSUERS" => Shown::Value(issuers(config)),
                _ if variable.secret => Shown::Secret,
                _ => Shown::Value(shown(name, found.value)),
            };
            return Setting { name, value, origin };
        }
        let derived = config.and_then(|config| derived(config, name));
        let value = match (derived, variable.default) {
            (Some(value), _) => Shown::Value(value),
            (None, DefaultValue::Value(value)) => Shown::Value(value.to_owned()),
            (None, DefaultValue::Unset(words)) => Shown::Unset(words),
        };
        Setting { name, value, origin: Origin::Default }
    };
    VARIABLES.iter().map(setting).collect()
}

/// Of API keys, the names only: hashes are long and mean nothing to a reader.
fn shown(name: &str, value: String) -> String {
    if name != "API_KEYS" {
        return value;
    }
    let names: Vec<&str> = items(&value).map(|entry| entry.split(':').next().unwrap_or_default()).collect();
    names.join(",")
}

/// Only the names of several issuers, since an entry may hold a secret. Nothing of an invalid list.
fn issuers(config: &Config) -> String {
    config.authenticator.issuer_names().collect::<Vec<_>>().join(",")
}

/// The defaults that depend on other variables.
fn derived(config: &Config, name: &str) -> Option<String> {
    match name {
        "AUTH" => config.authenticator.is_open().then(|| "none".to_owned()),
        "ALLOW_WILDCARD_UID" => Some(config.policy.wildcard_uid.to_string()),
        "ALLOW_006" => Some(config.policy.allow_006.to_string()),
        _ => None,
    }
}
