//! The variables of JWTs.

use super::issuer::Jwt;
use super::issuers::Issuers;
use super::jwt_settings::JwtSettings;
use super::uid::UidKey;
use crate::variables::{DefaultValue, Notice, Reader, var};

impl Issuers {
    /// The issuers of `JWT_ISSUERS`, or the one of the other variables.
    pub(super) fn from_variables(reader: &mut Reader<'_>) -> Option<Self> {
        let uid_key = UidKey::from_variable(reader);
        let issuers = match reader.get(var!("JWT_ISSUERS")) {
            None => single(reader, uid_key.as_ref()).map(Self::from),
            Some(list) => listed(reader, &list, uid_key.as_ref()),
        }?;
        if issuers.have_free_identities() {
            reader.notice(Notice::FreeIdentities);
        }
        Some(issuers)
    }
}

fn listed(reader: &mut Reader<'_>, list: &str, uid_key: Option<&UidKey>) -> Option<Issuers> {
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
        if reader.get(variable).is_some_and(|value| default != Some(value.as_str())) {
            reader.fault(variable, "JWT_ISSUERS replaces it; move it into the list");
            is_alone = false;
        }
    }
    let token_type = reader.value(var!("JWT_TYPE"));
    let common = JwtSettings {
        token_type: token_type.as_deref(),
        grants_required: reader.flag(var!("JWT_GRANTS_REQUIRED")).unwrap_or_default(),
        uid_key,
        ..JwtSettings::default()
    };
    let issuers = reader.checked(var!("JWT_ISSUERS"), Issuers::parse(list, &common));
    issuers.filter(|_| is_alone)
}

fn single(reader: &mut Reader<'_>, uid_key: Option<&UidKey>) -> Option<Jwt> {
    let audience_claim_only = reader.flag(var!("JWT_AUDIENCE_CLAIM_ONLY")).unwrap_or_default();
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
    .map(|variable| reader.value(variable));
    if jwks_url.is_some() && secret.is_some() {
        reader.notice(Notice::KeySetAndSecret);
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
        grants_required: reader.flag(var!("JWT_GRANTS_REQUIRED")).unwrap_or(false),
        header: header.as_deref(),
        uid_claim: uid_claim.as_deref(),
        grants_claim: grants_claim.as_deref(),
        uid_key,
    };
    match settings.parse() {
        Ok(jwt) => Some(jwt),
        Err(faults) => {
            for fault in faults {
                reader.fault_of(fault.variable(), fault.to_string());
            }
            None
        }
    }
}
