//! Limits of API keys, compared with the configuration that they narrow.

use super::policy_finding::{Fault, Finding};
use crate::auth::Grants;
use crate::config::Config;
use crate::policy::Policy;
use crate::request::{Level, TokenKind};

/// What is wrong with the entries of `API_KEY_GRANTS`.
pub(super) fn findings(config: &Config) -> Vec<Finding> {
    let keys: Vec<(&str, Option<&Grants>)> = config.authenticator.api_key_grants().collect();
    let are_limited = keys.iter().any(|(_, grants)| grants.is_some());
    keys.into_iter().filter(|_| are_limited).flat_map(|(name, grants)| of_key(config, name, grants)).collect()
}

fn of_key(config: &Config, name: &str, grants: Option<&Grants>) -> Vec<Finding> {
    let mut key = Key { name, found: Vec::new() };
    match grants {
        None => {
            key.push(Fault::OverWide, "key_without_grants", "no entry, so only the configuration limits it");
        }
        Some(grants) if *grants == Grants::default() && !config.authenticator.is_bound_key(name) => {
            key.push(Fault::OverWide, "empty_grants", "the entry limits nothing");
        }
        Some(grants) => {
            key.channels(&config.policy, grants);
            key.token_types(&config.policy, grants);
            key.others(&config.policy, grants);
        }
    }
    key.found
}

/// A key, and what is wrong with its entry.
struct Key<'a> {
    name: &'a str,
    found: Vec<Finding>,
}

impl Key<'_> {
    fn push(&mut self, fault: Fault, code: &'static str, detail: &str) {
        let detail = format!("{}: {detail}", self.name);
        self.found.push(Finding { fault, code, variable: "API_KEY_GRANTS", detail });
    }

    fn channels(&mut self, policy: &Policy, grants: &Grants) {
        let Some(entries) = &grants.channels else { return };
        if entries.is_empty() {
            self.push(Fault::Contradictory, "no_channel", "an empty channels allows no channel");
        }
        for entry in entries {
            match &policy.channels {
                None if entry == "*" => {
                    self.push(Fault::OverWide, "any_channel", "channels: * allows any channel");
                }
                Some(patterns) if !patterns.iter().any(|pattern| pattern.overlaps(entry)) => {
                    let detail = format!("channels: {entry} is outside ALLOWED_CHANNELS");
                    self.push(Fault::Contradictory, "outside_channels", &detail);
                }
                None | Some(_) => {}
            }
        }
    }

    fn token_types(&mut self, policy: &Policy, grants: &Grants) {
        let Some(named) = &grants.token_types else { return };
        if named.is_empty() {
            self.push(Fault::Contradictory, "no_token_type", "an empty tokenTypes allows no token");
        }
        for kind in named {
            let name = kind.name();
            if !policy.allows_kind(*kind) {
                let detail = format!("tokenTypes: {name} is not in ALLOWED_TOKEN_TYPES");
                self.push(Fault::Contradictory, "outside_token_types", &detail);
            }
            if kind.also_carries().iter().any(|other| !named.contains(other)) {
                let others: Vec<&str> = kind.also_carries().iter().map(|other| other.name()).collect();
                let detail =
                    format!("tokenTypes: {name} also needs {}, so none is issued", others.join(" and "));
                self.push(Fault::Contradictory, "carried_type_missing", &detail);
            }
            if *kind == TokenKind::ApaasRoomUser && grants.roles.is_some() {
                let detail = "tokenTypes: roles refuses every apaas-room-user token";
                self.push(Fault::Contradictory, "numbered_role", detail);
            }
            match kind.level() {
                Level::User | Level::App if grants.channels.is_some() => {
                    let detail = format!(
                        "tokenTypes: {name} tokens are for no channel, so channels does not limit them"
                    );
                    self.push(Fault::OverWide, "beyond_channels", &detail);
                }
                Level::Channel | Level::User | Level::App => {}
            }
        }
    }

    fn others(&mut self, policy: &Policy, grants: &Grants) {
        if grants.roles.as_ref().is_some_and(Vec::is_empty) {
            self.push(Fault::Contradictory, "no_role", "an empty roles allows no role");
        }
        let max = policy.max_ttl.as_secs();
        if let Some(granted) = grants.max_expire_time.filter(|granted| granted.get() > max) {
            let detail = format!("maxExpireTime: {granted} is over MAX_EXPIRE_TIME, so {max} applies");
            self.push(Fault::Contradictory, "grant_over_max", &detail);
        }
        if grants.wildcards == Some(true) && !policy.wildcard_uid && !policy.wildcard_channel {
            let detail = "wildcards: the configuration allows none, and grants only narrow";
            self.push(Fault::Contradictory, "wildcards_disallowed", detail);
        }
    }
}
