//! The recipes of the README: each provider's documented key set and claims, signed here.

use agora_token_server::auth::{Authenticator, Caller, Credentials, JwtSettings};
use serde_json::Value;

use super::{bound, now, refusal};
use crate::common::issuer::{Key, authenticate};

fn providers() -> Vec<(String, Value)> {
    let folder = format!("{}/tests/vectors/providers", env!("CARGO_MANIFEST_DIR"));
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let read = |file: std::path::PathBuf| {
        let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
        (name, serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap())
    };
    files.map(read).collect()
}

/// The provider's key set, with the numbers of our keys in place of its own.
fn key_set(provider: &Value) -> Vec<u8> {
    let mut set = provider["key_set"].clone();
    for jwk in set["keys"].as_array_mut().unwrap() {
        let name = jwk.as_object_mut().unwrap().remove("key").unwrap();
        *jwk = Key::named(name.as_str().unwrap()).jwk(jwk);
    }
    set.to_string().into_bytes()
}

fn send(provider: &Value, claims: &Value) -> Result<Caller, agora_token_server::auth::AuthError> {
    let setting = |name: &str| provider["settings"][name].as_str();
    let settings = JwtSettings {
        issuer: setting("JWT_ISSUER"),
        audience: setting("JWT_AUDIENCE"),
        jwks_url: setting("JWT_JWKS_URL"),
        header: setting("JWT_HEADER"),
        grants_claim: setting("JWT_GRANTS_CLAIM"),
        ..JwtSettings::default()
    };
    let authenticator = Authenticator::new(None, Some(settings.parse().unwrap()));
    let signer = Key::named(provider["key_set"]["keys"][0]["key"].as_str().unwrap());
    let token = signer.jwt_with(&provider["header"], claims);
    let bearer = format!("Bearer {token}");
    let credentials = match authenticator.jwt_headers().next() {
        Some(_) => {
            Credentials { jwt_headers: vec![("cf-access-jwt-assertion", &token)], ..Credentials::default() }
        }
        None => Credentials { authorization: Some(&bearer), ..Credentials::default() },
    };
    let claim = authenticator.fetch_due(&credentials, now()).expect("a fetch is due");
    assert_eq!(Some(claim.request().url.as_str()), setting("JWT_JWKS_URL"));
    assert!(claim.resolve(Ok(&key_set(provider)), now()).is_ok());
    authenticate(&authenticator, &credentials, now())
}

#[test]
fn provider_recipe_accepts_its_tokens() {
    let providers = providers();
    assert_eq!(providers.len(), 6);
    for (name, provider) in providers {
        let bearer = send(&provider, &provider["claims"]).expect(&name);
        assert_eq!(bearer.identity, bound(provider["identity"].as_str().unwrap()), "{name}");
        let channels = bearer.grants.and_then(|grants| grants.channels);
        assert_eq!(serde_json::json!(channels), provider["channels"], "{name}");
    }
}

#[test]
fn provider_recipe_rejects_tokens_for_other_uses() {
    for (name, provider) in providers() {
        for refused in provider["refused"].as_array().unwrap() {
            let mut claims = provider["claims"].clone();
            for (claim, value) in refused["claims"].as_object().unwrap() {
                match value {
                    Value::Null => drop(claims.as_object_mut().unwrap().remove(claim)),
                    Value::String(text) if text == "@null" => claims[claim] = Value::Null,
                    value => claims[claim] = value.clone(),
                }
            }
            assert_eq!(refusal(send(&provider, &claims)), refused["cause"], "{name}: {}", refused["why"]);
        }
    }
}
