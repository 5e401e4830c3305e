use agora_token_server::auth::{Authenticator, Caller, Grants, Identity, JwtSettings};
use agora_token_server::request::{Role, TokenKind};
use serde_json::{Value, json};

use super::{accepting, ask_with_jwt, bound, caller, now, refusal, settings};
use crate::common::issuer::{Key, SECRET, claims};

fn by_secret() -> JwtSettings<'static> {
    JwtSettings { secret: Some(SECRET), ..settings() }
}

/// A JWT with this claim, which may be null.
fn token(claim: &str, value: Value) -> String {
    let mut claims = claims();
    claims[claim] = value;
    Key::secret().jwt(&claims)
}

fn granted(grants: Value) -> Caller {
    caller(&accepting(by_secret()), &token("agora", grants))
}

fn cause(grants: Value) -> String {
    let authenticator: Authenticator = accepting(by_secret());
    refusal(ask_with_jwt(&authenticator, &token("agora", grants), now()))
}

fn texts(list: &[&str]) -> Vec<String> {
    list.iter().map(|&text| text.to_owned()).collect()
}

#[test]
fn grants_with_every_member_parse() {
    let bearer = granted(json!({
        "channels": ["room-1"], "roles": ["subscriber"], "uid": 42,
        "maxExpireTime": 600, "tokenTypes": ["rtc"], "wildcards": false
    }));
    let grants = bearer.grants.unwrap();
    assert_eq!(grants.channels.unwrap(), texts(&["room-1"]));
    assert_eq!(grants.roles.unwrap(), [Role::Subscriber]);
    assert_eq!(grants.max_expire_time.unwrap().get(), 600);
    assert_eq!(grants.token_types.unwrap(), [TokenKind::Rtc]);
    assert_eq!(grants.wildcards, Some(false));
    assert_eq!(bearer.identity, bound("42"), "uid replaces sub");
    assert_eq!(bearer.subject.as_deref(), Some("alice"));
}

#[test]
fn missing_grant_is_unlimited_and_empty_list_allows_none() {
    let bearer = granted(json!({}));
    assert_eq!(bearer.grants, Some(Grants::default()));
    assert_eq!(bearer.identity, bound("alice"));
    let grants = granted(json!({ "channels": [], "roles": [], "tokenTypes": [] })).grants.unwrap();
    let lists = [
        grants.channels.map(|list| list.len()),
        grants.roles.map(|list| list.len()),
        grants.token_types.map(|list| list.len()),
    ];
    assert_eq!(lists, [Some(0), Some(0), Some(0)]);
}

#[test]
fn jwt_without_grants_claim_has_no_grants() {
    assert_eq!(caller(&accepting(by_secret()), &Key::secret().jwt(&claims())).grants, None);
}

#[test]
fn grants_accept_each_kind_and_role() {
    let grants = granted(
        json!({ "roles": Role::ALL.map(Role::name), "tokenTypes": TokenKind::ALL.map(TokenKind::name) }),
    )
    .grants
    .unwrap();
    assert_eq!(grants.roles.unwrap(), Role::ALL);
    assert_eq!(grants.token_types.unwrap(), TokenKind::ALL);
}

