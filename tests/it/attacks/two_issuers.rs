//! Several issuers: an issuer cannot sign for, impersonate or block the users of another.

use std::cell::{Cell, RefCell};

use agora_token_server::api::{Body, Context};
use agora_token_server::auth::UidKey;
use agora_token_server::fetch::{Fetch, FetchError};
use agora_token_server::time::UnixTime;
use bytes::Bytes;
use http::Request;
use serde_json::{Value, json};

use super::{SHOP_KEY, assert_forbidden, forbidden, get, post, refused, sent, sha256};
use crate::common::issuer::{AUDIENCE, Key, NOW, RSA_PUBLIC_PEM, SECRET, claims_with, key_set};
use crate::common::server::{
    APP_ID, CERTIFICATE, Counted, EVERY_TYPE, Response, Server, context, local, rtc,
};

const UID_KEY: &str = "0123456789abcdef0123456789abcdef";
/// Each is a prefix of the next but one; all their keys have the same `kid`.
const FIRST: &str = "https://issuer.example/1";
const SLASH: &str = "https://issuer.example/1/";
const LONGER: &str = "https://issuer.example/12";
/// The issuer that signs with a secret.
const SYMMETRIC: &str = "https://secret.example/";
const KID: &str = "key";

/// The issuers whose key sets are fetched.
const PUBLISHING: [&str; 3] = [FIRST, SLASH, LONGER];

fn key_of(issuer: &str) -> Key {
    match issuer {
        FIRST => Key::rsa(),
        SLASH => Key::other_rsa(),
        LONGER => Key::ed25519(),
        SYMMETRIC => Key::secret(),
        other => panic!("{other} is not configured"),
    }
}

/// The URL of its key set. The last characters differ, so that no URL is a prefix of another.
fn url_of(issuer: &str) -> String {
    match issuer {
        FIRST => "https://issuer.example/first.json".to_owned(),
        SLASH => "https://issuer.example/slash.json".to_owned(),
        LONGER => "https://issuer.example/longer.json".to_owned(),
        other => panic!("{other} publishes no keys"),
    }
}

/// A server with all of them.
struct Site {
    server: Server,
    /// The URLs that were fetched.
    fetched: RefCell<Vec<String>>,
    /// The issuers that do not answer, with their errors.
    down: Cell<(&'static [&'static str], FetchError)>,
    /// The `kid` of every published key.
    kid: Cell<&'static str>,
    now: Cell<u32>,
    peer: Cell<&'static str>,
}

impl Site {
    /// Each issuer has its own users: `UID_KEY` and no `sharedUsers`.
    fn apart() -> Self {
        Self::with(&json!({}), &[("UID_KEY", UID_KEY)])
    }

    /// Equal subjects are one user.
    fn shared() -> Self {
        Self::with(&json!({ "sharedUsers": true }), &[])
    }

    /// With these members in each entry of `JWT_ISSUERS`.
    fn with(members: &Value, variables: &[(&str, &str)]) -> Self {
        Self::of(|_| members.clone(), variables)
    }

    /// With these members in each entry besides its keys.
    fn of(members: impl Fn(&str) -> Value, variables: &[(&str, &str)]) -> Self {
        let entry = |issuer: &str| {
            let mut entry = json!({ "issuer": issuer, "audience": AUDIENCE });
            match issuer {
                SYMMETRIC => entry["secret"] = SECRET.into(),
                issuer => entry["jwksUrl"] = url_of(issuer).into(),
            }
            entry.as_object_mut().unwrap().extend(members(issuer).as_object().unwrap().clone());
            entry
        };
        let issuers = json!([entry(FIRST), entry(SLASH), entry(LONGER), entry(SYMMETRIC)]).to_string();
        let api_keys = format!("shop:{}", sha256(SHOP_KEY));
        let mut all = vec![
            ("APP_ID", APP_ID),
            ("APP_CERTIFICATE", CERTIFICATE),
            ("AUTH", "api-key,jwt"),
            ("API_KEYS", &api_keys),
            ("JWT_ISSUERS", &issuers),
            ("ALLOWED_TOKEN_TYPES", EVERY_TYPE),
            ("ALLOW_WILDCARD_CHANNEL", "true"),
        ];
        all.extend_from_slice(variables);
        Self {
            server: Server::on(local(), &all),
            fetched: RefCell::default(),
            down: Cell::new((&[], FetchError::Unreachable)),
            kid: Cell::new(KID),
            now: Cell::new(NOW),
            peer: Cell::new("192.0.2.1"),
        }
    }

