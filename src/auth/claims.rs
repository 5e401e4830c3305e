//! Checks the claims of a verified JWT (RFC 7519 §4.1) against the configuration.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use super::caller::{AppLevel, Caller};
use super::grants::{BadGrants, Grants};
use super::identity::{BadIdentity, Identity, plain_text};
use super::uid::UidKey;
use crate::json::{Excerpt, Json, Object};
use crate::time::UnixTime;

/// The permitted difference between the clocks of issuer and server, in seconds.
pub const CLOCK_SKEW: u32 = 30;

/// Claims that name the client: of Cognito's access tokens, of Clerk's and Keycloak's tokens.
const CLIENT_CLAIMS: [&str; 2] = ["client_id", "azp"];

/// The expected claims of an issuer's JWTs, and the claims that are read.
#[derive(Debug)]
pub(super) struct Expected {
    pub(super) issuer: String,
    /// One of these must match.
    pub(super) audiences: Vec<String>,
    pub(super) audience_claim: AudienceClaim,
    /// The claim that binds identities; `None` leaves them free.
    pub(super) uid_claim: Option<String>,
    pub(super) grants_claim: String,
    /// What integer uids are derived with.
    pub(super) uid_key: Option<UidKey>,
    /// Set if several issuers are configured.
    pub(super) among_others: Option<SharedUsers>,
    pub(super) missing_grants: MissingGrants,
}

/// What a JWT without the grants claim is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MissingGrants {
    /// Limited by the configuration alone.
    Allowed,
    /// Rejected, as one whose claim has another name.
    Rejected,
}

/// The claim that names the audience.
#[derive(Debug)]
pub(super) enum AudienceClaim {
    Aud,
    /// Another claim; an `aud` that is present must match as well.
    Other(String),
    /// Another claim alone.
    OtherOnly(String),
}

/// Whether equal subjects of several issuers are one user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SharedUsers {
    Yes,
    No,
}

impl Expected {
    /// The caller that the claims describe.
    pub(super) fn caller(&self, claims: Object<'_>, now: UnixTime) -> Result<Caller, BadClaim> {
        self.check_issuer(claims).map_err(|problem| problem.of("iss"))?;
        self.check_audience(claims)?;
        let expires_at = expiry(claims, now).map_err(|problem| problem.of("exp"))?;
        check_not_after(now, claims, "nbf")?;
        // RFC 7519 requires nothing of `iat`. A token from the future indicates a wrong clock,
        // and then its `exp` is as wrong.
        check_not_after(now, claims, "iat")?;
        // RFC 7800 §3: the presenter must prove that it holds a key, which a bearer token does not.
        if claims.get("cnf").is_some() {
            return Err(Problem::KeyBound.of("cnf"));
        }

        let subject = match claims.get("sub") {
            None => None,
            Some(sub) => Some(plain_text(sub).ok_or(Problem::Identity(BadIdentity::OtherType).of("sub"))?),
        };
        let grants = match (claims.get(&self.grants_claim), self.missing_grants) {
            (Some(claim), _) => Grants::parse(claim).map(Some),
            (None, MissingGrants::Allowed) => Ok(None),
            (None, MissingGrants::Rejected) => return Err(Problem::Missing.of(&self.grants_claim)),
        };
        let grants = grants.map_err(|bad| Problem::Grants(bad).of(&self.grants_claim))?;
        let (grants, granted_identity) = grants.map_or((None, None), |(grants, uid)| (Some(grants), uid));
        let identity = match (granted_identity, &self.uid_claim) {
            // A granted identity does not name its issuer either.
            (Some(_), _) if self.among_others == Some(SharedUsers::No) => {
                return Err(Problem::SharedIdentity.of(&self.grants_claim));
            }
            (Some(identity), _) => identity,
            (None, None) => Identity::Free,
            (None, Some(name)) => self.identity(claims, name)?,
        };
        let name = subject.as_deref().map(str::to_owned).or(identity.user_id().map(Cow::into_owned));
        Ok(Caller {
            name: name.map(|name| format!("jwt:{name}")),
            issuer: self.among_others.map(|_| self.issuer.clone()),
            subject: subject.filter(|_| self.among_others != Some(SharedUsers::No)),
            identity,
            grants,
            expires_at: Some(expires_at),
            app_level: AppLevel::Granted,
        })
    }

    /// The claim that the identity comes from: the one of `JWT_UID_CLAIM`, or the `uid` of the grants.
    pub(super) fn identity_claim(&self, claims: Object<'_>) -> &str {
        let grants = claims.get(&self.grants_claim).and_then(Json::as_object);
        let is_granted = grants.is_some_and(|grants| grants.get("uid").is_some());
        self.uid_claim.as_deref().filter(|_| !is_granted).unwrap_or("uid")
    }

