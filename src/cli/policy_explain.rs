//! Explains whether a caller may request a token, and which rule refuses it.

use std::fmt::Write;
use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use super::failure::Failure;
use super::request_flags::RequestFlags;
use crate::adapter::host;
use crate::api::{Problem, token_request};
use crate::auth::Caller;
use crate::config::Config;
use crate::policy::{Refusal, Source};
use crate::request::{TokenKind, TokenRequest};
use crate::time::UnixTime;

/// The request flags are the fields of `POST /token`. Without --api-key and --claims, the caller is
/// the one of AUTH=none.
#[derive(Args)]
#[command(after_help = "Examples:
  agora-token-server policy explain --channel room-1 --uid 42 --role publisher
  agora-token-server policy explain --api-key my-backend --channel room-1 --uid 42 --role publisher
  agora-token-server policy explain --channel room-1 --role subscriber \\
    --claims '{\"iss\":\"https://issuer.example.com/\",\"aud\":\"agora-token\",\"sub\":\"alice\"}'

Exit status: 0 if the request is allowed, 1 if not, 2 for misuse.")]
pub(super) struct Explain {
    /// Caller with the API key of this NAME
    #[arg(long, value_name = "NAME", conflicts_with = "claims")]
    api_key: Option<String>,
    /// Caller with a JWT of these claims, unsigned; exp defaults to one hour from now
    #[arg(long, value_name = "JSON")]
    claims: Option<String>,
    #[command(flatten)]
    request: RequestFlags,
    /// Decide as of a TIME, in Unix seconds or RFC 3339 (now)
    #[arg(long, value_name = "TIME")]
    at: Option<UnixTime>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// The outcome of a request.
#[expect(clippy::large_enum_variant, reason = "there is one in a process")]
enum Outcome {
    /// The JWT is not accepted: 401.
    Unauthorized { cause: String },
    /// The request has faults: 400.
    Invalid(Problem),
    /// What refuses the request, empty if it is granted.
    Decided {
        caller: Caller,
        credential: Credential,
        request: TokenRequest,
        refusals: Vec<Refusal>,
        max: u32,
    },
}

/// The identifying properties of a caller.
enum Credential {
    /// An API key or nothing.
    Key,
    /// A JWT, with the claim that identifies its user.
    Jwt { identity_claim: String },
}

impl Explain {
    pub(super) fn run(&self, config: &Config) -> Result<ExitCode, Failure> {
        let outcome = self.outcome(config)?;
        if self.json {
            println!("{:#}", outcome.to_json());
        } else {
            print!("{}", outcome.to_text());
        }
        Ok(if outcome.is_allowed() { ExitCode::SUCCESS } else { ExitCode::from(1) })
    }

    fn outcome(&self, config: &Config) -> Result<Outcome, Failure> {
        let now = self.at.unwrap_or_else(host::now);
        let (caller, credential) = match (&self.api_key, &self.claims) {
            (Some(name), _) => {
                let caller = config.authenticator.supposed_key(name).ok_or_else(|| {
                    Failure::misuse(format!("--api-key: expected a name in API_KEYS, got {name:?}"))
                })?;
                (caller, Credential::Key)
            }
            (None, Some(claims)) => {
                let claims = with_exp(claims, now);
                match config.authenticator.supposed_jwt(&claims, now) {
                    Some(Ok((caller, identity_claim))) => (caller, Credential::Jwt { identity_claim }),
                    Some(Err(error)) => return Ok(Outcome::Unauthorized { cause: error.to_string() }),
                    None => return Err(Failure::misuse("--claims: AUTH does not include jwt; set AUTH=jwt")),
                }
            }
            (None, None) if config.authenticator.is_open() => (Caller::open(), Credential::Key),
            (None, None) => {
                return Err(Failure::misuse("expected --api-key or --claims, since AUTH is not none"));
            }
        };
        let request = match token_request(self.request.body().as_bytes(), &config.policy, &caller) {
            Ok(request) => request,
            Err(problem) => return Ok(Outcome::Invalid(problem)),
        };
        let refusals = config.policy.refusals(&caller, &request, now).collect();
        let max = config.policy.ceiling(&caller, now);
        Ok(Outcome::Decided { caller, credential, request, refusals, max })
    }
}

impl Outcome {
    fn is_allowed(&self) -> bool {
        match self {
            Self::Unauthorized { .. } | Self::Invalid(_) => false,
            Self::Decided { refusals, .. } => refusals.is_empty(),
        }
    }

    fn to_json(&self) -> Value {
        match self {
            Self::Unauthorized { cause } => {
                json!({ "allowed": false, "status": 401, "code": "unauthorized", "cause": cause })
            }
            Self::Invalid(problem) => json!({
                "allowed": false, "status": problem.status().as_u16(), "code": problem.code(),
                "detail": problem.to_string(),
            }),
            Self::Decided { caller, credential, request, refusals, max } => {
                let types: Vec<&str> = request.spec.scope().kinds().map(TokenKind::name).collect();
                let refusals: Vec<Value> = refusals
                    .iter()
                    .map(|refusal| {
                        let (source, setting) = place(refusal.source, credential);
                        json!({
                            "rule": refusal.denied.rule().name(), "source": source, "setting": setting,
                            "detail": refusal.denied.to_string(),
                        })
                    })
                    .collect();
                let status = if refusals.is_empty() { 200 } else { 403 };
                json!({
                    "allowed": refusals.is_empty(), "status": status, "caller": caller.name, "tokenTypes": types,
                    "maxExpireTime": max, "refusals": refusals,
                })
            }
        }
    }

    fn to_text(&self) -> String {
        match self {
            Self::Unauthorized { cause } => format!("refused: 401 unauthorized\n  {cause}\n"),
            Self::Invalid(problem) => {
                format!("refused: {} {}\n  {problem}\n", problem.status().as_u16(), problem.code())
            }
            Self::Decided { request, refusals, max, .. } if refusals.is_empty() => {
                let types: Vec<&str> = request.spec.scope().kinds().map(TokenKind::name).collect();
                format!("allowed: {}, for at most {max} seconds\n", types.join(", "))
            }
            Self::Decided { refusals, credential, .. } => {
                let mut text = String::from("refused: 403 forbidden\n");
                for refusal in refusals {
                    let (source, setting) = place(refusal.source, credential);
                    let rule = refusal.denied.rule().name();
                    writeln!(text, "  {rule}, by {source} {setting}: {}", refusal.denied)
                        .expect("a String takes any text");
                }
                text
            }
        }
    }
}

/// The source of a denial, and its name there.
fn place(source: Source, credential: &Credential) -> (&'static str, &str) {
    let (kind, identity) = match credential {
        Credential::Key => ("key", "uid"),
        Credential::Jwt { identity_claim } => ("claim", identity_claim.as_str()),
    };
    match source {
        Source::Configuration(variable) => ("configuration", variable),
        Source::Grants(member) => (kind, member),
        Source::Identity => (kind, identity),
        Source::Expiry => (kind, "exp"),
    }
}

/// The claims with an `exp`, in an hour if they have none.
fn with_exp(claims: &str, now: UnixTime) -> String {
    match serde_json::from_str(claims) {
        Ok(Value::Object(members)) if !members.contains_key("exp") => {
            let comma = if members.is_empty() { "" } else { "," };
            // Into the text itself: duplicate claims are rejected as in a request.
            claims.replacen('{', &format!("{{\"exp\":{}{comma}", now.plus(3600).as_secs()), 1)
        }
        // It is configured, or the authenticator reports the fault.
        Ok(_) | Err(_) => claims.to_owned(),
    }
}
