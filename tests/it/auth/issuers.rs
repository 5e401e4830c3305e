//! Several issuers, integer uids, audiences, secrets that overlap, and the limits of API keys.

use agora_token_server::auth::{
    ApiKeys, Authenticator, Caller, Credentials, Identity, Issuers, JwtSettings, NewApiKey, UidKey,
};
use serde_json::{Value, json};

use super::{accepting, ask_with_jwt, bound, caller, now, refusal, send, settings};
use crate::common::issuer::{
    AUDIENCE, ED25519_PUBLIC_PEM, ISSUER, Key, LONG_SECRET, RSA_PUBLIC_PEM, SECRET, claims_with, fetch_due,
    key_set,
};

const UID_KEY: &str = "0123456789abcdef0123456789abcdef";
const OTHER: &str = "https://issuer.example/other";

fn uid_key() -> UidKey {
    UidKey::new(UID_KEY).unwrap()
}

fn common(uid_key: Option<&UidKey>) -> JwtSettings<'_> {
    JwtSettings { uid_key, ..JwtSettings::default() }
}

fn derived(uid: u32, text: Option<&str>) -> Identity {
    Identity::Derived { uid: uid.try_into().unwrap(), text: text.map(str::to_owned) }
}

#[test]
fn uids_equal_published_vectors() {
    let vectors: Vec<Value> = serde_json::from_str(include_str!("../../vectors/uids.json")).unwrap();
    for vector in &vectors {
        let text = |name: &str| vector[name].as_str().unwrap();
        let uid = UidKey::new(text("key")).unwrap().uid(text("issuer"), text("subject"));
        assert_eq!(uid.get(), vector["uid"], "{vector}");
    }
}

#[test]
fn uid_key_needs_32_bytes_and_stays_hidden() {
    assert_eq!(
        UidKey::new("short").unwrap_err().to_string(),
        "expected a secret of at least 32 bytes, got 5"
    );
    assert_eq!(format!("{:?}", uid_key()), "UidKey([redacted])");
}

#[test]
fn subject_of_digits_is_not_a_text_identity() {
    let key = uid_key();
    let authenticator = accepting(JwtSettings { secret: Some(SECRET), uid_key: Some(&key), ..settings() });
    for (subject, text) in [("alice", Some("alice")), ("42", None), ("007", None)] {
        let token = Key::secret().jwt(&claims_with(&json!({ "sub": subject })));
        assert_eq!(
            caller(&authenticator, &token).identity,
            derived(key.uid(ISSUER, subject).get(), text),
            "{subject}"
        );
    }
    let granted = Key::secret().jwt(&claims_with(&json!({ "agora": { "uid": 7 } })));
    assert_eq!(caller(&authenticator, &granted).identity, bound("7"), "grants.uid turns derivation off");
}

#[test]
fn uid_key_without_identity_claim_is_rejected() {
    let key = uid_key();
    let settings =
        JwtSettings { secret: Some(SECRET), uid_claim: Some("none"), uid_key: Some(&key), ..settings() };
    let faults = settings.parse().unwrap_err();
    assert_eq!(faults[0].variable(), "UID_KEY");
}

#[test]
fn one_of_several_audiences_is_enough() {
    let authenticator =
        accepting(JwtSettings { secret: Some(SECRET), audience: Some("web, ios"), ..settings() });
    for audience in [json!("ios"), json!(["other", "web"])] {
        caller(&authenticator, &Key::secret().jwt(&claims_with(&json!({ "aud": audience }))));
    }
    let other = Key::secret().jwt(&claims_with(&json!({ "aud": "web, ios" })));
    assert_eq!(
        refusal(ask_with_jwt(&authenticator, &other, now())),
        r#"jwt aud: expected "web ios", got "web, ios""#
    );
}

#[test]
fn audience_claim_is_read_beside_or_instead_of_aud() {
    let with = |only| {
        let settings = JwtSettings {
            secret: Some(SECRET),
            audience: Some("app"),
            audience_claim: Some("client_id"),
            audience_claim_only: only,
            ..settings()
        };
        accepting(settings)
    };
    let token = |changes: Value| Key::secret().jwt(&claims_with(&changes));
    let alone = token(json!({ "aud": null, "client_id": "app" }));
    let other_aud = token(json!({ "aud": "elsewhere", "client_id": "app" }));
    caller(&with(false), &alone);
    assert_eq!(
        refusal(ask_with_jwt(&with(false), &other_aud, now())),
        r#"jwt aud: expected "app", got "elsewhere"; client_id matches: have the issuer add the audience, or set JWT_AUDIENCE_CLAIM=client_id and JWT_AUDIENCE_CLAIM_ONLY=true"#
    );
    // An empty setting does not name a claim.
    let unnamed =
        JwtSettings { audience_claim: Some(""), ..JwtSettings { secret: Some(SECRET), ..settings() } };
    refusal(ask_with_jwt(&accepting(unnamed), &token(json!({ "aud": null, "": AUDIENCE })), now()));
    caller(&with(true), &alone);
    caller(&with(true), &other_aud);
    for bad in [json!({ "aud": "app" }), json!({ "aud": null, "client_id": "other" })] {
        refusal(ask_with_jwt(&with(true), &token(bad), now()));
    }
}