    fn identity(&self, claims: Object<'_>, name: &str) -> Result<Identity, BadClaim> {
        let claim = claims.get(name).ok_or(Problem::NoIdentity.of(name))?;
        // An address that its user has not confirmed may be another user's (OpenID Connect Core §5.7).
        if name == "email" && claims.get("email_verified") != Some(&Json::Bool(true)) {
            return Err(Problem::Unverified.of(name));
        }
        let identity = Identity::parse(claim).map_err(|bad| Problem::Identity(bad).of(name))?;
        match (identity, &self.uid_key) {
            (Identity::Bound(subject), Some(key)) => {
                let uid = key.uid(&self.issuer, &subject);
                let is_number = subject.bytes().all(|byte| byte.is_ascii_digit());
                let is_shared = self.among_others == Some(SharedUsers::No);
                Ok(Identity::Derived { uid, text: Some(subject).filter(|_| !is_number && !is_shared) })
            }
            (identity, _) => Ok(identity),
        }
    }

    fn check_issuer(&self, claims: Object<'_>) -> Result<(), Problem> {
        let issuer = claims.get("iss").ok_or(Problem::Missing)?;
        let issuer = issuer.as_text().ok_or(Problem::Type { expected: "a text" })?;
        if issuer == self.issuer {
            Ok(())
        } else {
            Err(Problem::Other { found: issuer.into(), expected: self.issuer.as_str().into() })
        }
    }

    fn check_audience(&self, claims: Object<'_>) -> Result<(), BadClaim> {
        let check = |name: &str| self.matches_audience(claims, name).map_err(|problem| problem.of(name));
        let check_aud = || {
            let matched = self.matches_audience(claims, "aud");
            matched.map_err(|problem| self.name_client_claim(claims, problem).of("aud"))
        };
        match &self.audience_claim {
            AudienceClaim::Aud => check_aud(),
            AudienceClaim::OtherOnly(name) => check(name),
            AudienceClaim::Other(name) => {
                check(name)?;
                if claims.get("aud").is_some() { check_aud() } else { Ok(()) }
            }
        }
    }

    /// What is wrong with `aud`, and which claim holds the client instead.
    fn name_client_claim(&self, claims: Object<'_>, problem: Problem) -> Problem {
        let mut named = CLIENT_CLAIMS.into_iter().filter(|name| claims.get(name).is_some());
        match problem {
            Problem::Missing => {
                named.next().map_or(Problem::Missing, |instead| Problem::NoAudience { instead })
            }
            Problem::Other { found, expected } => {
                match named.find(|name| self.matches_audience(claims, name).is_ok()) {
                    None => Problem::Other { found, expected },
                    Some(instead) => Problem::OtherAudience { found, expected, instead },
                }
            }
            problem => problem,
        }
    }

    fn matches_audience(&self, claims: Object<'_>, name: &str) -> Result<(), Problem> {
        const TYPE: Problem = Problem::Type { expected: "a text or a list of texts" };
        let audiences: Vec<&str> = match claims.get(name).ok_or(Problem::Missing)? {
            Json::Text(audience) => vec![audience],
            Json::Array(list) => list.iter().map(Json::as_text).collect::<Option<_>>().ok_or(TYPE)?,
            Json::Null | Json::Bool(_) | Json::Integer(_) | Json::Float(_) | Json::Object(_) => {
                return Err(TYPE);
            }
        };
        if audiences.iter().any(|audience| self.audiences.iter().any(|expected| expected == audience)) {
            Ok(())
        } else {
            let found = audiences.join(" ").as_str().into();
            Err(Problem::Other { found, expected: self.audiences.join(" ").as_str().into() })
        }
    }
}

fn expiry(claims: Object<'_>, now: UnixTime) -> Result<UnixTime, Problem> {
    let exp = claims.get("exp").ok_or(Problem::Missing)?;
    // Down, so that a fraction never lengthens a token's life.
    let expires_at = numeric_date(exp, f64::floor).ok_or(Problem::NotATime)?;
    let seconds_ago = expires_at.until(now);
    if seconds_ago >= i64::from(CLOCK_SKEW) { Err(Problem::Expired { seconds_ago }) } else { Ok(expires_at) }
}

