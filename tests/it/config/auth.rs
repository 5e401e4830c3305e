//! `AUTH` and the variables of each method. `tests/it/auth` tests their values.

use agora_token_server::auth::{AuthError, Credentials};
use agora_token_server::config::Notice;
use agora_token_server::time::UnixTime;
use serde_json::json;

use super::{HOSTED, HOSTS, faults, listening, read};
use crate::common::issuer::{AUDIENCE, ISSUER, Key, NOW, SECRET, authenticate, claims_with};
use crate::common::server::{Platform, local};

pub(crate) const UNSET: &str = "AUTH is missing: set AUTH=none, api-key or jwt";

const KEYS: (&str, &str) =
    ("API_KEYS", "backend:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");

const JWT: [(&str, &str); 3] = [
    ("JWT_ISSUER", "https://issuer.example/"),
    ("JWT_AUDIENCE", "tokens"),
    ("JWT_SECRET", "correct horse battery staple and so on"),
];

fn with_auth<'a>(auth: &'a str, rest: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    [&HOSTED[..2], &[("AUTH", auth)], rest].concat()
}

#[test]
fn unset_auth_is_open_on_loopback_only() {
    for platform in HOSTS {
        assert_eq!(faults(platform, &HOSTED[..2]), [UNSET]);
        let (config, notices) = read(platform, &HOSTED);
        assert!(config.authenticator.is_open());
        assert_eq!(notices, [Notice::NoAuthentication]);
    }
    let own = [("APP_ID", "0123456789abcdef0123456789abcdef"), HOSTED[1]];
    assert_eq!(faults(listening("0.0.0.0:80"), &own), [UNSET]);
    assert!(read(local(), &[]).0.authenticator.is_open());
    assert_eq!(
        Notice::NoAuthentication.to_string(),
        "AUTH=none: every client that reaches this server gets any token"
    );
}

#[test]
fn auth_accepts_each_method_and_both() {
    let both = [&[KEYS], JWT.as_slice()].concat();
    for (auth, rest) in
        [("api-key", &both[..1]), ("jwt", &both[1..]), ("api-key,jwt", &both), (" jwt , api-key ", &both)]
    {
        for platform in [local(), Platform::Lambda, Platform::Workers] {
            let (config, notices) = read(platform, &with_auth(auth, rest));
            assert!(!config.authenticator.is_open(), "{auth}");
            assert!(!config.policy.wildcard_uid, "{auth}");
            let expected: &[Notice] = if auth == "api-key" { &[] } else { &[Notice::ChatFoldsCase] };
            assert_eq!(notices, expected, "{auth}");
        }
    }
}

#[test]
fn auth_with_unknown_word_is_rejected() {
    for auth in ["off", "NONE", "false", "none,jwt", "api-key,none", "jwt,jwt", "api-keys", ","] {
        assert_eq!(
            faults(Platform::Lambda, &with_auth(auth, &[])),
            [format!("AUTH: expected api-key, jwt, api-key,jwt or none, got {auth:?}")]
        );
    }
}

#[test]
fn auth_method_without_its_variables_is_rejected() {
    let keys = "API_KEYS is missing: expected name:sha256-hex of each key with AUTH=api-key";
    assert_eq!(faults(Platform::Lambda, &with_auth("api-key", &[])), [keys]);
    let jwt = [
        "JWT_ISSUER: required with AUTH=jwt",
        "JWT_AUDIENCE: required with AUTH=jwt",
        "JWT_JWKS_URL: expected exactly one of JWT_JWKS_URL, JWT_PUBLIC_KEY and JWT_SECRET",
    ];
    assert_eq!(faults(Platform::Lambda, &with_auth("jwt", &[])), jwt);
    let mut both = vec![keys];
    both.extend(jwt);
    assert_eq!(faults(Platform::Lambda, &with_auth("api-key,jwt", &[])), both);
}

#[test]
fn unused_auth_variables_are_ignored() {
    read(Platform::Lambda, &with_auth("none", &[("API_KEYS", "x"), ("JWT_ISSUER", "")]));
    read(Platform::Lambda, &with_auth("api-key", &[KEYS, ("JWT_JWKS_URL", "ftp://x")]));
}

#[test]
fn jwt_variables_reach_authenticator() {
    for (extra, fault) in [
        (("JWT_JWKS_URL", "ftp://x"), "JWT_JWKS_URL: expected an https URL"),
        (("JWT_PUBLIC_KEY", "x"), "JWT_JWKS_URL: expected exactly one of"),
        (("JWT_HEADER", "X-API-Key"), "JWT_HEADER: expected the name of a header other than X-API-Key"),
    ] {
        let faults = faults(Platform::Lambda, &with_auth("jwt", &[JWT.as_slice(), &[extra]].concat()));
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert!(faults[0].starts_with(fault), "{faults:?}");
    }
    let header = with_auth("jwt", &[JWT.as_slice(), &[("JWT_HEADER", "Cf-Access-Jwt-Assertion")]].concat());
    let (config, _) = read(Platform::Lambda, &header);
    assert_eq!(config.authenticator.jwt_headers().collect::<Vec<_>>(), ["cf-access-jwt-assertion"]);
}