#[test]
fn previous_secret_still_verifies() {
    let settings = JwtSettings { secret: Some(LONG_SECRET), secret_previous: Some(SECRET), ..settings() };
    let authenticator = accepting(settings);
    caller(&authenticator, &Key::secret().jwt(&claims_with(&json!({}))));
    caller(&authenticator, &Key::of_secret(LONG_SECRET).jwt(&claims_with(&json!({}))));
    let alone = JwtSettings { public_key: Some(RSA_PUBLIC_PEM), secret_previous: Some(SECRET), ..settings };
    assert!(JwtSettings { secret: None, ..alone }.parse().is_err());
}

#[test]
fn key_set_and_secret_verify_side_by_side() {
    let url = Some("https://issuer.example/jwks.json");
    let authenticator = accepting(JwtSettings { jwks_url: url, secret: Some(SECRET), ..settings() });
    caller(&authenticator, &Key::secret().jwt(&claims_with(&json!({}))));
    let signed = Key::ed25519().jwt_of("ed25519", &claims_with(&json!({})));
    let bearer = format!("Bearer {signed}");
    let credentials = Credentials { authorization: Some(&bearer), ..Credentials::default() };
    let claim = fetch_due(&authenticator, &credentials, now()).expect("a fetch is due");
    let jwks = key_set(&[Key::ed25519().jwk(&json!({ "kid": "ed25519" }))]);
    assert!(claim.resolve(Ok(&jwks), now()).is_ok());
    caller(&authenticator, &signed);
    // CVE-2015-9235: a public key used as the secret of an HMAC.
    let forged = Key::of_secret(ED25519_PUBLIC_PEM).jwt(&claims_with(&json!({})));
    refusal(ask_with_jwt(&authenticator, &forged, now()));
}

fn two_issuers(shared: bool, key: Option<&UidKey>) -> Authenticator {
    let list = json!([
        { "issuer": ISSUER, "audience": AUDIENCE, "publicKey": RSA_PUBLIC_PEM, "sharedUsers": shared },
        { "issuer": OTHER, "audience": [AUDIENCE], "publicKey": ED25519_PUBLIC_PEM, "sharedUsers": shared },
    ]);
    Authenticator::with_issuers(None, Some(Issuers::parse(&list.to_string(), &common(key)).unwrap()))
}