    fn fetch(&self, due: Fetch) -> Result<Bytes, FetchError> {
        let issuer = PUBLISHING.into_iter().find(|issuer| url_of(issuer) == due.url).unwrap();
        self.fetched.borrow_mut().push(due.url);
        let (down, how) = self.down.get();
        if down.contains(&issuer) {
            return Err(how);
        }
        Ok(key_set(&[key_of(issuer).jwk(&json!({ "kid": self.kid.get() }))]).into())
    }

    fn send_counted(&self, request: &Request<Body>, wait: impl Fn(Counted) -> Option<u32>) -> Response {
        let context = Context { peer: Some(self.peer.get().parse().unwrap()), ..context(self.now.get(), 7) };
        self.server.answer(request, &context, |due| self.fetch(due), wait)
    }

    fn send(&self, request: &Request<Body>) -> Response {
        self.send_counted(request, |_| None)
    }

    fn token(&self, credential: &str, body: &Value) -> Response {
        self.send(&post("/token", credential, body))
    }

    /// A token for the caller's own integer uid, which the response holds.
    fn own(&self, credential: &str) -> Response {
        self.token(credential, &rtc(json!({ "uid": 0 })))
    }

    /// How often this issuer's key set was fetched since the last time.
    fn fetches_of(&self, issuer: &str) -> usize {
        let mut fetched = self.fetched.borrow_mut();
        let before = fetched.len();
        fetched.retain(|url| *url != url_of(issuer));
        before - fetched.len()
    }
}

/// The JWT of alice at this issuer, with these changes to its claims.
fn alice_with(issuer: &str, changes: &Value) -> String {
    let mut claims = claims_with(changes);
    claims["iss"] = issuer.into();
    format!("Bearer {}", key_of(issuer).jwt_of(KID, &claims))
}

fn alice(issuer: &str) -> String {
    alice_with(issuer, &json!({}))
}

fn uid_of(issuer: &str, subject: &str) -> u32 {
    UidKey::new(UID_KEY).unwrap().uid(issuer, subject).get()
}

/// The same subject, the same `kid`, and an issuer that is a prefix of another.
#[test]
fn key_signs_for_its_own_issuer_only() {
    let site = Site::apart();
    for signer in [FIRST, SLASH, LONGER, SYMMETRIC] {
        for claimed in [FIRST, SLASH, LONGER, SYMMETRIC] {
            let jwt = key_of(signer).jwt_of(KID, &claims_with(&json!({ "iss": claimed })));
            let response = site.own(&format!("Bearer {jwt}"));
            if signer == claimed {
                assert_eq!(response.ok()["uid"], uid_of(claimed, "alice"));
                continue;
            }
            let (of_signer, of_claimed) = (key_of(signer).alg(), key_of(claimed).alg());
            let expected = if of_signer == of_claimed {
                format!("jwt signature: does not verify with the key {KID:?}")
            } else if signer == SYMMETRIC {
                "jwt alg: expected an algorithm of public keys, got HS256; set JWT_SECRET, or have the issuer sign with a public key".to_owned()
            } else if claimed == SYMMETRIC {
                format!("jwt alg: expected HS256, got {of_signer}; set JWT_JWKS_URL or JWT_PUBLIC_KEY")
            } else {
                format!("jwt alg: expected {of_claimed}, got {of_signer}")
            };
            assert_eq!(refused(&response), expected, "{signer} for {claimed}");
        }
    }
}