/// `JWT_TYPE` and `JWT_GRANTS_REQUIRED` apply to a single issuer and to each issuer of a list.
#[test]
fn jwt_type_and_required_grants_hold_for_every_issuer() {
    let list = format!(
        r#"[{{"issuer": "{ISSUER}", "audience": "{AUDIENCE}", "secret": "{SECRET}"}},
            {{"issuer": "https://b.example/", "audience": "tokens", "jwksUrl": "https://b.example/jwks.json"}}]"#
    );
    let one = [("JWT_ISSUER", ISSUER), ("JWT_AUDIENCE", AUDIENCE), ("JWT_SECRET", SECRET)];
    let several = [("JWT_ISSUERS", list.as_str()), ("UID_KEY", SECRET)];
    let jwt = |typ: &str, changes| {
        Key::secret().jwt_with(&json!({ "alg": "HS256", "typ": typ }), &claims_with(&changes))
    };
    for issuers in [one.as_slice(), &several] {
        let refusal = |setting, jwt: &str| {
            let (config, _) = read(Platform::Lambda, &with_auth("jwt", &[issuers, &[setting]].concat()));
            let authorization = format!("Bearer {jwt}");
            let credentials = Credentials { authorization: Some(&authorization), ..Credentials::default() };
            let caller = authenticate(&config.authenticator, &credentials, UnixTime::from_secs(NOW));
            caller.err().map(|error| match error {
                AuthError::Refused(cause) => cause.to_string(),
                unavailable @ AuthError::Unavailable(_) => panic!("{unavailable:?}"),
            })
        };
        let typed = ("JWT_TYPE", "session+jwt");
        assert_eq!(refusal(typed, &jwt("session+jwt", json!({}))), None);
        let other = r#"jwt typ: expected a type of JWT_TYPE, got "JWT""#;
        assert_eq!(refusal(typed, &jwt("JWT", json!({}))).as_deref(), Some(other));
        let required = ("JWT_GRANTS_REQUIRED", "true");
        assert_eq!(refusal(required, &jwt("JWT", json!({ "agora": { "roles": ["publisher"] } }))), None);
        let missing = Some("jwt agora: missing".to_owned());
        assert_eq!(refusal(required, &jwt("JWT", json!({}))), missing);
        assert_eq!(refusal(("JWT_GRANTS_REQUIRED", "false"), &jwt("JWT", json!({}))), None);
    }
}

#[test]
fn unbound_identities_are_notice() {
    let free = with_auth("jwt", &[JWT.as_slice(), &[("JWT_UID_CLAIM", "none")]].concat());
    assert_eq!(read(Platform::Lambda, &free).1, [Notice::FreeIdentities]);
    assert_eq!(
        Notice::FreeIdentities.to_string(),
        "JWT_UID_CLAIM or uidClaim is none: a caller with a JWT may take any identity"
    );
}

/// A Chat token of Alice is also valid for alice. A notice at startup warns operators whose issuer may have both.
#[test]
fn jwt_subjects_with_chat_are_notice() {
    let notices = |more: &[(&'static str, &'static str)]| {
        read(Platform::Workers, &with_auth("jwt", &[JWT.as_slice(), more].concat())).1
    };
    let meet: [&[(&str, &str)]; 3] =
        [&[], &[("ALLOWED_TOKEN_TYPES", "rtc,chat-user")], &[("JWT_UID_CLAIM", "email")]];
    for more in meet {
        assert_eq!(notices(more), [Notice::ChatFoldsCase], "{more:?}");
    }
    // No Chat tokens: not listed, or excluded by a list of channels. Without an identity, there is another notice.
    let apart: [&[(&str, &str)]; 2] =
        [&[("ALLOWED_TOKEN_TYPES", "rtc,rtm")], &[("ALLOWED_CHANNELS", "room-*")]];
    for more in apart {
        assert_eq!(notices(more), [], "{more:?}");
    }
    assert_eq!(notices(&[("JWT_UID_CLAIM", "none")]), [Notice::FreeIdentities]);
    assert_eq!(
        Notice::ChatFoldsCase.to_string(),
        "Chat ignores the case of user IDs: the JWT of Alice gets a Chat token that also opens the account of alice; \
         make sure that the subjects of an issuer never differ in case only, or list ALLOWED_TOKEN_TYPES without \
         chat-user"
    );
}

