//! The `JWT_…` variables.

use std::fmt;
use std::net::IpAddr;

use http::Uri;

use super::algorithm::{Algorithm, UnknownAlgorithm};
use super::claims::{AudienceClaim, Expected, MissingGrants};
use super::hmac::Secret;
use super::issuer::{Jwt, Keys, PublicKeys};
use super::jwt::JwtType;
use super::key::VerifyingKey;
use super::key_set;
use super::public_key::BadKey;
use super::uid::UidKey;

/// Those that providers write. Others are for other purposes: `logout+jwt`, `dpop+jwt`, …
const DEFAULT_TYPES: &str = "JWT,at+jwt";

/// The `JWT_…` variables as texts. An empty one counts as not set, as it does in a `.env` file.
#[derive(Clone, Copy, Default)]
pub struct JwtSettings<'a> {
    /// `JWT_ISSUER`.
    pub issuer: Option<&'a str>,
    /// `JWT_AUDIENCE`, comma-separated.
    pub audience: Option<&'a str>,
    /// `JWT_AUDIENCE_CLAIM`.
    pub audience_claim: Option<&'a str>,
    /// `JWT_AUDIENCE_CLAIM_ONLY`.
    pub audience_claim_only: bool,
    /// `JWT_JWKS_URL`.
    pub jwks_url: Option<&'a str>,
    /// `JWT_PUBLIC_KEY`.
    pub public_key: Option<&'a str>,
    /// `JWT_SECRET`.
    pub secret: Option<&'a str>,
    /// `JWT_SECRET_PREVIOUS`.
    pub secret_previous: Option<&'a str>,
    /// `JWT_ALGORITHM`.
    pub algorithm: Option<&'a str>,
    /// `JWT_TYPE`.
    pub token_type: Option<&'a str>,
    /// `JWT_GRANTS_REQUIRED`.
    pub grants_required: bool,
    /// `JWT_HEADER`.
    pub header: Option<&'a str>,
    /// `JWT_UID_CLAIM`.
    pub uid_claim: Option<&'a str>,
    /// `JWT_GRANTS_CLAIM`.
    pub grants_claim: Option<&'a str>,
    /// `UID_KEY`.
    pub uid_key: Option<&'a UidKey>,
}

