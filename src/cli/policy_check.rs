//! Settings that are open, over-wide or contradictory.

use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use super::policy_check_keys;
use super::policy_finding::{Fault, Finding};
use crate::config::{AllowOrigin, Config, Notice};
use crate::policy::{ChannelPattern, Policy};
use crate::request::Level;

#[derive(Args)]
#[command(after_help = "Examples:
  agora-token-server policy check
  AUTH=none agora-token-server policy check --json

Exit status: 0 without findings, 1 with findings, 2 if the configuration is invalid.")]
pub(super) struct Check {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Check {
    pub(super) fn run(&self, config: &Config, notices: &[Notice]) -> ExitCode {
        let findings = findings(config, notices);
        if self.json {
            let findings: Vec<Value> = findings.iter().map(Finding::to_json).collect();
            println!("{:#}", json!({ "findings": findings }));
        } else {
            for Finding { fault, code, variable, detail } in &findings {
                println!("{}: {variable}: {detail} [{code}]", fault.name());
            }
        }
        if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) }
    }
}

fn findings(config: &Config, notices: &[Notice]) -> Vec<Finding> {
    let mut found = Vec::new();
    callers(config, notices, &mut found);
    channels(config, &mut found);
    kinds(&config.policy, &mut found);
    wildcards(config, &mut found);
    lifetimes(config, &mut found);
    found.extend(policy_check_keys::findings(config));
    found
}

fn callers(config: &Config, notices: &[Notice], found: &mut Vec<Finding>) {
    let mut open = |code, variable, detail: &str| {
        found.push(Finding { fault: Fault::Open, code, variable, detail: detail.to_owned() });
    };
    if config.authenticator.is_open() {
        open(
            "no_authentication",
            "AUTH",
            "every client that reaches the server gets tokens; set api-key or jwt",
        );
        if config.allow_origin == AllowOrigin::Any {
            open("any_page", "CORS_ALLOW_ORIGIN", "every web page can request tokens; list your origins");
        }
    }
    if notices.contains(&Notice::FreeIdentities) {
        open("free_identities", "JWT_UID_CLAIM", "a caller with a JWT can take any identity; name a claim");
    }
    if notices.contains(&Notice::KeySetAndSecret) {
        let detail =
            "JWTs of the key set and of the secret are accepted; remove the secret after the migration";
        let (fault, code, variable) = (Fault::OverWide, "key_set_and_secret", "JWT_SECRET");
        found.push(Finding { fault, code, variable, detail: detail.to_owned() });
    }
}

fn channels(config: &Config, found: &mut Vec<Finding>) {
    const VARIABLE: &str = "ALLOWED_CHANNELS";
    let mut push =
        |fault, code, detail: String| found.push(Finding { fault, code, variable: VARIABLE, detail });
    let Some(patterns) = &config.policy.channels else {
        push(
            Fault::OverWide,
            "any_channel",
            "every caller can request any channel; list names or patterns".into(),
        );
        return;
    };
    if patterns.is_empty() {
        push(Fault::Contradictory, "no_channel", "an empty list allows no channel".into());
    }
    if patterns.iter().any(ChannelPattern::is_any) {
        push(Fault::OverWide, "any_channel", "* allows any channel; list names or patterns".into());
    }
    for pattern in patterns.iter().filter(|pattern| pattern.names_subject()) {
        if !config.authenticator.accepts_jwts() {
            let detail = format!("{pattern} matches no channel, since no caller has a JWT");
            push(Fault::Contradictory, "subject_without_jwt", detail);
        } else if pattern.continues_after_subject() {
            let detail =
                format!("{pattern} also allows the channels of a subject that starts with the caller's");
            push(Fault::OverWide, "overlapping_subjects", detail);
        }
    }
}

fn kinds(policy: &Policy, found: &mut Vec<Finding>) {
    let Some(named) = &policy.token_types else { return };
    let mut push = |fault, code, detail: String| {
        found.push(Finding { fault, code, variable: "ALLOWED_TOKEN_TYPES", detail });
    };
    if named.is_empty() {
        push(Fault::Contradictory, "no_token_type", "an empty list allows no token".into());
    }
    for kind in named {
        match kind.level() {
            Level::User if policy.channels.is_some() => {
                let detail = format!(
                    "{} tokens are for no channel, so ALLOWED_CHANNELS does not limit them",
                    kind.name()
                );
                push(Fault::OverWide, "beyond_channels", detail);
            }
            Level::Channel | Level::User => {}
            Level::App => {
                let detail = format!("{} tokens act for every user of the project", kind.name());
                push(Fault::OverWide, "app_level", detail);
            }
        }
        let missing: Vec<&str> = kind
            .also_carries()
            .iter()
            .filter(|other| !named.contains(other))
            .map(|other| other.name())
            .collect();
        if !missing.is_empty() {
            let detail =
                format!("{} tokens also need {}, so none is issued", kind.name(), missing.join(" and "));
            push(Fault::Contradictory, "carried_type_missing", detail);
        }
    }
}

fn wildcards(config: &Config, found: &mut Vec<Finding>) {
    let policy = &config.policy;
    let guarded = !config.authenticator.is_open();
    let mut push = |fault, code, variable, detail: &str| {
        found.push(Finding { fault, code, variable, detail: detail.to_owned() });
    };
    if policy.wildcard_uid && guarded {
        push(
            Fault::OverWide,
            "wildcard_uid",
            "ALLOW_WILDCARD_UID",
            "a token for uid 0 lets its holder join as any uid",
        );
    }
    if policy.wildcard_channel {
        let detail = "a token for a wildcard channel opens every channel that it matches";
        push(Fault::OverWide, "wildcard_channel", "ALLOW_WILDCARD_CHANNEL", detail);
    }
    if policy.allow_006 && policy.channels.is_some() {
        let detail = "the holder of a 006 token can rewrite it for a channel outside ALLOWED_CHANNELS";
        push(Fault::Contradictory, "rewritable_006", "ALLOW_006", detail);
    } else if policy.allow_006 && guarded {
        let detail = "the holder of a 006 token can rewrite it for another channel and uid";
        push(Fault::OverWide, "rewritable_006", "ALLOW_006", detail);
    }
}

fn lifetimes(config: &Config, found: &mut Vec<Finding>) {
    let (default, max) = (config.default_ttl.as_secs(), config.policy.max_ttl.as_secs());
    let mut push = |code, variable, detail| {
        found.push(Finding { fault: Fault::Contradictory, code, variable, detail });
    };
    if default > max {
        let detail = format!("{default} is over MAX_EXPIRE_TIME, so drop-in tokens live {max} seconds");
        push("default_over_max", "DEFAULT_EXPIRE_TIME", detail);
    }
    if config.policy.expire_with_jwt && !config.authenticator.accepts_jwts() {
        push(
            "expire_without_jwt",
            "EXPIRE_WITH_JWT",
            "it has no effect, since no caller has a JWT".to_owned(),
        );
    }
}