#[test]
fn algorithm_swapped_between_issuers_is_rejected() {
    const NO_SECRET: &str = "jwt alg: expected an algorithm of public keys, got HS256; set JWT_SECRET, or have the issuer sign with a public key";
    const BAD: &str = "jwt signature: does not verify with the key \"key\"";
    let site = Site::apart();
    for issuer in PUBLISHING {
        site.own(&alice(issuer)).ok();
    }
    let published: &'static str = key_of(LONGER).jwk(&json!({ "kid": KID })).to_string().leak();
    let x: &'static str = key_of(LONGER).numbers()["x"].as_str().unwrap().to_owned().leak();
    let said = |alg: &str| json!({ "alg": alg, "kid": KID });
    let cases = [
        // A public key as a secret: its PEM, its JWK, its bytes as published.
        (Key::of_secret(RSA_PUBLIC_PEM), said("HS256"), FIRST, NO_SECRET),
        (Key::of_secret(RSA_PUBLIC_PEM), said("HS256"), SYMMETRIC, BAD),
        (Key::of_secret(published), said("HS256"), LONGER, NO_SECRET),
        (Key::of_secret(published), said("HS256"), SYMMETRIC, BAD),
        (Key::of_secret(x), said("HS256"), LONGER, NO_SECRET),
        (Key::of_secret(x), said("HS256"), SYMMETRIC, BAD),
        // The secret of one issuer, in the name of an issuer with a key set.
        (Key::secret(), said("HS256"), FIRST, NO_SECRET),
        (Key::secret(), said("RS256"), FIRST, BAD),
        (Key::secret(), said("EdDSA"), LONGER, BAD),
        // A signature of one issuer under the algorithm of the other's key, and under its own.
        (Key::rsa(), said("EdDSA"), LONGER, BAD),
        (Key::rsa(), said("RS256"), LONGER, "jwt alg: expected EdDSA, got RS256"),
        (Key::rsa(), said("ES256"), FIRST, "jwt alg: expected RS256, got ES256"),
        (Key::rsa(), said("ES256"), LONGER, "jwt alg: expected EdDSA, got ES256"),
        (Key::rsa(), said("HS256"), SYMMETRIC, BAD),
        (
            Key::rsa(),
            said("RS256"),
            SYMMETRIC,
            "jwt alg: expected HS256, got RS256; set JWT_JWKS_URL or JWT_PUBLIC_KEY",
        ),
        (Key::rsa().with_alg("PS256"), said("PS256"), SLASH, "jwt alg: expected RS256, got PS256"),
        (Key::ed25519(), said("RS256"), FIRST, BAD),
        (Key::ed25519(), said("EdDSA"), FIRST, "jwt alg: expected RS256, got EdDSA"),
        (Key::p256(), said("ES256"), SLASH, "jwt alg: expected RS256, got ES256"),
        // Signed by one issuer, whose name is in the header only.
        (Key::rsa(), json!({ "alg": "RS256", "kid": KID, "iss": FIRST }), SLASH, BAD),
    ];
    for (key, header, claimed, expected) in cases {
        let jwt = key.jwt_with(&header, &claims_with(&json!({ "iss": claimed })));
        let response = site.own(&format!("Bearer {jwt}"));
        assert_eq!(refused(&response), expected, "{} as {header} of {claimed}", key.alg());
    }
}

