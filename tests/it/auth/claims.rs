use agora_token_server::auth::{AuthError, Authenticator, Caller, Identity, JwtSettings};
use agora_token_server::time::UnixTime;
use serde_json::{Value, json};

use super::{accepting, after, ask_with_jwt, bound, caller, now, refusal, settings};
use crate::common::issuer::{AUDIENCE, Key, NOW, SECRET, claims, claims_with};

fn by_secret() -> JwtSettings<'static> {
    JwtSettings { secret: Some(SECRET), ..settings() }
}

fn authenticator() -> Authenticator {
    accepting(by_secret())
}

fn ask_at(changes: &Value, at: UnixTime) -> Result<Caller, AuthError> {
    ask_with_jwt(&authenticator(), &Key::secret().jwt(&claims_with(changes)), at)
}

fn cause(changes: &Value) -> String {
    refusal(ask_at(changes, now()))
}

#[test]
fn jwt_is_accepted_until_30_seconds_after_exp() {
    assert!(ask_at(&json!({}), after(3600 + 29)).is_ok());
    assert_eq!(refusal(ask_at(&json!({}), after(3600 + 30))), "jwt exp: expired 30 s ago");
    assert_eq!(refusal(ask_at(&json!({}), after(100_000))), "jwt exp: expired 96400 s ago");
    let bearer = caller(&authenticator(), &Key::secret().jwt(&claims()));
    assert_eq!(bearer.expires_at, Some(after(3600)));
}