fn check_not_after(now: UnixTime, claims: Object<'_>, name: &str) -> Result<(), BadClaim> {
    let Some(claim) = claims.get(name) else { return Ok(()) };
    let time = numeric_date(claim, f64::ceil).ok_or(Problem::NotATime.of(name))?;
    let seconds = now.until(time);
    if seconds > i64::from(CLOCK_SKEW) { Err(Problem::Ahead { seconds }.of(name)) } else { Ok(()) }
}

/// RFC 7519 §2: seconds since 1970, with a fraction if need be. One beyond the year 2106 is
/// milliseconds or a mistake.
fn numeric_date(claim: &Json<'_>, round: fn(f64) -> f64) -> Option<UnixTime> {
    let seconds = match claim {
        Json::Integer(seconds) => u32::try_from(*seconds).ok()?,
        // As a duration, because there is no other checked conversion from f64.
        Json::Float(seconds) => {
            u32::try_from(Duration::try_from_secs_f64(round(*seconds)).ok()?.as_secs()).ok()?
        }
        Json::Null | Json::Bool(_) | Json::Text(_) | Json::Array(_) | Json::Object(_) => return None,
    };
    Some(UnixTime::from_secs(seconds))
}

/// A claim that is not as it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadClaim {
    /// Its name.
    pub name: String,
    /// What is wrong with it.
    pub problem: Problem,
}

/// What can be wrong with a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// It is needed and not there.
    Missing,
    /// The claim of `JWT_UID_CLAIM` is not there.
    NoIdentity,
    /// `aud` is missing.
    NoAudience {
        /// The claim that names the client.
        instead: &'static str,
    },
    /// `aud` is another one.
    OtherAudience {
        /// What it is.
        found: Excerpt<'static>,
        /// The value of `JWT_AUDIENCE`.
        expected: Excerpt<'static>,
        /// The claim that holds an expected one.
        instead: &'static str,
    },
    /// Of another type.
    Type {
        /// Which it should be.
        expected: &'static str,
    },
    /// Not the configured value.
    Other {
        /// What it is.
        found: Excerpt<'static>,
        /// The value of `JWT_ISSUER` or `JWT_AUDIENCE`.
        expected: Excerpt<'static>,
    },
    /// Not a number of seconds that a [`UnixTime`] holds.
    NotATime,
    /// `exp` has passed, by more than the skew.
    Expired {
        /// By how much.
        seconds_ago: i64,
    },
    /// `nbf` or `iat` is in the future by more than the skew.
    Ahead {
        /// By how much.
        seconds: i64,
    },
    /// `email` without `email_verified`.
    Unverified,
    /// A granted identity of an issuer that does not share its users with the others.
    SharedIdentity,
    /// `cnf`: the token is bound to a key of its holder's.
    KeyBound,
    /// Not the identity of one user.
    Identity(BadIdentity),
    /// Not grants.
    Grants(BadGrants),
}

impl Problem {
    fn of(self, name: &str) -> BadClaim {
        BadClaim { name: name.to_owned(), problem: self }
    }
}

impl fmt::Display for BadClaim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.problem)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("missing"),
            Self::NoIdentity => f.write_str("missing; set JWT_UID_CLAIM to a claim that identifies the user"),
            Self::NoAudience { instead } => {
                write!(f, "missing; set JWT_AUDIENCE_CLAIM={instead}, or have the issuer add an audience")
            }
            Self::OtherAudience { found, expected, instead } => write!(
                f,
                "expected {expected}, got {found}; {instead} matches: have the issuer add the audience, or set \
                 JWT_AUDIENCE_CLAIM={instead} and JWT_AUDIENCE_CLAIM_ONLY=true"
            ),
            Self::Type { expected } => write!(f, "expected {expected}"),
            Self::Other { found, expected } => write!(f, "expected {expected}, got {found}"),
            Self::NotATime => f.write_str("expected seconds from 1970 to 2106"),
            Self::Expired { seconds_ago } => write!(f, "expired {seconds_ago} s ago"),
            Self::Ahead { seconds } => write!(f, "{seconds} s ahead"),
            Self::Unverified => f.write_str("expected email_verified true"),
            Self::SharedIdentity => f.write_str("uid needs sharedUsers with several issuers"),
            Self::KeyBound => f.write_str("bound to a key; expected a bearer token"),
            Self::Identity(bad) => bad.fmt(f),
            Self::Grants(bad @ BadGrants::Text) => {
                write!(f, "{bad}; have the issuer add the claim as JSON, not as text")
            }
            Self::Grants(bad @ BadGrants::Null) => write!(f, "{bad}; have the issuer leave the claim out"),
            Self::Grants(bad) => bad.fmt(f),
        }
    }
}