#[test]
fn malformed_grants_reject_credential() {
    let cases = [
        (json!(null), "jwt agora: expected an object, got null; have the issuer leave the claim out"),
        (
            json!(""),
            "jwt agora: expected an object, got text; have the issuer add the claim as JSON, not as text",
        ),
        (
            json!(r#"{"channels":["room-1"]}"#),
            "jwt agora: expected an object, got text; have the issuer add the claim as JSON, not as text",
        ),
        (json!([]), "jwt agora: expected an object"),
        (json!(true), "jwt agora: expected an object"),
        (json!({ "channel": ["room-1"] }), r#"jwt agora: unknown member "channel""#),
        (json!({ "Channels": ["room-1"] }), r#"jwt agora: unknown member "Channels""#),
        (json!({ "max_expire_time": 600 }), r#"jwt agora: unknown member "max_expire_time""#),
        (json!({ "channels": null }), "jwt agora: channels: expected a list of texts"),
        (json!({ "channels": "room-1" }), "jwt agora: channels: expected a list of texts"),
        (json!({ "channels": ["room-1", 2] }), "jwt agora: channels: expected a list of texts"),
        (json!({ "roles": null }), "jwt agora: roles: expected a list of texts"),
        (json!({ "roles": ["host"] }), r#"jwt agora: roles: unknown name "host""#),
        (json!({ "roles": ["Publisher"] }), r#"jwt agora: roles: unknown name "Publisher""#),
        (json!({ "tokenTypes": ["rtc", "rtx"] }), r#"jwt agora: tokenTypes: unknown name "rtx""#),
        (json!({ "tokenTypes": ["chat"] }), r#"jwt agora: tokenTypes: unknown name "chat""#),
        (json!({ "tokenTypes": {} }), "jwt agora: tokenTypes: expected a list of texts"),
        (json!({ "maxExpireTime": 0 }), "jwt agora: maxExpireTime: expected an integer of at least 1"),
        (json!({ "maxExpireTime": -1 }), "jwt agora: maxExpireTime: expected an integer of at least 1"),
        (json!({ "maxExpireTime": 600.0 }), "jwt agora: maxExpireTime: expected an integer of at least 1"),
        (json!({ "maxExpireTime": "600" }), "jwt agora: maxExpireTime: expected an integer of at least 1"),
        (json!({ "maxExpireTime": null }), "jwt agora: maxExpireTime: expected an integer of at least 1"),
        (json!({ "wildcards": "false" }), "jwt agora: wildcards: expected true or false"),
        (json!({ "wildcards": 0 }), "jwt agora: wildcards: expected true or false"),
        (json!({ "wildcards": null }), "jwt agora: wildcards: expected true or false"),
        (json!({ "uid": 0 }), "jwt agora: uid: expected one user, got a wildcard"),
        (json!({ "uid": "0" }), "jwt agora: uid: expected one user, got a wildcard"),
        (json!({ "uid": "a*" }), "jwt agora: uid: expected one user, got a wildcard"),
        (json!({ "uid": "" }), "jwt agora: uid: empty"),
        (json!({ "uid": null }), "jwt agora: uid: expected a text or an integer"),
        (json!({ "uid": [1] }), "jwt agora: uid: expected a text or an integer"),
    ];
    for (grants, expected) in cases {
        assert_eq!(cause(grants), expected);
    }
}

#[test]
fn grants_claim_name_is_configurable() {
    let name = "https://example.com/agora";
    let authenticator = accepting(JwtSettings { grants_claim: Some(name), ..by_secret() });
    let grants = caller(&authenticator, &token(name, json!({ "channels": ["room-1"] }))).grants.unwrap();
    assert_eq!(grants.channels.unwrap(), texts(&["room-1"]));
    // Then `agora` is an ordinary claim.
    assert_eq!(caller(&authenticator, &token("agora", json!(null))).grants, None);
    let answer = ask_with_jwt(&authenticator, &token(name, json!(null)), now());
    assert_eq!(
        refusal(answer),
        "jwt https://example.com/agora: expected an object, got null; have the issuer leave the claim out"
    );
}

#[test]
fn granted_uid_binds_without_identity_claim() {
    let free = accepting(JwtSettings { uid_claim: Some("none"), ..by_secret() });
    assert_eq!(caller(&free, &token("agora", json!({ "uid": "bob" }))).identity, bound("bob"));
    assert_eq!(caller(&free, &token("agora", json!({}))).identity, Identity::Free);
    let by_claim = accepting(JwtSettings { uid_claim: Some("uid"), ..by_secret() });
    assert_eq!(caller(&by_claim, &token("agora", json!({ "uid": "bob" }))).identity, bound("bob"));
    let answer = ask_with_jwt(&by_claim, &token("agora", json!({})), now());
    assert_eq!(refusal(answer), "jwt uid: missing; set JWT_UID_CLAIM to a claim that identifies the user");
}

#[test]
fn required_grants_claim_that_is_missing_is_rejected() {
    let required = JwtSettings { grants_required: true, ..by_secret() };
    let authenticator = accepting(required);
    // Like a misspelt name.
    for token in [Key::secret().jwt(&claims()), token("Agora", json!({ "channels": ["room-1"] }))] {
        assert_eq!(refusal(ask_with_jwt(&authenticator, &token, now())), "jwt agora: missing");
        assert!(ask_with_jwt(&accepting(by_secret()), &token, now()).is_ok());
    }
    assert!(ask_with_jwt(&authenticator, &token("agora", json!({})), now()).is_ok());
}