impl JwtSettings<'_> {
    /// # Errors
    /// Every variable that is not as it must be.
    pub fn parse(&self) -> Result<Jwt, Vec<BadJwtSetting>> {
        let set = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
        let issuer = set(self.issuer).ok_or(BadJwtSetting::Missing { variable: "JWT_ISSUER" });
        let audiences = self.audiences().ok_or(BadJwtSetting::Missing { variable: "JWT_AUDIENCE" });
        let keys = self.keys();
        let header = header(set(self.header));
        let uid_claim = set(self.uid_claim).unwrap_or_else(|| "sub".to_owned());
        let uid_claim = Some(uid_claim).filter(|claim| claim != "none");
        let uid_key = match (&uid_claim, self.uid_key) {
            (None, Some(_)) => Err(BadJwtSetting::FreeUid),
            (Some(_) | None, key) => Ok(key.cloned()),
        };
        match (issuer, audiences, keys, header, uid_key) {
            (Ok(issuer), Ok(audiences), Ok(keys), Ok(header), Ok(uid_key)) => {
                let missing_grants =
                    if self.grants_required { MissingGrants::Rejected } else { MissingGrants::Allowed };
                let types = set(self.token_type).unwrap_or_else(|| DEFAULT_TYPES.to_owned());
                let types = types.split(',').map(str::trim).filter(|typ| !typ.is_empty());
                let types = types.map(JwtType::new).collect();
                let expected = Expected {
                    issuer,
                    audiences,
                    audience_claim: self.audience_claim(),
                    uid_claim,
                    grants_claim: set(self.grants_claim).unwrap_or_else(|| "agora".to_owned()),
                    uid_key,
                    among_others: None,
                    missing_grants,
                };
                Ok(Jwt { keys, expected, types, header })
            }
            (issuer, audiences, keys, header, uid_key) => {
                let bad = [issuer.err(), audiences.err(), keys.err(), header.err(), uid_key.err()];
                Err(bad.into_iter().flatten().collect())
            }
        }
    }

    fn audiences(&self) -> Option<Vec<String>> {
        let list = self.audience?.split(',').map(str::trim).filter(|audience| !audience.is_empty());
        let list: Vec<String> = list.map(str::to_owned).collect();
        (!list.is_empty()).then_some(list)
    }

    fn audience_claim(&self) -> AudienceClaim {
        match self.audience_claim.filter(|name| !name.is_empty() && *name != "aud") {
            None => AudienceClaim::Aud,
            Some(name) if self.audience_claim_only => AudienceClaim::OtherOnly(name.to_owned()),
            Some(name) => AudienceClaim::Other(name.to_owned()),
        }
    }

    fn keys(&self) -> Result<Keys, BadJwtSetting> {
        let set = |text: Option<&'_ str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
        let algorithm = match self.algorithm.filter(|name| !name.is_empty()) {
            None => None,
            Some(name) => Some(name.parse().map_err(|UnknownAlgorithm| BadJwtSetting::Algorithm)?),
        };
        let not_for = |variable| {
            move |bad| match bad {
                BadKey::OtherAlgorithm => BadJwtSetting::AlgorithmOfKey { variable },
                bad => BadJwtSetting::Key { variable, bad },
            }
        };
        let secrets = |algorithm: Option<Algorithm>| {
            let given =
                [("JWT_SECRET", set(self.secret)), ("JWT_SECRET_PREVIOUS", set(self.secret_previous))];
            let given = given.into_iter().filter_map(|(variable, secret)| Some((variable, secret?)));
            given
                .map(|(variable, secret)| Secret::new(&secret, algorithm).map_err(not_for(variable)))
                .collect::<Result<Vec<_>, _>>()
        };
        let (url, key, secret) = (set(self.jwks_url), set(self.public_key), set(self.secret));
        if set(self.secret_previous).is_some() && secret.is_none() {
            return Err(BadJwtSetting::PreviousAlone);
        }
        match (url, key, secret) {
            // With a secret, for a migration: the algorithm is for whichever it fits.
            (Some(url), None, secret) => {
                check_url(&url).map_err(BadJwtSetting::Url)?;
                let is_symmetric = algorithm.is_some_and(Algorithm::is_symmetric);
                if is_symmetric && secret.is_none() {
                    return Err(BadJwtSetting::AlgorithmOfKey { variable: "JWT_JWKS_URL" });
                }
                let of_keys = algorithm.filter(|_| !is_symmetric);
                let public = PublicKeys::Published(key_set::at(url, of_keys));
                Ok(Keys { public, secrets: secrets(algorithm.filter(|_| is_symmetric))? })
            }
            (None, Some(key), None) => {
                let keys = VerifyingKey::from_pem(&key, algorithm).map_err(not_for("JWT_PUBLIC_KEY"))?;
                Ok(Keys { public: PublicKeys::Configured(keys), secrets: Vec::new() })
            }
            (None, None, Some(_)) => {
                Ok(Keys { public: PublicKeys::Configured(Vec::new()), secrets: secrets(algorithm)? })
            }
            (None, None, None) | (None, Some(_), Some(_)) | (Some(_), Some(_), _) => {
                Err(BadJwtSetting::NotOneKey)
            }
        }
    }
}

/// The settings hold a secret, so none is shown.
impl fmt::Debug for JwtSettings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JwtSettings([redacted])")
    }
}

fn header(name: Option<String>) -> Result<Option<String>, BadJwtSetting> {
    let Some(name) = name.map(|name| name.to_ascii_lowercase()) else { return Ok(None) };
    // RFC 9110 §5.6.2.
    let is_token =
        name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte));
    if name == "authorization" {
        Ok(None)
    } else if is_token && name != "x-api-key" {
        Ok(Some(name))
    } else {
        Err(BadJwtSetting::Header)
    }
}