#[test]
fn issuer_is_chosen_by_exact_iss() {
    let key = uid_key();
    let authenticator = two_issuers(false, Some(&key));
    let first = caller(&authenticator, &Key::rsa().jwt(&claims_with(&json!({}))));
    let second = caller(&authenticator, &Key::ed25519().jwt(&claims_with(&json!({ "iss": OTHER }))));
    let facts = |caller: &Caller| (caller.issuer.clone(), caller.limit_key(), caller.identity.clone());
    assert_eq!(facts(&first).1.as_deref(), Some(r#""https://issuer.example/" jwt:alice"#));
    assert_ne!(facts(&first), facts(&second));
}

#[test]
fn limit_keys_of_issuers_differ_whatever_they_hold() {
    let key = |issuer: &str, subject: &str| {
        let name = Some(format!("jwt:{subject}"));
        Caller { name, issuer: Some(issuer.to_owned()), ..Caller::open() }.limit_key().unwrap()
    };
    for ((issuer, subject), (other, posing)) in [
        (("https://a.example jwt:b", "c"), ("https://a.example", "b jwt:c")),
        (("https://a.example\" jwt:b", "c"), ("https://a.example", "b\" jwt:c")),
        (("https://a.example\\", "c"), ("https://a.example", "\\ jwt:c")),
    ] {
        assert_ne!(key(issuer, subject), key(other, posing), "{issuer:?} {other:?}");
    }
}

#[test]
fn only_issuer_of_list_needs_no_shared_users() {
    let list = json!([{ "issuer": ISSUER, "audience": AUDIENCE, "publicKey": RSA_PUBLIC_PEM }]);
    let issuers = Issuers::parse(&list.to_string(), &common(None)).unwrap();
    let authenticator = Authenticator::with_issuers(None, Some(issuers));
    let alone = caller(&authenticator, &Key::rsa().jwt(&claims_with(&json!({}))));
    assert_eq!((alone.identity, alone.subject.as_deref()), (bound("alice"), Some("alice")));
}

#[test]
fn bad_issuer_lists_name_entry() {
    let good = json!({ "issuer": ISSUER, "audience": AUDIENCE, "secret": SECRET, "sharedUsers": true });
    let with = |changes: Value| {
        let mut entry = good.clone();
        entry.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        json!([good, entry]).to_string()
    };
    let twice = with(json!({}));
    for (list, expected) in [
        ("{}".to_owned(), "expected a list of 1 to 16 issuers"),
        ("[]".to_owned(), "expected a list of 1 to 16 issuers"),
        ("[], \"other\": 1".to_owned(), "expected a list of 1 to 16 issuers"),
        (twice, "entry 2: issuer: an earlier entry has the same"),
        (json!([ISSUER]).to_string(), "entry 1: expected an object"),
        (
            json!([{ "issuer": ISSUER, "secret": SECRET }]).to_string(),
            "entry 1: audience: required with AUTH=jwt",
        ),
        (with(json!({ "issuer": OTHER, "audiences": "x" })), r#"entry 2: unknown member "audiences""#),
        (with(json!({ "issuer": 1 })), "entry 2: issuer: expected text"),
        (
            with(json!({ "issuer": "https://issuer.example/\0" })),
            "entry 2: issuer: expected text without U+0000",
        ),
        (
            with(json!({ "issuer": OTHER, "audience": 7 })),
            "entry 2: audience: expected text or a list of texts",
        ),
        (
            with(json!({ "issuer": OTHER, "audience": [""] })),
            "entry 2: audience: expected text or a list of texts",
        ),
        (
            with(json!({ "issuer": OTHER, "secretPrevious": "short" })),
            "entry 2: secretPrevious: expected a secret of at least 32 bytes, got 5",
        ),
        (
            with(json!({ "issuer": OTHER, "algorithm": "none" })),
            "entry 2: algorithm: expected RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, EdDSA, HS256, HS384, or HS512",
        ),
        // The entry's own members, not the variables that they replace.
        (
            with(json!({ "issuer": OTHER, "algorithm": "RS256" })),
            "entry 2: algorithm: expected an algorithm of the key in secret",
        ),
        (
            with(json!({ "issuer": OTHER, "publicKey": SECRET })),
            "entry 2: jwksUrl: expected exactly one of jwksUrl, publicKey and secret",
        ),
        (
            with(json!({ "issuer": OTHER, "header": "X-API-Key" })),
            "entry 2: header: expected the name of a header other than X-API-Key",
        ),
        (
            with(json!({ "issuer": OTHER, "sharedUsers": "yes" })),
            "entry 2: sharedUsers: expected true or false",
        ),
        (
            with(json!({ "issuer": OTHER, "sharedUsers": false })),
            "entry 2: set \"sharedUsers\": true if equal subjects of all issuers are one user, or UID_KEY for integer uids",
        ),
        (
            with(json!({ "issuer": OTHER, "secret": "short" })),
            "entry 2: secret: expected a secret of at least 32 bytes, got 5",
        ),
    ] {
        let faults = Issuers::parse(&list, &common(None)).unwrap_err();
        assert_eq!(faults.iter().map(ToString::to_string).collect::<Vec<_>>(), [expected], "{list}");
        assert!(!format!("{faults:?}").contains(SECRET));
    }
    assert!(Issuers::parse(&json!(vec![good; 17]).to_string(), &common(None)).is_err());
}

#[test]
fn api_key_grants_limit_one_key() {
    let (shop, forum) =
        (NewApiKey::from_random("shop", [1; 32]).unwrap(), NewApiKey::from_random("forum", [2; 32]).unwrap());
    let keys = || ApiKeys::parse(&format!("{}, {}", shop.entry(), forum.entry())).unwrap();
    let limited = keys().with_grants(r#"{"forum": {"channels": ["room-1"], "uid": 42}}"#).unwrap();
    let authenticator = Authenticator::new(Some(limited), None);
    let of =
        |key: &NewApiKey| send(&authenticator, &format!("Bearer {}", key.expose_secret()), now()).unwrap();
    assert_eq!(of(&shop), Caller::api_key("shop"));
    let forum = of(&forum);
    assert_eq!(forum.identity, bound("42"));
    assert_eq!(forum.grants.unwrap().channels, Some(vec!["room-1".to_owned()]));
    for (text, expected) in [
        (r#"{"other": {}}"#, r#"expected names of API_KEYS, got "other""#),
        (r#"{"shop": null}"#, "shop: expected an object, got null"),
        (r#"{"shop": {"channel": "x"}}"#, r#"shop: unknown member "channel""#),
        (r#"{"shop": {}, "shop": {}}"#, "a name is repeated"),
    ] {
        let faults = keys().with_grants(text).err().unwrap();
        assert_eq!(faults.iter().map(ToString::to_string).collect::<Vec<_>>(), [expected], "{text}");
    }
}