#[test]
fn exp_missing_or_not_time_is_rejected() {
    assert_eq!(cause(&json!({ "exp": null })), "jwt exp: missing");
    for exp in [
        json!("1763773600"),
        json!(true),
        json!([NOW + 1]),
        json!({}),
        json!(-1),
        json!(-1.5),
        json!(u64::from(NOW) * 1000),
        json!(4_294_967_296_u64),
        json!(1e300),
    ] {
        assert_eq!(cause(&json!({ "exp": exp })), "jwt exp: expected seconds from 1970 to 2106", "{exp}");
    }
    // In `claims_with`, null removes a claim.
    let null = claims().to_string().replace(&(NOW + 3600).to_string(), "null");
    let token = Key::secret().jwt_of_texts(r#"{"alg":"HS256"}"#, &null);
    let refused = refusal(ask_with_jwt(&authenticator(), &token, now()));
    assert_eq!(refused, "jwt exp: expected seconds from 1970 to 2106");
    assert_eq!(cause(&json!({ "exp": 0 })), format!("jwt exp: expired {NOW} s ago"));
}

#[test]
fn fractional_times_are_accepted() {
    let end = f64::from(NOW) + 10.9;
    assert!(ask_at(&json!({ "exp": end }), after(39)).is_ok());
    assert_eq!(refusal(ask_at(&json!({ "exp": end }), after(40))), "jwt exp: expired 30 s ago");
    assert!(ask_at(&json!({ "nbf": f64::from(NOW) + 29.5 }), now()).is_ok());
    assert_eq!(cause(&json!({ "nbf": f64::from(NOW) + 30.1 })), "jwt nbf: 31 s ahead");
}

#[test]
fn jwt_before_nbf_is_rejected() {
    for name in ["nbf", "iat"] {
        assert!(ask_at(&json!({ name: NOW + 30 }), now()).is_ok(), "{name}");
        assert_eq!(cause(&json!({ name: NOW + 31 })), format!("jwt {name}: 31 s ahead"));
        for value in [json!("1763770000"), json!(false), json!(-5)] {
            assert_eq!(
                cause(&json!({ name: value })),
                format!("jwt {name}: expected seconds from 1970 to 2106")
            );
        }
    }
    assert!(ask_at(&json!({ "iat": null }), now()).is_ok());
}

#[test]
fn iss_other_than_configured_is_rejected() {
    assert_eq!(cause(&json!({ "iss": null })), "jwt iss: missing");
    assert_eq!(cause(&json!({ "iss": ["https://issuer.example/"] })), "jwt iss: expected a text");
    for iss in ["https://issuer.example", "https://issuer.example//", "HTTPS://issuer.example/", ""] {
        let expected = format!(r#"jwt iss: expected "https://issuer.example/", got {iss:?}"#);
        assert_eq!(cause(&json!({ "iss": iss })), expected);
    }
}

#[test]
fn aud_without_configured_one_is_rejected() {
    for aud in [json!(AUDIENCE), json!([AUDIENCE]), json!(["https://issuer.example/userinfo", AUDIENCE])] {
        assert!(ask_at(&json!({ "aud": aud }), now()).is_ok());
    }
    assert_eq!(cause(&json!({ "aud": null })), "jwt aud: missing");
    for aud in [json!(1), json!({}), json!([AUDIENCE, 1]), json!([AUDIENCE, null]), json!([[AUDIENCE]])] {
        assert_eq!(cause(&json!({ "aud": aud })), "jwt aud: expected a text or a list of texts", "{aud}");
    }
    let other = [
        (json!("other"), r#""other""#),
        (json!([]), r#""""#),
        (json!(["a", "b"]), r#""a b""#),
        (json!("https://tokens.example/"), r#""https://tokens.example/""#),
        (json!("https://tokens.example other"), r#""https://tokens.example other""#),
    ];
    for (aud, found) in other {
        let expected = format!(r#"jwt aud: expected "https://tokens.example", got {found}"#);
        assert_eq!(cause(&json!({ "aud": aud })), expected);
    }
}

#[test]
fn sub_other_than_text_or_integer_is_rejected() {
    let subject = |sub: Value| {
        let settings = JwtSettings { uid_claim: Some("none"), ..by_secret() };
        let token = Key::secret().jwt(&claims_with(&json!({ "sub": sub })));
        caller(&accepting(settings), &token).subject
    };
    assert_eq!(subject(json!("auth0|42")).as_deref(), Some("auth0|42"));
    assert_eq!(subject(json!(42)).as_deref(), Some("42"));
    assert_eq!(subject(json!("")).as_deref(), Some(""));
    assert_eq!(subject(Value::Null), None);
    for sub in [json!(true), json!(["alice"]), json!({}), json!(1.5), json!(-1)] {
        assert_eq!(cause(&json!({ "sub": sub })), "jwt sub: expected a text or an integer");
    }
}

#[test]
fn identity_is_sub_unless_claim_is_configured() {
    let identity = |uid_claim, changes| {
        let settings = JwtSettings { uid_claim, ..by_secret() };
        caller(&accepting(settings), &Key::secret().jwt(&claims_with(&changes))).identity
    };
    assert_eq!(identity(None, json!({})), bound("alice"));
    assert_eq!(identity(Some(""), json!({})), bound("alice"));
    assert_eq!(identity(Some("none"), json!({ "none": "bob" })), Identity::Free);
    assert_eq!(identity(Some("none"), json!({ "sub": null })), Identity::Free);
    assert_eq!(identity(Some("uid"), json!({ "uid": "bob" })), bound("bob"));
    assert_eq!(identity(Some("https://a.example/uid"), json!({ "https://a.example/uid": 42 })), bound("42"));
    assert_eq!(identity(Some("uid"), json!({ "uid": "42" })), bound("42"));
    assert_eq!(identity(Some("uid"), json!({ "uid": "007" })), bound("007"));
    assert_eq!(identity(Some("uid"), json!({ "uid": u64::MAX })), bound("18446744073709551615"));
}

#[test]
fn identity_claim_without_name_rejects_credential() {
    let settings = JwtSettings { uid_claim: Some("uid"), ..by_secret() };
    let authenticator = accepting(settings);
    let cause = |uid: &str| {
        let payload = claims().to_string().replacen('{', &format!("{{{uid}"), 1);
        let token = Key::secret().jwt_of_texts(r#"{"alg":"HS256"}"#, &payload);
        refusal(ask_with_jwt(&authenticator, &token, now()))
    };
    let cases = [
        ("", "jwt uid: missing; set JWT_UID_CLAIM to a claim that identifies the user"),
        (r#""uid":"","#, "jwt uid: empty"),
        (r#""uid":"*","#, "jwt uid: expected one user, got a wildcard"),
        (r#""uid":"ali*","#, "jwt uid: expected one user, got a wildcard"),
        (r#""uid":"\u002a","#, "jwt uid: expected one user, got a wildcard"),
        (r#""uid":0,"#, "jwt uid: expected one user, got a wildcard"),
        (r#""uid":"0","#, "jwt uid: expected one user, got a wildcard"),
        (r#""uid":null,"#, "jwt uid: expected a text or an integer"),
        (r#""uid":true,"#, "jwt uid: expected a text or an integer"),
        (r#""uid":42.0,"#, "jwt uid: expected a text or an integer"),
        (r#""uid":-42,"#, "jwt uid: expected a text or an integer"),
        (r#""uid":["alice"],"#, "jwt uid: expected a text or an integer"),
        (r#""uid":{"id":"alice"},"#, "jwt uid: expected a text or an integer"),
    ];
    for (uid, expected) in cases {
        assert_eq!(cause(uid), expected);
    }
}
