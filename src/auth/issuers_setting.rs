//! `JWT_ISSUERS`: several issuers, as a JSON list.

use std::fmt;

use super::claims::SharedUsers;
use super::issuer::Jwt;
use super::issuers::Issuers;
use super::jwt_settings::{BadJwtSetting, JwtSettings};
use crate::json::{self, Excerpt, Json, NotAnObject, Object};

const MAX_ISSUERS: usize = 16;

const MEMBERS: [&str; 12] = [
    "issuer",
    "audience",
    "audienceClaim",
    "jwksUrl",
    "publicKey",
    "secret",
    "secretPrevious",
    "algorithm",
    "uidClaim",
    "grantsClaim",
    "header",
    "sharedUsers",
];

impl Issuers {
    /// Reads the list. Its members are those of the variables, in another spelling; `common` has the
    /// settings that apply to every issuer: `UID_KEY`, `JWT_TYPE`, `JWT_GRANTS_REQUIRED`.
    ///
    /// # Errors
    /// Every bad entry, by its number.
    pub fn parse(text: &str, common: &JwtSettings<'_>) -> Result<Self, Vec<BadIssuer>> {
        // As a member, since a list alone is not read with unique names.
        let wrapped = format!("{{\"list\":{text}}}");
        let read = json::read_unique(wrapped.as_bytes()).map_err(|error| vec![BadIssuer::Json(error)])?;
        let list =
            read.object().get("list").and_then(Json::as_array).filter(|_| read.object().keys().count() == 1);
        let list =
            list.filter(|list| (1..=MAX_ISSUERS).contains(&list.len())).ok_or(vec![BadIssuer::NotAList])?;
        let mut issuers: Vec<Jwt> = Vec::new();
        let mut bad = Vec::new();
        for (number, entry) in (1..).zip(list) {
            match parse(entry, common, list.len() > 1) {
                Ok(issuer) if issuers.iter().any(|other| other.expected.issuer == issuer.expected.issuer) => {
                    bad.push(BadIssuer::Entry { number, fault: BadEntry::Twice });
                }
                Ok(issuer) => issuers.push(issuer),
                Err(faults) => bad.extend(faults.into_iter().map(|fault| BadIssuer::Entry { number, fault })),
            }
        }
        if bad.is_empty() { Ok(Self::several(issuers)) } else { Err(bad) }
    }
}

/// An entry; `several` is whether there are others.
fn parse(entry: &Json<'_>, common: &JwtSettings<'_>, several: bool) -> Result<Jwt, Vec<BadEntry>> {
    let members = entry.as_object().ok_or(vec![BadEntry::NotAnObject])?;
    if let Some(name) = members.keys().find(|name| !MEMBERS.contains(name)) {
        return Err(vec![BadEntry::Unknown(name.into())]);
    }
    let text = |name: &'static str| match members.get(name) {
        None => Ok(None),
        Some(Json::Text(text)) => Ok(Some(text.as_ref())),
        Some(_) => Err(vec![BadEntry::Member { name, expected: "text" }]),
    };
    // It separates the issuer from the subject where an integer uid is derived.
    if members.text("issuer").is_some_and(|issuer| issuer.contains('\0')) {
        return Err(vec![BadEntry::Member { name: "issuer", expected: "text without U+0000" }]);
    }
    let audiences = audiences(members)?;
    let settings = JwtSettings {
        issuer: text("issuer")?,
        // The list replaces it below; a missing one is reported here.
        audience: audiences.first().map(String::as_str),
        audience_claim: text("audienceClaim")?,
        audience_claim_only: false,
        jwks_url: text("jwksUrl")?,
        public_key: text("publicKey")?,
        secret: text("secret")?,
        secret_previous: text("secretPrevious")?,
        algorithm: text("algorithm")?,
        header: text("header")?,
        uid_claim: text("uidClaim")?,
        grants_claim: text("grantsClaim")?,
        // An entry with free identities has nothing to derive from.
        token_type: common.token_type,
        grants_required: common.grants_required,
        uid_key: common.uid_key.filter(|_| members.text("uidClaim") != Some("none")),
    };
    let is_shared = flag(members, "sharedUsers")?;
    let mut jwt =
        settings.parse().map_err(|faults| faults.into_iter().map(BadEntry::Setting).collect::<Vec<_>>())?;
    jwt.expected.audiences = audiences;
    let shared = if is_shared { SharedUsers::Yes } else { SharedUsers::No };
    // Text identities do not name their issuer, so one issuer could make another's users.
    if several && shared == SharedUsers::No && jwt.expected.uid_key.is_none() {
        return Err(vec![BadEntry::Unshared]);
    }
    jwt.expected.among_others = Some(shared).filter(|_| several);
    Ok(jwt)
}