#[test]
fn auth_faults_and_debug_show_no_secret() {
    let secret = JWT[2].1;
    let both = [&[KEYS], JWT.as_slice()].concat();
    let (config, _) = read(Platform::Lambda, &with_auth("api-key,jwt", &both));
    let shown = format!("{config:?} {config:#?}");
    assert!(!shown.contains(secret) && !shown.contains("0123456789abcdef"), "{shown}");

    let broken = [("API_KEYS", &KEYS.1[..40]), JWT[0], JWT[1], ("JWT_SECRET", &secret[..31])];
    let faults = faults(Platform::Lambda, &with_auth("api-key,jwt", &broken)).join(" ");
    assert!(!faults.contains("0123456789abcdef") && !faults.contains(&secret[..10]), "{faults}");
}

#[test]
fn issuer_list_replaces_other_jwt_variables() {
    const LIST: &str = r#"[
        {"issuer": "https://a.example/", "audience": "tokens", "secret": "correct horse battery staple and so on"},
        {"issuer": "https://b.example/", "audience": "tokens", "jwksUrl": "https://b.example/jwks.json"}
    ]"#;
    let key = ("UID_KEY", "0123456789abcdef0123456789abcdef");
    let (config, notices) = read(Platform::Workers, &with_auth("jwt", &[("JWT_ISSUERS", LIST), key]));
    assert_eq!(config.authenticator.key_sets(UnixTime::from_secs(0)), [("https://b.example/", None)]);
    // Users of several issuers that are not shared have integers only, which Chat does not fold.
    assert!(notices.is_empty());
    let free = LIST
        .replace("\"tokens\"", "\"tokens\", \"sharedUsers\": true")
        .replace("\"jwksUrl\"", "\"uidClaim\": \"none\", \"jwksUrl\"");
    assert_eq!(
        read(Platform::Workers, &with_auth("jwt", &[("JWT_ISSUERS", &free)])).1,
        [Notice::FreeIdentities, Notice::ChatFoldsCase]
    );
    // A template sets every variable, at least to its default.
    let defaults = [("JWT_ISSUERS", LIST), key, ("JWT_HEADER", "Authorization"), ("JWT_UID_CLAIM", "sub")];
    read(Platform::Lambda, &with_auth("jwt", &defaults));
    assert_eq!(
        faults(Platform::Lambda, &with_auth("jwt", &[("JWT_ISSUERS", LIST), key, JWT[0]])),
        ["JWT_ISSUER: JWT_ISSUERS replaces it; move it into the list"]
    );
    let unshared = faults(Platform::Lambda, &with_auth("jwt", &[("JWT_ISSUERS", LIST)]));
    assert_eq!(unshared.len(), 2, "{unshared:?}");
    assert!(unshared[0].starts_with("JWT_ISSUERS: entry 1: set \"sharedUsers\": true"), "{unshared:?}");
    assert!(!format!("{unshared:?}").contains("correct horse"));
}

#[test]
fn settings_without_their_counterpart_are_rejected() {
    let previous_alone =
        [JWT[0], JWT[1], ("JWT_JWKS_URL", "https://a.example/keys"), ("JWT_SECRET_PREVIOUS", SECRET)];
    assert_eq!(
        faults(Platform::Lambda, &with_auth("jwt", &previous_alone)),
        ["JWT_SECRET_PREVIOUS: expected with JWT_SECRET only"]
    );
    let free = [JWT.as_slice(), &[("UID_KEY", SECRET), ("JWT_UID_CLAIM", "none")]].concat();
    assert_eq!(
        faults(Platform::Lambda, &with_auth("jwt", &free)),
        ["UID_KEY: expected a claim in JWT_UID_CLAIM, got none"]
    );
}

#[test]
fn notice_names_setting_and_effect() {
    for (notice, start) in [
        (Notice::KeySetAndSecret, "JWT_JWKS_URL and JWT_SECRET are set: JWTs of both are accepted; "),
        (
            Notice::Allow006,
            "ALLOW_006=true: the holder of a 006 token can rewrite it for another channel and uid; ",
        ),
    ] {
        assert!(notice.to_string().starts_with(start), "{notice}");
    }
}

#[test]
fn key_grants_and_uid_key_reach_authenticator() {
    let grants = |text| with_auth("api-key", &[KEYS, ("API_KEY_GRANTS", text)]);
    read(Platform::Lambda, &grants(r#"{"backend": {"channels": ["room-1"]}}"#));
    assert_eq!(
        faults(Platform::Lambda, &grants(r#"{"frontend": {}}"#)),
        [r#"API_KEY_GRANTS: expected names of API_KEYS, got "frontend""#]
    );
    let short = with_auth("jwt", &[JWT.as_slice(), &[("UID_KEY", "short")]].concat());
    assert_eq!(faults(Platform::Lambda, &short), ["UID_KEY: expected a secret of at least 32 bytes, got 5"]);
    let both = with_auth("jwt", &[JWT.as_slice(), &[("JWT_JWKS_URL", "https://a.example/keys")]].concat());
    assert_eq!(read(Platform::Lambda, &both).1, [Notice::KeySetAndSecret, Notice::ChatFoldsCase]);
}