/// A key set decides which callers are accepted, so it is fetched over TLS or from this machine.
fn check_url(url: &str) -> Result<(), BadUrl> {
    let is_secure = match (url.starts_with("https://"), url.starts_with("http://")) {
        (true, _) => true,
        (false, true) => false,
        (false, false) => return Err(BadUrl::Scheme),
    };
    // `Uri` drops a fragment, and takes bytes in a path that no URL has.
    if url.contains('#') || !url.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(BadUrl::Malformed);
    }
    let uri: Uri = url.parse().map_err(|_| BadUrl::Malformed)?;
    let authority = uri.authority().ok_or(BadUrl::Malformed)?;
    let host = authority.host();
    let port = authority.as_str().strip_prefix(host).ok_or(BadUrl::Malformed)?;
    let is_port = port.is_empty() || authority.port_u16().is_some_and(|port| port != 0);
    let address =
        host.strip_prefix('[').map_or(host, |host| host.trim_end_matches(']')).parse::<IpAddr>().ok();
    // Some readers of URLs would see another host behind other characters.
    let is_name = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'));
    if host.is_empty() || !is_port || !(is_name || address.is_some()) {
        return Err(BadUrl::Malformed);
    }
    if is_secure || host == "localhost" || address.is_some_and(|address| address.is_loopback()) {
        Ok(())
    } else {
        Err(BadUrl::Plain)
    }
}

/// A `JWT_…` variable that is not as it must be. Never holds its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadJwtSetting {
    /// It is needed and not set.
    Missing {
        /// Which.
        variable: &'static str,
    },
    /// None or several of the three sources of keys.
    NotOneKey,
    /// A URL from which no key set is fetched.
    Url(BadUrl),
    /// A key that cannot be used.
    Key {
        /// In which variable.
        variable: &'static str,
        /// Why.
        bad: BadKey,
    },
    /// `JWT_SECRET_PREVIOUS` without `JWT_SECRET`.
    PreviousAlone,
    /// `UID_KEY` with `JWT_UID_CLAIM=none`: no claim holds a subject to derive from.
    FreeUid,
    /// Not the name of an algorithm.
    Algorithm,
    /// An algorithm that the configured key is not for.
    AlgorithmOfKey {
        /// Which variable has the key.
        variable: &'static str,
    },
    /// Not the name of a header that can hold a JWT.
    Header,
}

/// Why a URL cannot be fetched from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadUrl {
    /// Neither https nor http.
    Scheme,
    /// http, and not to this machine.
    Plain,
    /// No host, user information, a fragment, spaces, …
    Malformed,
}

impl BadJwtSetting {
    /// Which variable.
    #[must_use]
    pub fn variable(self) -> &'static str {
        match self {
            Self::Missing { variable } | Self::Key { variable, .. } => variable,
            Self::NotOneKey | Self::Url(_) => "JWT_JWKS_URL",
            Self::PreviousAlone => "JWT_SECRET_PREVIOUS",
            Self::FreeUid => "UID_KEY",
            Self::Algorithm | Self::AlgorithmOfKey { .. } => "JWT_ALGORITHM",
            Self::Header => "JWT_HEADER",
        }
    }
}

impl BadJwtSetting {
    /// Writes what is wrong, with variables under the names that the reader set them by.
    pub(super) fn write(
        self,
        f: &mut fmt::Formatter<'_>,
        name: fn(&'static str) -> &'static str,
    ) -> fmt::Result {
        match self {
            Self::Missing { .. } => f.write_str("required with AUTH=jwt"),
            Self::NotOneKey => {
                let [url, key, secret] = ["JWT_JWKS_URL", "JWT_PUBLIC_KEY", "JWT_SECRET"].map(name);
                write!(f, "expected exactly one of {url}, {key} and {secret}")
            }
            Self::Url(BadUrl::Scheme) => f.write_str("expected an https URL"),
            Self::Url(BadUrl::Plain) => f.write_str("expected an https URL, got http to another machine"),
            Self::Url(BadUrl::Malformed) => {
                f.write_str("expected https://host[:port]/path, without user and fragment")
            }
            Self::Key { bad, .. } => write!(f, "{bad}"),
            Self::PreviousAlone => write!(f, "expected with {} only", name("JWT_SECRET")),
            Self::FreeUid => write!(f, "expected a claim in {}, got none", name("JWT_UID_CLAIM")),
            Self::Algorithm => write!(f, "{UnknownAlgorithm}"),
            Self::AlgorithmOfKey { variable } => {
                write!(f, "expected an algorithm of the key in {}", name(variable))
            }
            Self::Header => f.write_str("expected the name of a header other than X-API-Key"),
        }
    }
}

impl fmt::Display for BadJwtSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, |variable| variable)
    }
}

impl std::error::Error for BadJwtSetting {}
