use agora_token_server::auth::{ApiKeys, Authenticator, Caller, Credentials, NewApiKey};

use super::{keys, now, refusal, send};
use crate::common::issuer::authenticate;

/// `backend-key-1` and `backend-key-2`, hashed with sha256sum.
const ENTRIES: &str = "shop:7baf223c20b36c0a361fc4f70f185aa127a34b8cd110545834a9e1fda668af58,\
                       forum:46E6916F1CB8D3567CDCC28B3E5D8EF1A1F7D7BF46AFAA0ABC5D20D4A6D1065F";

fn made(name: &str, byte: u8) -> NewApiKey {
    NewApiKey::from_random(name, [byte; 32]).unwrap()
}

fn two_keys() -> (NewApiKey, NewApiKey, Authenticator) {
    let (shop, forum) = (made("shop", 1), made("forum", 2));
    let authenticator = Authenticator::new(Some(keys(&format!("{}, {}", shop.entry(), forum.entry()))), None);
    (shop, forum, authenticator)
}

fn by_header(
    authenticator: &Authenticator,
    key: &str,
) -> Result<Caller, agora_token_server::auth::AuthError> {
    let credentials = Credentials { x_api_key: Some(key), ..Credentials::default() };
    authenticate(authenticator, &credentials, now())
}

#[test]
fn api_key_authenticates_its_backend() {
    let (shop, forum, authenticator) = two_keys();
    for (key, name) in [(shop, "shop"), (forum, "forum")] {
        let caller = Caller::api_key(name);
        let secret = key.expose_secret();
        assert_eq!(send(&authenticator, &format!("Bearer {secret}"), now()), Ok(caller.clone()));
        assert_eq!(send(&authenticator, &format!("bEARER {secret}"), now()), Ok(caller.clone()));
        assert_eq!(by_header(&authenticator, secret), Ok(caller));
    }
}

#[test]
fn missing_api_key_is_rejected() {
    let (_, _, authenticator) = two_keys();
    assert_eq!(
        refusal(authenticate(&authenticator, &Credentials::default(), now())),
        "credential is missing"
    );
    let error = authenticate(&authenticator, &Credentials::default(), now()).unwrap_err();
    assert_eq!(error.to_string(), "credential is missing");
}

#[test]
fn wrong_api_key_is_rejected() {
    let (shop, _, authenticator) = two_keys();
    let key = shop.expose_secret();
    let wrong = [
        String::new(),
        "x".to_owned(),
        key[..key.len() - 1].to_owned(),
        format!("{key}x"),
        format!(" {key}"),
        key.to_uppercase(),
        key.repeat(1000),
        made("shop", 3).expose_secret().to_owned(),
    ];
    for key in wrong {
        assert_eq!(refusal(by_header(&authenticator, &key)), "api key: expected a key of API_KEYS", "{key}");
    }
}

#[test]
fn api_key_has_at_most_256_bytes() {
    use sha2::{Digest, Sha256};
    for (length, is_accepted) in [(1, true), (256, true), (257, false)] {
        let key = "x".repeat(length);
        let hash =
            Sha256::digest(&key).iter().fold(String::new(), |digits, byte| digits + &format!("{byte:02x}"));
        let authenticator = Authenticator::new(Some(keys(&format!("long:{hash}"))), None);
        assert_eq!(by_header(&authenticator, &key).is_ok(), is_accepted, "{length}");
    }
}

#[test]
fn api_key_hash_is_rejected() {
    let (shop, _, authenticator) = two_keys();
    let hash = shop.entry().strip_prefix("shop:").unwrap();
    for text in [hash, shop.entry()] {
        assert_eq!(refusal(by_header(&authenticator, text)), "api key: expected a key of API_KEYS");
    }
    assert_eq!(
        refusal(send(&authenticator, &format!("Bearer {hash}"), now())),
        "api key: expected a key of API_KEYS"
    );
}

#[test]
fn authorization_other_than_bearer_token_is_rejected() {
    let (shop, _, authenticator) = two_keys();
    let key = shop.expose_secret();
    let wrong = [
        String::new(),
        key.to_owned(),
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
        format!("Bearer  {key}"),
        format!("Bearer {key} "),
        format!("Bearer\t{key}"),
        format!(" Bearer {key}"),
        format!("Bearer {key}, Bearer {key}"),
        format!("Bearer {key}\u{e9}"),
        format!("Basic {key}"),
        format!("Token {key}"),
    ];
    for authorization in wrong {
        assert_eq!(
            refusal(send(&authenticator, &authorization, now())),
            "authorization: expected Bearer, one space and one token",
            "{authorization:?}"
        );
    }
}

#[test]
fn new_api_key_has_its_prefix_and_length() {
    let key = made("shop", 0xff);
    assert_eq!(key.expose_secret(), "ats___________________________________________8");
    assert_eq!(key.entry(), "shop:bd008714407af6b8287d711c9466e6e45660e657abbefc69921cddaa40675f58");
    assert!(NewApiKey::from_random("shop window", [1; 32]).is_none());
}

#[test]
fn api_key_entries_accept_sha256sum_output() {
    assert!(ApiKeys::parse(ENTRIES).is_ok());
    let authenticator = Authenticator::new(Some(keys(ENTRIES)), None);
    assert_eq!(by_header(&authenticator, "backend-key-1"), Ok(Caller::api_key("shop")));
}

#[test]
fn invalid_api_key_entries_are_reported_without_text() {
    let hash = "0".repeat(64);
    let text = format!(
        "a:{hash},,secret-key,b:{short},c:{letters},a:{ones},d:{hash},e f:{hash},:{hash},\
         g:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        short = &hash[1..],
        letters = "g".repeat(64),
        ones = "1".repeat(64),
    );
    let faults: Vec<String> = ApiKeys::parse(&text).unwrap_err().iter().map(ToString::to_string).collect();
    assert_eq!(
        faults,
        [
            "entry 2: expected name:sha256-hex, got an empty entry",
            "entry 3: expected name:sha256-hex, got no colon",
            "entry 4: expected 64 hexadecimal digits after the colon, got 63 characters",
            "entry 5: expected 64 hexadecimal digits after the colon, got 64 characters",
            "entry 6: name: entry 1 has the same",
            "entry 7: key: entry 1 has the same",
            "entry 8: name: expected 1 to 64 letters, digits, dots, hyphens or underscores",
            "entry 9: name: expected 1 to 64 letters, digits, dots, hyphens or underscores",
            "entry 10: expected the hash of a key, got that of an empty text",
        ]
    );
}

#[test]
fn api_keys_debug_redacts_keys() {
    let (shop, _, authenticator) = two_keys();
    let credentials = Credentials { x_api_key: Some(shop.expose_secret()), ..Credentials::default() };
    assert_eq!(format!("{shop:?}"), "NewApiKey([redacted])");
    assert_eq!(
        format!("{credentials:?}"),
        r#"Credentials { authorization: None, x_api_key: Some("[redacted]"), jwt_headers: [] }"#
    );
    assert_eq!(
        format!("{authenticator:?}"),
        r#"Authenticator(Guarded { api_keys: Some(ApiKeys["shop", "forum"]), issuers: None })"#
    );
}
