//! How callers authenticate.

use super::environment::Environment;
use super::error::ConfigError;
use super::notice::Notice;
use super::reader::{Reader, items, var};
use super::server::Exposure;
use super::variable::DefaultValue;
use crate::auth::{ApiKeys, Authenticator, Issuers, Jwt, JwtSettings, Method, UidKey};

/// `UID_KEY` alone, for a command that prints uids.
///
/// # Errors
/// If it is missing or invalid.
pub fn uid_key(environment: Environment<'_>) -> Result<UidKey, ConfigError> {
    let mut reader = Reader::new(environment);
    let key = reader.uid_key();
    if key.is_none() {
        reader.missing(var!("UID_KEY"), "set the secret of the server");
    }
    reader.finish(key)
}

impl Reader<'_> {
    fn uid_key(&mut self) -> Option<UidKey> {
        let text = self.get(var!("UID_KEY"))?;
        UidKey::new(&text).map_err(|error| self.fault(var!("UID_KEY"), error.to_string())).ok()
    }

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
        let Ok(methods) = Method::of_items(items(said)) else {
            let names = Method::ALL.map(Method::name);
            let (each, all) = (names.join(", "), names.join(","));
            let detail = format!("expected {each}, {all} or none, got {said:?}");
            self.fault(var!("AUTH"), detail);
            return None;
        };
        if methods.is_empty() {
            notices.push(Notice::NoAuthentication);
            return Some(Authenticator::none());
        }
        // Both are read before a fault ends this, so that the operator learns every fault at once.
        let api_keys = methods.contains(&Method::ApiKey).then(|| self.api_keys());
        let issuers = methods.contains(&Method::Jwt).then(|| self.issuers(notices));
        let has_fault = matches!(api_keys, Some(None)) || matches!(issuers, Some(None));
        (!has_fault).then(|| Authenticator::with_issuers(api_keys.flatten(), issuers.flatten()))
    }

    fn api_keys(&mut self) -> Option<ApiKeys> {
        let Some(text) = self.get(var!("API_KEYS")) else {
            self.missing(var!("API_KEYS"), "expected name:sha256-hex of each key with AUTH=api-key");
            return None;
        };
        let keys = match ApiKeys::parse(&text) {
            Ok(keys) => keys,
            Err(faults) => {
                for fault in faults {
                    self.fault(var!("API_KEYS"), fault.to_string());
                }
                return None;
            }
        };
        let Some(grants) = self.get(var!("API_KEY_GRANTS")) else { return Some(keys) };
        match keys.with_grants(&grants) {
            Ok(keys) => Some(keys),
            Err(faults) => {
                for fault in faults {
                    self.fault(var!("API_KEY_GRANTS"), fault.to_string());
                }
                None
            }
        }
    }

    fn issuers(&mut self, notices: &mut Vec<Notice>) -> Option<Issuers> {
        let uid_key = self.uid_key();
        let issuers = match self.get(var!("JWT_ISSUERS")) {
            None => self.jwt(uid_key.as_ref(), notices).map(Issuers::from),
            Some(list) => self.issuer_list(&list, uid_key.as_ref()),
        }?;
        if issuers.have_free_identities() {
            notices.push(Notice::FreeIdentities);
        }
        Some(issuers)
    }

    fn issuer_list(&mut self, list: &str, uid_key: Option<&UidKey>) -> Option<Issuers> {
        let single = [
            var!("JWT_ISSUER"),
            var!("JWT_AUDIENCE"),
            var!("JWT_AUDIENCE_CLAIM"),
            var!("JWT_AUDIENCE_CLAIM_ONLY"),
            var!("JWT_JWKS_URL"),
            var!("JWT_PUBLIC_KEY"),
            var!("JWT_SECRET"),
            var!("JWT_SECRET_PREVIOUS"),
            var!("JWT_ALGORITHM"),
            var!("JWT_HEADER"),
            var!("JWT_UID_CLAIM"),
            var!("JWT_GRANTS_CLAIM"),
        ];
        let mut is_alone = true;
        for variable in single {
            // A deployment template sets every variable, to its default at least.
            let default = match variable.default {
                DefaultValue::Value(value) => Some(value),
                DefaultValue::Unset(_) => None,
            };
            if self.get(variable).is_some_and(|value| default != Some(value.as_str())) {
                self.fault(variable, "JWT_ISSUERS replaces it; move it into the list");
                is_alone = false;
            }
        }
        let token_type = self.value(var!("JWT_TYPE"));
        let common = JwtSettings {
            token_type: token_type.as_deref(),
            grants_required: self.flag(var!("JWT_GRANTS_REQUIRED")).unwrap_or_default(),
            uid_key,
            ..JwtSettings::default()
        };
        match Issuers::parse(list, &common) {
            Ok(issuers) => Some(issuers).filter(|_| is_alone),
            Err(faults) => {
                for fault in faults {
                    self.fault(var!("JWT_ISSUERS"), fault.to_string());
                }
                None
            }
        }
    }

    fn jwt(&mut self, uid_key: Option<&UidKey>, notices: &mut Vec<Notice>) -> Option<Jwt> {
        let audience_claim_only = self.flag(var!("JWT_AUDIENCE_CLAIM_ONLY")).unwrap_or_default();
        let [
            issuer,
            audience,
            audience_claim,
            jwks_url,
            public_key,
            secret,
            secret_previous,
            algorithm,
            token_type,
            header,
            uid_claim,
            grants_claim,
        ] = [
            var!("JWT_ISSUER"),
            var!("JWT_AUDIENCE"),
            var!("JWT_AUDIENCE_CLAIM"),
            var!("JWT_JWKS_URL"),
            var!("JWT_PUBLIC_KEY"),
            var!("JWT_SECRET"),
            var!("JWT_SECRET_PREVIOUS"),
            var!("JWT_ALGORITHM"),
            var!("JWT_TYPE"),
            var!("JWT_HEADER"),
            var!("JWT_UID_CLAIM"),
            var!("JWT_GRANTS_CLAIM"),
        ]
        .map(|variable| self.value(variable));
        if jwks_url.is_some() && secret.is_some() {
            notices.push(Notice::KeySetAndSecret);
        }
        let settings = JwtSettings {
            issuer: issuer.as_deref(),
            audience: audience.as_deref(),
            audience_claim: audience_claim.as_deref(),
            audience_claim_only,
            jwks_url: jwks_url.as_deref(),
            public_key: public_key.as_deref(),
            secret: secret.as_deref(),
            secret_previous: secret_previous.as_deref(),
            algorithm: algorithm.as_deref(),
            token_type: token_type.as_deref(),
            grants_required: self.flag(var!("JWT_GRANTS_REQUIRED")).unwrap_or(false),
            header: header.as_deref(),
            uid_claim: uid_claim.as_deref(),
            grants_claim: grants_claim.as_deref(),
            uid_key,
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