fn audiences(members: Object<'_>) -> Result<Vec<String>, Vec<BadEntry>> {
    let bad = || vec![BadEntry::Member { name: "audience", expected: "text or a list of texts" }];
    let list: Vec<&str> = match members.get("audience") {
        None => Vec::new(),
        Some(Json::Text(text)) => vec![text.as_ref()],
        Some(Json::Array(list)) => list.iter().map(Json::as_text).collect::<Option<_>>().ok_or_else(bad)?,
        Some(_) => return Err(bad()),
    };
    if list.iter().any(|audience| audience.is_empty()) {
        Err(bad())
    } else {
        Ok(list.into_iter().map(str::to_owned).collect())
    }
}

fn flag(members: Object<'_>, name: &'static str) -> Result<bool, Vec<BadEntry>> {
    match members.get(name) {
        None => Ok(false),
        Some(Json::Bool(flag)) => Ok(*flag),
        Some(_) => Err(vec![BadEntry::Member { name, expected: "true or false" }]),
    }
}

/// What is wrong with `JWT_ISSUERS`. Never holds a key or a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadIssuer {
    /// Not JSON, or a name is repeated.
    Json(NotAnObject),
    /// Not a list of 1 to 16 entries.
    NotAList,
    /// A bad entry.
    Entry {
        /// Which, counted from 1.
        number: usize,
        /// What is wrong with it.
        fault: BadEntry,
    },
}

/// What is wrong with an entry of `JWT_ISSUERS`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadEntry {
    /// Not an object.
    NotAnObject,
    /// A member that there is not.
    Unknown(Excerpt<'static>),
    /// A member of another type.
    Member {
        /// Which.
        name: &'static str,
        /// What it should be.
        expected: &'static str,
    },
    /// A setting, as its variable would be wrong.
    Setting(BadJwtSetting),
    /// The `issuer` of an earlier entry.
    Twice,
    /// Neither `sharedUsers` nor `UID_KEY`.
    Unshared,
}

impl fmt::Display for BadIssuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(error) => error.fmt(f),
            Self::NotAList => write!(f, "expected a list of 1 to {MAX_ISSUERS} issuers"),
            Self::Entry { number, fault } => write!(f, "entry {number}: {fault}"),
        }
    }
}

impl fmt::Display for BadEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAnObject => f.write_str("expected an object"),
            Self::Unknown(name) => write!(f, "unknown member {name}"),
            Self::Member { name, expected } => write!(f, "{name}: expected {expected}"),
            Self::Setting(bad) => {
                write!(f, "{}: ", member_of(bad.variable()))?;
                bad.write(f, member_of)
            }
            Self::Twice => f.write_str("issuer: an earlier entry has the same"),
            Self::Unshared => f.write_str(
                "set \"sharedUsers\": true if equal subjects of all issuers are one user, or UID_KEY for integer uids",
            ),
        }
    }
}

impl std::error::Error for BadIssuer {}

/// The member that replaces a variable.
fn member_of(variable: &'static str) -> &'static str {
    match variable {
        "JWT_ISSUER" => "issuer",
        "JWT_AUDIENCE" => "audience",
        "JWT_JWKS_URL" => "jwksUrl",
        "JWT_PUBLIC_KEY" => "publicKey",
        "JWT_SECRET" => "secret",
        "JWT_SECRET_PREVIOUS" => "secretPrevious",
        "JWT_ALGORITHM" => "algorithm",
        "JWT_HEADER" => "header",
        other => other,
    }
}
