//! The configured issuers: which one a JWT belongs to.

use super::claims::SharedUsers;
use super::error::{AuthError, Cause};
use super::issuer::Jwt;
use super::jwt::{Payload, UnverifiedJwt};

/// The issuers of JWTs, at least one.
#[derive(Debug)]
pub struct Issuers(Vec<Jwt>);

/// A JWT with the header that carried it; `None` is `Authorization`.
#[derive(Clone, Copy)]
pub(super) struct Carried<'a> {
    pub(super) header: Option<&'a str>,
    pub(super) token: &'a str,
}

impl Issuers {
    /// Several issuers. The order has no meaning: their `iss` differ.
    pub(super) fn several(issuers: Vec<Jwt>) -> Self {
        Self(issuers)
    }

    /// Whether an issuer's callers may use any identity.
    #[must_use]
    pub fn have_free_identities(&self) -> bool {
        self.0.iter().any(|issuer| issuer.expected.uid_claim.is_none())
    }

    /// Whether an issuer's callers are bound to a text, not to an integer only.
    #[must_use]
    pub fn have_text_identities(&self) -> bool {
        let mut bound =
            self.0.iter().map(|issuer| &issuer.expected).filter(|claims| claims.uid_claim.is_some());
        bound.any(|claims| claims.among_others != Some(SharedUsers::No))
    }

    /// The headers other than `Authorization` that issuers use, in lower case, each once.
    pub(super) fn headers(&self) -> impl Iterator<Item = &str> {
        self.0.iter().enumerate().filter_map(|(index, issuer)| {
            let header = issuer.header()?;
            let is_first = self.0[..index].iter().all(|earlier| earlier.header() != Some(header));
            is_first.then_some(header)
        })
    }

    /// Whether an issuer's JWTs arrive in `Authorization`.
    pub(super) fn use_authorization(&self) -> bool {
        self.0.iter().any(|issuer| issuer.header().is_none())
    }

    /// The issuer of a JWT, by its exact `iss`, among those of the header that carried it. Nothing is fetched or verified
    /// yet: with another key than its issuer's the JWT is refused later.
    pub(super) fn choose(&self, jwt: Carried<'_>) -> Result<&Jwt, AuthError> {
        // A single issuer states in its own words why a JWT is not its own.
        if let [one] = self.0.as_slice() {
            return Ok(one);
        }
        let unverified = UnverifiedJwt::parse(jwt.token)?;
        let of_header = self.0.iter().filter(|issuer| issuer.header() == jwt.header);
        self.of_message(unverified.message, of_header)
    }

    /// The issuer of a message among some of them, by its exact `iss`; a single one is it whatever the `iss`.
    pub(super) fn of_message<'a>(
        &'a self,
        message: &str,
        mut among: impl Iterator<Item = &'a Jwt>,
    ) -> Result<&'a Jwt, AuthError> {
        if let [one] = self.0.as_slice() {
            return Ok(one);
        }
        let payload = Payload::of_message(message)?;
        let claims = payload.claims()?;
        let iss = claims.object().text("iss").unwrap_or_default();
        let found = among.find(|issuer| issuer.expected.issuer == iss);
        found.ok_or_else(|| AuthError::Refused(Cause::UnknownIssuer(iss.into())))
    }

    /// Every issuer.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Jwt> {
        self.0.iter()
    }
}

impl From<Jwt> for Issuers {
    fn from(one: Jwt) -> Self {
        Self(vec![one])
    }
}
