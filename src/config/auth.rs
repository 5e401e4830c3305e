//! How callers authenticate.

use super::notice::Notice;
use super::reader::{Reader, items, var};
use super::server::Exposure;
use crate::auth::{ApiKeys, Authenticator, Jwt, JwtSettings};

impl Reader<'_> {
    /// `is_test` is whether the project is Agora's public test project, whose tokens open nothing.
    pub(super) fn authenticator(
        &mut self,
        exposure: Exposure,
        is_test: bool,
        notices: &mut Vec<Notice>,
    ) -> Option<Authenticator> {
        let said = self.get(var!("AUTH"));
        let Some(said) = said.as_deref() else {
            return match exposure {
                Exposure::Nothing => Some(Authenticator::none()),
                Exposure::ThisMachine if is_test => {
                    notices.push(Notice::NoAuthentication);
                    Some(Authenticator::none())
                }
                Exposure::ThisMachine | Exposure::Network => {
                    self.missing(var!("AUTH"), "set AUTH=none, api-key or jwt");
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
                let detail = format!("expected api-key, jwt, api-key,jwt or none, got {said:?}");
                self.fault(var!("AUTH"), detail);
                None
            }
        }
    }

    fn api_keys(&mut self) -> Option<ApiKeys> {
        let Some(text) = self.get(var!("API_KEYS")) else {
            self.missing(var!("API_KEYS"), "expected name:sha256-hex of each key with AUTH=api-key");
            return None;
        };
        match ApiKeys::parse(&text) {
            Ok(keys) => Some(keys),
            Err(faults) => {
                for fault in faults {
                    self.fault(var!("API_KEYS"), fault.to_string());
                }
                None
            }
        }
    }

    fn jwt(&mut self, notices: &mut Vec<Notice>) -> Option<Jwt> {
        let [issuer, audience, jwks_url, public_key, secret, algorithm, header, uid_claim, grants_claim] = [
            var!("JWT_ISSUER"),
            var!("JWT_AUDIENCE"),
            var!("JWT_JWKS_URL"),
            var!("JWT_PUBLIC_KEY"),
            var!("JWT_SECRET"),
            var!("JWT_ALGORITHM"),
            var!("JWT_HEADER"),
            var!("JWT_UID_CLAIM"),
            var!("JWT_GRANTS_CLAIM"),
        ]
        .map(|variable| self.value(variable));
        if uid_claim.as_deref() == Some("none") {
            notices.push(Notice::FreeIdentities);
        }
        let settings = JwtSettings {
            issuer: issuer.as_deref(),
            audience: audience.as_deref(),
            jwks_url: jwks_url.as_deref(),
            public_key: public_key.as_deref(),
            secret: secret.as_deref(),
            algorithm: algorithm.as_deref(),
            header: header.as_deref(),
            uid_claim: uid_claim.as_deref(),
            grants_claim: grants_claim.as_deref(),
        };
        match settings.parse() {
            Ok(jwt) => Some(jwt),
            Err(faults) => {
                for fault in faults {
                    self.fault_of(fault.variable(), fault.to_string());
                }
                None
            }
        }
    }
}