#[test]
fn issuer_must_be_equal_and_unknown_one_fetches_nothing() {
    let site = Site::apart();
    let unknown = |iss: &str| format!("jwt iss: expected one of JWT_ISSUERS, got {iss:?}");
    for iss in [
        "https://issuer.example/",
        "https://issuer.example",
        "https://issuer.example/1//",
        "https://issuer.example//1",
        "https://issuer.example/123",
        "https://issuer.example:443/1",
        "https://issuer.example/%31",
        "https://issuer.example/1?",
        "https://issuer.example/1#",
        "https://issuer.example/./1",
        "https://ISSUER.example/1",
        "HTTPS://issuer.example/1",
        "http://issuer.example/1",
        "issuer.example/1",
        "https://secret.example/https://issuer.example/1",
        " https://issuer.example/1",
        "https://issuer.example/1 ",
        "",
    ] {
        for signer in [FIRST, SYMMETRIC] {
            let jwt = key_of(signer).jwt_of(KID, &claims_with(&json!({ "iss": iss })));
            assert_eq!(refused(&site.own(&format!("Bearer {jwt}"))), unknown(iss), "{iss:?}");
        }
    }
    for iss in [json!([FIRST]), json!([FIRST, LONGER]), json!({ FIRST: 1 }), json!(1), Value::Null] {
        let mut claims = claims_with(&json!({}));
        claims["iss"] = iss.clone();
        let jwt = key_of(FIRST).jwt_of(KID, &claims);
        assert_eq!(refused(&site.own(&format!("Bearer {jwt}"))), unknown(""), "{iss}");
    }
    let missing = key_of(FIRST).jwt_of(KID, &claims_with(&json!({ "iss": null })));
    assert_eq!(refused(&site.own(&format!("Bearer {missing}"))), unknown(""));
    // JSON parsers differ in which of two equal keys they use.
    for (one, other) in [(FIRST, LONGER), (LONGER, FIRST)] {
        let twice = format!(r#"{{"iss":"{one}","iss":"{other}","sub":"alice","aud":"{AUDIENCE}"}}"#);
        let jwt = key_of(other).jwt_of_texts(r#"{"alg":"RS256","kid":"key"}"#, &twice);
        assert_eq!(refused(&site.own(&format!("Bearer {jwt}"))), "jwt payload: a name is repeated");
    }
    assert!(site.fetched.borrow().is_empty(), "{:?}", site.fetched);
}

#[test]
fn issuer_counts_in_its_own_header_only() {
    let headers =
        |issuer: &str| if issuer == LONGER { json!({ "header": "X-Assertion" }) } else { json!({}) };
    let site = Site::of(headers, &[("UID_KEY", UID_KEY)]);
    let asked = |pairs: &[(&str, &str)]| {
        let request = pairs
            .iter()
            .fold(Request::post("/token"), |request, (name, value)| request.header(*name, *value));
        site.send(&sent(request, &rtc(json!({ "uid": 0 }))))
    };
    let (first, longer) = (alice(FIRST), alice(LONGER));
    let [bare_first, bare_longer] = [&first, &longer].map(|credential| credential.split_once(' ').unwrap().1);
    let unknown = |iss: &str| format!("jwt iss: expected one of JWT_ISSUERS, got {iss:?}");
    for (headers, expected) in [
        (&[("authorization", longer.as_str())][..], unknown(LONGER)),
        (&[("x-assertion", bare_first)], unknown(FIRST)),
        (
            &[("authorization", first.as_str()), ("x-assertion", bare_longer)],
            "jwt: expected one, got two in different headers".to_owned(),
        ),
        (
            &[("authorization", first.as_str()), ("x-assertion", "")],
            "jwt: expected one, got two in different headers".to_owned(),
        ),
    ] {
        assert_eq!(refused(&asked(headers)), expected, "{headers:?}");
    }
    assert!(site.fetched.borrow().is_empty(), "{:?}", site.fetched);
    assert_eq!(asked(&[("x-assertion", bare_longer)]).ok()["uid"], uid_of(LONGER, "alice"));
    assert_eq!(asked(&[("authorization", &first)]).ok()["uid"], uid_of(FIRST, "alice"));
}

#[test]
fn issuer_down_affects_its_own_users_only() {
    let ready = |site: &Site| site.send(&super::bare(&http::Method::GET, "/readyz")).status;
    for how in [FetchError::Unreachable, FetchError::TimedOut, FetchError::TooLarge, FetchError::Status(500)]
    {
        for down in [&[FIRST][..], &[LONGER], &[FIRST, SLASH]] {
            let site = Site::apart();
            site.down.set((down, how));
            for after in [0, 5, 20, 700, 100_000] {
                site.now.set(NOW + after);
                assert_eq!(ready(&site), 200, "{down:?} {how:?}");
                for issuer in [FIRST, SLASH, LONGER, SYMMETRIC] {
                    let response = site.own(&alice_with(issuer, &json!({ "exp": NOW + 200_000 })));
                    let expected = if down.contains(&issuer) { 503 } else { 200 };
                    assert_eq!(response.status, expected, "{issuer} after {after} s, {down:?} {how:?}");
                    let log = response.log();
                    let named = |member: &str| {
                        let text = log[member].as_str();
                        text.is_none_or(|text| text.starts_with(&format!("{issuer}: key set: ")))
                    };
                    assert!(named("warning") && named("cause"), "{log}");
                }
            }
            let sets = site.server.app.key_sets(UnixTime::from_secs(site.now.get()));
            let unfetched = sets.into_iter().filter(|(_, age)| age.is_none()).map(|(issuer, _)| issuer);
            assert_eq!(unfetched.collect::<Vec<_>>(), down);
        }
    }
    let site = Site::apart();
    site.down.set((&PUBLISHING, FetchError::Unreachable));
    assert_eq!(ready(&site), 503, "none is left");
    assert_eq!(site.own(&alice(SYMMETRIC)).status, 200);
}

/// Unknown keys of one issuer use the fetches of that issuer only.
#[test]
fn fetch_limits_of_issuers_are_apart() {
    let site = Site::apart();
    for issuer in PUBLISHING {
        site.own(&alice(issuer)).ok();
        assert_eq!(site.fetches_of(issuer), 1);
    }
    site.now.set(NOW + 60);
    let unknown = key_of(FIRST).jwt_of("made-up", &claims_with(&json!({ "iss": FIRST })));
    for _ in 0..50 {
        let cause = refused(&site.own(&format!("Bearer {unknown}")));
        assert_eq!(cause, "jwt unknown kid \"made-up\"");
    }
    assert_eq!(site.fetches_of(FIRST), 1);
    // The other issuers rotate their keys, and the new keys are fetched at once.
    site.kid.set("next");
    for issuer in [SLASH, LONGER] {
        let rotated = key_of(issuer).jwt_of("next", &claims_with(&json!({ "iss": issuer })));
        assert_eq!(site.own(&format!("Bearer {rotated}")).status, 200, "{issuer}");
        assert_eq!(site.fetches_of(issuer), 1);
    }
    assert!(site.fetched.borrow().is_empty());
}

#[test]
fn integers_of_issuers_are_apart() {
    let site = Site::apart();
    let mut seen = Vec::new();
    for issuer in [FIRST, SLASH, LONGER, SYMMETRIC] {
        let response = site.own(&alice(issuer));
        let uid = uid_of(issuer, "alice");
        assert_eq!((&response.ok()["uid"], &response.log()["uid"]), (&json!(uid), &json!(uid.to_string())));
        seen.push(uid);
    }
    assert!((1..4).all(|index| !seen[index..].contains(&seen[index - 1])), "{seen:?}");
    for (issuer, uid) in [(FIRST, seen[1]), (SLASH, seen[0]), (LONGER, seen[3]), (SYMMETRIC, seen[2])] {
        let credential = alice(issuer);
        for (body, field) in [
            (rtc(json!({ "uid": uid })), "uid"),
            (rtc(json!({ "uid": uid.to_string() })), "uid"),
            (rtc(json!({ "uid": 0, "rtm": { "userId": uid.to_string() } })), "rtm.userId"),
            (rtc(json!({ "uid": 0, "chat": { "userId": uid.to_string() } })), "chat.userId"),
            (json!({ "tokenType": "rtm", "uid": uid.to_string(), "expireTime": 60 }), "uid"),
            (json!({ "tokenType": "chat-user", "uid": uid.to_string(), "expireTime": 60 }), "uid"),
            (json!({ "tokenType": "apaas-user", "userUuid": uid.to_string(), "expireTime": 60 }), "userUuid"),
        ] {
            assert_forbidden(&site.token(&credential, &body), "uid", field);
        }
        for path in [format!("/rtc/room-1/publisher/uid/{uid}"), format!("/rtm/{uid}")] {
            assert_eq!(forbidden(&site.send(&get(&path, &credential))).0, "uid", "{path}");
        }
    }
}

#[test]
fn text_identities_are_shared_only_where_configured() {
    let bodies = [
        rtc(json!({ "uid": "alice" })),
        json!({ "tokenType": "rtm", "uid": "alice", "expireTime": 60 }),
        json!({ "tokenType": "chat-user", "uid": "alice", "expireTime": 60 }),
        json!({ "tokenType": "apaas-user", "userUuid": "alice", "expireTime": 60 }),
        rtc(json!({ "channel": "user-alice", "uid": 0 })),
    ];
    let own_channels = [("ALLOWED_CHANNELS", "room-*,user-{sub}")];
    let keyed = [own_channels[0], ("UID_KEY", UID_KEY)];
    let (apart, shared) =
        (Site::with(&json!({}), &keyed), Site::with(&json!({ "sharedUsers": true }), &keyed));
    let one = |issuer: &str| if issuer == FIRST { json!({ "sharedUsers": true }) } else { json!({}) };
    let partly = Site::of(one, &keyed);
    for issuer in [FIRST, SLASH, LONGER, SYMMETRIC] {
        let credential = alice(issuer);
        for body in &bodies {
            let rule = if body["channel"] == "user-alice" { "channel" } else { "uid" };
            assert_eq!(forbidden(&apart.token(&credential, body)).0, rule, "{issuer} {body}");
            assert_eq!(shared.token(&credential, body).status, 200, "{issuer} {body}");
            let expected = if issuer == FIRST { 200 } else { 403 };
            assert_eq!(partly.token(&credential, body).status, expected, "{issuer} {body}");
        }
        // The server fills in the caller's integer, never the text.
        let filled = apart.token(&credential, &json!({ "tokenType": "rtm", "expireTime": 60 }));
        assert_eq!(filled.ok()["uid"], uid_of(issuer, "alice").to_string());
        // A granted identity could name another issuer's user.
        let granted = alice_with(issuer, &json!({ "agora": { "uid": "alice" } }));
        let cause = "jwt agora: uid needs sharedUsers with several issuers";
        assert_eq!(refused(&apart.own(&granted)), cause);
    }
    for issuer in [FIRST, SLASH] {
        let response = Site::shared().token(&alice(issuer), &bodies[0]);
        assert_eq!(response.ok()["uid"], "alice", "without UID_KEY");
    }
    // The digits of one issuer's integer as a subject, if another issuer lets its users choose subjects.
    let chosen = uid_of(FIRST, "alice").to_string();
    for site in [&apart, &shared] {
        let posing = alice_with(SLASH, &json!({ "sub": chosen }));
        for body in
            [rtc(json!({ "uid": chosen })), json!({ "tokenType": "rtm", "uid": chosen, "expireTime": 60 })]
        {
            assert_eq!(forbidden(&site.token(&posing, &body)).0, "uid");
        }
    }
}

#[test]
fn grants_of_issuers_are_apart() {
    let claims = |issuer: &str| match issuer {
        FIRST => json!({ "grantsClaim": "limits", "uidClaim": "user" }),
        _ => json!({}),
    };
    let site = Site::of(claims, &[("UID_KEY", UID_KEY), ("JWT_GRANTS_REQUIRED", "true")]);
    let (narrow, wide) = (json!({ "channels": ["room-1"] }), json!({ "channels": ["*"] }));
    let both = json!({ "limits": narrow, "agora": wide, "user": "bob" });
    let room_2 = rtc(json!({ "channel": "room-2", "uid": 0 }));
    assert_forbidden(&site.token(&alice_with(FIRST, &both), &room_2), "channel", "channel");
    assert_eq!(site.own(&alice_with(FIRST, &both)).ok()["uid"], uid_of(FIRST, "bob"));
    let response = site.token(&alice_with(SLASH, &both), &room_2);
    assert_eq!(response.ok()["uid"], uid_of(SLASH, "alice"), "user is another issuer's claim");
    // The claim of one issuer grants nothing in a JWT of another.
    let (others, user) = (json!({ "agora": wide, "user": "bob" }), json!({ "limits": wide }));
    assert_eq!(refused(&site.own(&alice_with(FIRST, &others))), "jwt limits: missing");
    assert_eq!(refused(&site.own(&alice_with(SLASH, &user))), "jwt agora: missing");
}

#[test]
fn limits_and_log_names_of_issuers_are_apart() {
    for site in [Site::apart(), Site::shared()] {
        let mut keys = Vec::new();
        for (credential, issuer, caller) in [
            (alice(FIRST), Some(FIRST), "jwt:alice"),
            (alice(SLASH), Some(SLASH), "jwt:alice"),
            (alice(LONGER), Some(LONGER), "jwt:alice"),
            (alice(SYMMETRIC), Some(SYMMETRIC), "jwt:alice"),
            (alice_with(FIRST, &json!({ "sub": "key:shop" })), Some(FIRST), "jwt:key:shop"),
            (alice_with(FIRST, &json!({ "sub": "/ jwt:alice" })), Some(FIRST), "jwt:/ jwt:alice"),
            (super::shop(), None, "key:shop"),
        ] {
            let counted = RefCell::new(Vec::new());
            let response =
                site.send_counted(&post("/token", &credential, &rtc(json!({ "uid": 0 }))), |count| {
                    counted.borrow_mut().extend(count.charged.then_some(count.by));
                    None
                });
            let log = response.log();
            assert_eq!((log["caller"].as_str(), log["issuer"].as_str()), (Some(caller), issuer));
            let counted = counted.into_inner();
            assert_eq!(counted.len(), 1);
            assert!(!keys.contains(&counted[0]), "{counted:?} among {keys:?}");
            keys.extend(counted);
        }
        // The name is not authenticated yet.
        let forged = Key::p256().jwt_of(KID, &claims_with(&json!({ "iss": FIRST })));
        let log = site.own(&format!("Bearer {forged}")).log();
        assert_eq!((&log["caller"], &log["issuer"]), (&Value::Null, &Value::Null));
    }
}

#[test]
fn unverified_email_is_not_an_identity_of_any_issuer() {
    const UNVERIFIED: &str = "jwt email: expected email_verified true";
    let email = |issuer: &str| if issuer == FIRST { json!({}) } else { json!({ "uidClaim": "email" }) };
    let site = Site::of(email, &[("UID_KEY", UID_KEY)]);
    let shared = |issuer: &str| {
        let mut members = email(issuer);
        members["sharedUsers"] = true.into();
        members
    };
    let shared = Site::of(shared, &[]);
    let of = |issuer: &str, more: Value| {
        let mut claims = json!({ "sub": "mallory", "email": "alice@example.com" });
        claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        alice_with(issuer, &claims)
    };
    for issuer in [SLASH, LONGER, SYMMETRIC] {
        for unverified in [
            json!({}),
            json!({ "email_verified": false }),
            json!({ "email_verified": "true" }),
            json!({ "email_verified": 1 }),
            json!({ "email_verified": [true] }),
            json!({ "emailVerified": true }),
            json!({ "Email_Verified": true }),
        ] {
            let credential = of(issuer, unverified.clone());
            for site in [&site, &shared] {
                assert_eq!(refused(&site.own(&credential)), UNVERIFIED, "{issuer} {unverified}");
            }
        }
        let credential = of(issuer, json!({ "email_verified": true }));
        assert_eq!(site.own(&credential).ok()["uid"], uid_of(issuer, "alice@example.com"));
        let account = rtc(json!({ "uid": "alice@example.com" }));
        assert_eq!(shared.token(&credential, &account).status, 200);
        // Verified or not, the same e-mail address is another user at another issuer.
        assert_forbidden(&site.token(&credential, &account), "uid", "uid");
    }
    // At an issuer whose identities are subjects, an e-mail address has no effect.
    let credential = of(FIRST, json!({}));
    assert_eq!(site.own(&credential).ok()["uid"], uid_of(FIRST, "mallory"));
}
