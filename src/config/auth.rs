//! Who is let in.

use super::reader::{Reader, items};
use super::{Notice, Platform};
use crate::auth::{ApiKeys, Authenticator, Jwt, JwtSettings};

const EXPECTED: &str = "api-key, jwt, api-key,jwt, or none to let anybody have tokens";

impl Reader<'_> {
    pub(super) fn authenticator(
        &mut self,
        platform: Platform,
        notices: &mut Vec<Notice>,
    ) -> Option<Authenticator> {
        let said = self.get("AUTH");
        let Some(said) = said.as_deref() else {
            return match platform {
                Platform::Local(listen) if listen.is_loopback() => {
                    notices.push(Notice::NoAuthentication);
                    Some(Authenticator::none())
                }
                Platform::Local(_) | Platform::Lambda | Platform::Workers => {
                    self.fault("AUTH", format!("unset, expected {EXPECTED}"));
                    None
                }
            };
        };
        let mut kinds: Vec<&str> = items(said).collect();
        kinds.sort_unstable();
        match kinds.as_slice() {
            ["none"] => {
                notices.push(Notice::NoAuthentication);
                Some(Authenticator::none())
            }
            ["api-key"] => Some(Authenticator::new(Some(self.api_keys()?), None)),
            ["jwt"] => Some(Authenticator::new(None, Some(self.jwt(notices)?))),
            ["api-key", "jwt"] => {
                let (api_keys, jwt) = (self.api_keys(), self.jwt(notices));
                Some(Authenticator::new(Some(api_keys?), Some(jwt?)))
            }
            _ => {
                self.fault("AUTH", format!("{said:?}, expected {EXPECTED}"));
                None
            }
        }
    }

    fn api_keys(&mut self) -> Option<ApiKeys> {
        let Some(text) = self.get("API_KEYS") else {
            self.fault("API_KEYS", "unset, expected name:sha256-hex for each key");
            return None;
        };
        match ApiKeys::parse(&text) {
            Ok(keys) => Some(keys),
            Err(faults) => {
                for fault in faults {
                    self.fault("API_KEYS", fault.to_string());
                }
                None
            }
        }
    }

    fn jwt(&mut self, notices: &mut Vec<Notice>) -> Option<Jwt> {
        let [issuer, audience, jwks_url, public_key, secret, header, uid_claim, grants_claim] = [
            "JWT_ISSUER",
            "JWT_AUDIENCE",
            "JWT_JWKS_URL",
            "JWT_PUBLIC_KEY",
            "JWT_SECRET",
            "JWT_HEADER",
            "JWT_UID_CLAIM",
            "JWT_GRANTS_CLAIM",
        ]
        .map(|name| self.get(name));
        if uid_claim.as_deref() == Some("none") {
            notices.push(Notice::FreeIdentities);
        }
        let settings = JwtSettings {
            issuer: issuer.as_deref(),
            audience: audience.as_deref(),
            jwks_url: jwks_url.as_deref(),
            public_key: public_key.as_deref(),
            secret: secret.as_deref(),
            header: header.as_deref(),
            uid_claim: uid_claim.as_deref(),
            grants_claim: grants_claim.as_deref(),
        };
        match settings.parse() {
            Ok(jwt) => Some(jwt),
            Err(faults) => {
                for fault in faults {
                    self.fault(fault.variable(), fault.to_string());
                }
                None
            }
        }
    }
}
