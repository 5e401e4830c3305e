use agora_token_server::auth::{Authenticator, Caller, Credentials, JwtSettings, NewApiKey};

use super::{keys, now, refusal, rsa_jwt, rsa_settings, settings};
use crate::common::issuer::{Key, authenticate, claims};

fn key() -> NewApiKey {
    NewApiKey::from_random("shop", [1; 32]).unwrap()
}

fn other_key() -> NewApiKey {
    NewApiKey::from_random("forum", [2; 32]).unwrap()
}

fn api_keys() -> agora_token_server::auth::ApiKeys {
    keys(&[key().entry(), other_key().entry()].join(","))
}

fn either() -> Authenticator {
    Authenticator::new(Some(api_keys()), Some(rsa_jwt()))
}

fn sent<'a>(authorization: Option<&'a str>, x_api_key: Option<&'a str>) -> Credentials<'a> {
    Credentials { authorization, x_api_key, jwt_headers: Vec::new() }
}

fn is_bearer(caller: &Caller) -> bool {
    caller.subject.as_deref() == Some("alice")
}

#[test]
fn auth_none_accepts_request_without_credential() {
    let credentials = sent(Some("nonsense"), Some("nonsense"));
    assert_eq!(authenticate(&Authenticator::none(), &credentials, now()), Ok(Caller::open()));
}

#[test]
fn authenticator_without_methods_rejects_all() {
    let closed = Authenticator::new(None, None);
    let credentials = sent(Some("Bearer x"), Some("x"));
    assert_eq!(refusal(authenticate(&closed, &credentials, now())), "credential is missing");
}

#[test]
fn bearer_with_three_parts_is_jwt_else_key() {
    let jwt = format!("Bearer {}", Key::rsa().jwt(&claims()));
    let by_key = format!("Bearer {}", key().expose_secret());
    let shop = Caller::api_key("shop");
    assert!(is_bearer(&authenticate(&either(), &sent(Some(&jwt), None), now()).unwrap()));
    assert_eq!(authenticate(&either(), &sent(Some(&by_key), None), now()), Ok(shop.clone()));
    assert_eq!(authenticate(&either(), &sent(None, Some(key().expose_secret())), now()), Ok(shop));
    for not_jwt in ["Bearer a.b", "Bearer a.b.c.d", "Bearer a.b.c.d.e"] {
        let answer = authenticate(&either(), &sent(Some(not_jwt), None), now());
        assert_eq!(refusal(answer), "api key: expected a key of API_KEYS");
    }
}

#[test]
fn jwt_as_api_key_is_rejected() {
    let jwt = Key::rsa().jwt(&claims());
    let answer = authenticate(&either(), &sent(None, Some(&jwt)), now());
    assert_eq!(refusal(answer), "api key: expected a key of API_KEYS");
    let keys_only = Authenticator::new(Some(api_keys()), None);
    let answer = authenticate(&keys_only, &sent(Some(&format!("Bearer {jwt}")), None), now());
    assert_eq!(refusal(answer), "api key: expected a key of API_KEYS");
}

#[test]
fn two_credentials_are_rejected_unless_same_key() {
    let good_jwt = format!("Bearer {}", Key::rsa().jwt(&claims()));
    let bad_jwt = format!("Bearer {}", Key::other_rsa().jwt(&claims()));
    let (shop, forum) = (key(), other_key());
    let (shop, forum) = (shop.expose_secret(), forum.expose_secret());
    let [as_bearer, bad_bearer] = [shop, "bad"].map(|key| format!("Bearer {key}"));

    let same_key = authenticate(&either(), &sent(Some(&as_bearer), Some(shop)), now());
    assert_eq!(same_key, Ok(Caller::api_key("shop")));

    let both = "credential: expected one, got an API key and a JWT";
    let bad: [(&str, &str, &str); 6] = [
        (&good_jwt, shop, both),
        (&good_jwt, "bad", both),
        (&bad_jwt, shop, both),
        (&bad_bearer, shop, "api key: expected a key of API_KEYS"),
        (&as_bearer, forum, "api key: expected one, got two different ones"),
        ("Basic eDp5", shop, "authorization: expected Bearer, one space and one token"),
    ];
    for (authorization, x_api_key, cause) in bad {
        let answer = authenticate(&either(), &sent(Some(authorization), Some(x_api_key)), now());
        assert_eq!(refusal(answer), cause);
    }
}

#[test]
fn x_api_key_without_configured_keys_is_ignored() {
    // API Gateway's usage plans use this header too.
    let jwt_only = Authenticator::new(None, Some(rsa_jwt()));
    let jwt = format!("Bearer {}", Key::rsa().jwt(&claims()));
    assert!(authenticate(&jwt_only, &sent(Some(&jwt), Some("usage-plan")), now()).is_ok());
    assert_eq!(
        refusal(authenticate(&jwt_only, &sent(None, Some("usage-plan")), now())),
        "credential is missing"
    );
}

#[test]
fn jwt_header_holds_bare_jwt() {
    let jwt = JwtSettings { header: Some("Cf-Access-Jwt-Assertion"), ..rsa_settings() }.parse().unwrap();
    let proxied = Authenticator::new(None, Some(jwt));
    assert_eq!(proxied.jwt_headers().collect::<Vec<_>>(), ["cf-access-jwt-assertion"]);
    let token = Key::rsa().jwt(&claims());
    let bearer = format!("Bearer {token}");

    let here =
        Credentials { jwt_headers: vec![("cf-access-jwt-assertion", &token)], ..Credentials::default() };
    assert!(is_bearer(&authenticate(&proxied, &here, now()).unwrap()));
    let elsewhere = sent(Some(&bearer), None);
    assert_eq!(refusal(authenticate(&proxied, &elsewhere, now())), "credential is missing");
    let foreign_authorization = Credentials { authorization: Some("Basic eDp5"), ..here };
    assert!(authenticate(&proxied, &foreign_authorization, now()).is_ok());
    let with_scheme =
        Credentials { jwt_headers: vec![("cf-access-jwt-assertion", &bearer)], ..Credentials::default() };
    assert_eq!(refusal(authenticate(&proxied, &with_scheme, now())), "jwt header: expected base64url");
}

#[test]
fn jwt_header_defaults_to_authorization() {
    for header in [None, Some(""), Some("Authorization"), Some("authorization")] {
        let jwt = JwtSettings { header, ..rsa_settings() }.parse().unwrap();
        let authenticator = Authenticator::new(None, Some(jwt));
        assert_eq!(authenticator.jwt_headers().count(), 0);
        let token = Key::rsa().jwt(&claims());
        let stray =
            Credentials { jwt_headers: vec![("cf-access-jwt-assertion", &token)], ..Credentials::default() };
        assert_eq!(refusal(authenticate(&authenticator, &stray, now())), "credential is missing");
    }
    for header in ["X-API-Key", "x-api-key", "two words", "a:b"] {
        let faults = JwtSettings { header: Some(header), ..rsa_settings() }.parse().unwrap_err();
        assert_eq!(faults[0].to_string(), "expected the name of a header other than X-API-Key");
    }
    assert!(settings().header.is_none());
}

#[test]
fn guard_without_credentials_has_no_method() {
    let authenticator = Authenticator::with_issuers(None, None);
    assert_eq!(authenticator.methods(), "missing");
    assert!(!authenticator.is_open());
}
