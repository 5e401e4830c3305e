//! What the configuration allows, explained and checked offline.

use super::{CERTIFICATE, RTC, command, text};

const PROJECT: [(&str, &str); 2] =
    [("APP_ID", "970CA35de60c44645bbae8a215061b33"), ("APP_CERTIFICATE", CERTIFICATE)];

const JWT: [(&str, &str); 4] = [
    ("AUTH", "api-key,jwt"),
    ("API_KEYS", "shop:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"),
    ("JWT_ISSUER", "https://issuer.example/"),
    ("JWT_AUDIENCE", "tokens"),
];

/// The status and the JSON of `policy` with these variables besides a project and both methods of
/// authentication.
fn policy(variables: &[(&str, &str)], arguments: &[&str]) -> (Option<i32>, serde_json::Value) {
    let secret = [("JWT_SECRET", "correct horse battery staple and so on")];
    let variables = [&PROJECT[..], &JWT, &secret, variables].concat();
    let output = command(&variables).args([&["policy"], arguments, &["--json"]].concat()).output().unwrap();
    let json = serde_json::from_slice(&output.stdout);
    (output.status.code(), json.unwrap_or_else(|_| panic!("{}", text(&output.stderr))))
}

fn claims(agora: &str) -> String {
    format!(r#"{{"iss":"https://issuer.example/","aud":"tokens","sub":"alice","agora":{agora}}}"#)
}

const AS_ALICE: [&str; 6] = ["--channel", "room-1", "--uid", "alice", "--role", "publisher"];

#[test]
fn policy_explain_names_source_of_each_refusal() {
    let explain = |variables: &[(&str, &str)], claims: &str, more: &[&str]| {
        policy(variables, &[&["explain", "--claims", claims], &AS_ALICE[..], more].concat())
    };
    let (status, json) = explain(&[], &claims("{}"), &[]);
    assert_eq!(
        (status, &json["allowed"], &json["refusals"]),
        (Some(0), &true.into(), &serde_json::json!([]))
    );
    for (variables, agora, more, refusals) in [
        (
            &[("ALLOWED_CHANNELS", "lobby")][..],
            "{}",
            &[][..],
            &[("channel", "configuration", "ALLOWED_CHANNELS")][..],
        ),
        (&[], r#"{"channels":["lobby"]}"#, &[], &[("channel", "claim", "channels")]),
        (
            &[("ALLOWED_CHANNELS", "lobby")],
            r#"{"channels":["lobby"]}"#,
            &[],
            &[("channel", "configuration", "ALLOWED_CHANNELS"), ("channel", "claim", "channels")],
        ),
        (&[], "{}", &["--version", "006"], &[("version", "configuration", "ALLOW_006")]),
        (
            &[("ALLOWED_TOKEN_TYPES", "rtm")],
            "{}",
            &[],
            &[("tokenType", "configuration", "ALLOWED_TOKEN_TYPES")],
        ),
        (&[], r#"{"tokenTypes":["rtm"]}"#, &[], &[("tokenType", "claim", "tokenTypes")]),
        (&[], r#"{"roles":["subscriber"]}"#, &[], &[("role", "claim", "roles")]),
        (&[], r#"{"uid":"bob"}"#, &[], &[("uid", "claim", "uid")]),
        (&[], "{}", &["--rtm", "bob"], &[("uid", "claim", "sub")]),
        (&[("JWT_UID_CLAIM", "iss")], "{}", &[], &[("uid", "claim", "iss")]),
        (
            &[("UID_KEY", "0123456789abcdef0123456789abcdef")],
            "{}",
            &["--rtm", "bob"],
            &[("uid", "claim", "sub")],
        ),
        (&[("MAX_EXPIRE_TIME", "60")], "{}", &[], &[("expireTime", "configuration", "MAX_EXPIRE_TIME")]),
        (&[], r#"{"maxExpireTime":60}"#, &[], &[("expireTime", "claim", "maxExpireTime")]),
        (&[("EXPIRE_WITH_JWT", "true")], "{}", &["--expire-time", "3601"], &[("expireTime", "claim", "exp")]),
    ] {
        let (status, json) = explain(variables, &claims(agora), more);
        assert_eq!((status, &json["status"]), (Some(1), &403.into()), "{json}");
        let found: Vec<_> = json["refusals"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| ["rule", "source", "setting"].map(|member| one[member].as_str().unwrap()))
            .collect();
        let expected: Vec<_> =
            refusals.iter().map(|&(rule, source, setting)| [rule, source, setting]).collect();
        assert_eq!(found, expected, "{variables:?} {agora}");
    }
    let wildcard = [
        "explain",
        "--claims",
        &claims(r#"{"wildcards":false,"uid":"7"}"#),
        "--channel",
        "a*",
        "--uid",
        "7",
        "--role",
        "publisher",
    ];
    let (_, json) = policy(&[("ALLOW_WILDCARD_CHANNEL", "true")], &wildcard);
    assert_eq!(json["refusals"][0]["setting"], "wildcards", "{json}");
}

#[test]
fn policy_explain_distinguishes_400_and_401_from_403() {
    let (status, json) =
        policy(&[], &["explain", "--api-key", "shop", "--channel", "room-1", "--role", "boss"]);
    assert_eq!((status, &json["status"], &json["code"]), (Some(1), &400.into(), &"invalid_request".into()));
    let bad = r#"{"iss":"https://issuer.example/","aud":"others","sub":"alice"}"#;
    let (status, json) = policy(&[], &[&["explain", "--claims", bad], &AS_ALICE[..]].concat());
    assert_eq!((status, &json["status"]), (Some(1), &401.into()));
    assert!(json["cause"].as_str().unwrap().starts_with("jwt aud: "), "{json}");
    // Like the server, which reads each name once, with and without an `exp`.
    for exp in ["", r#","exp":4000000000"#] {
        let twice =
            format!(r#"{{"iss":"https://issuer.example/","aud":"tokens","sub":"bob","sub":"alice"{exp}}}"#);
        let (status, json) = policy(&[], &[&["explain", "--claims", &twice], &AS_ALICE[..]].concat());
        assert_eq!((status, &json["status"]), (Some(1), &401.into()), "{json}");
    }
    let (status, json) = policy(&[], &[&["explain", "--api-key", "shop"], &AS_ALICE[..]].concat());
    assert_eq!((status, &json["caller"]), (Some(0), &"key:shop".into()));
    // A caller that is not in the configuration is a usage error.
    let unknown = command(&[&PROJECT[..], &[("AUTH", "none")]].concat())
        .args([&["policy", "explain", "--api-key", "shop"], &AS_ALICE[..]].concat())
        .output()
        .unwrap();
    assert_eq!(unknown.status.code(), Some(2));
    assert_eq!(text(&unknown.stderr), "--api-key: expected a name in API_KEYS, got \"shop\"\n");
    // One text for each of the four settings.
    let explained = |variables: &[(&str, &str)], arguments: &[&str]| {
        let output = command(variables).args([&["policy", "explain"], arguments].concat()).output().unwrap();
        (output.status.code(), text(&output.stdout).to_owned(), text(&output.stderr).to_owned())
    };
    let (status, report, _) = explained(&[], &RTC);
    assert_eq!((status, report.as_str()), (Some(0), "allowed: rtc, for at most 86400 seconds\n"));
    let (status, report, _) = explained(&[], &["--channel", "room-1", "--role", "publisher"]);
    assert_eq!((status, report.as_str()), (Some(1), "refused: 400 invalid_request\n  uid is required\n"));
    let secret = ("JWT_SECRET", "correct horse battery staple and so on");
    let with_jwt = [&PROJECT[..], &JWT, &[secret]].concat();
    let (status, report, _) = explained(&with_jwt, &[&["--claims", bad], &AS_ALICE[..]].concat());
    assert!(status == Some(1) && report.starts_with("refused: 401 unauthorized\n  jwt aud: "), "{report}");
    let (status, _, fault) = explained(&with_jwt, &AS_ALICE);
    assert_eq!(
        (status, fault.as_str()),
        (Some(2), "expected --api-key or --claims, since AUTH is not none\n")
    );
    let with_keys = [&PROJECT[..], &[("AUTH", "api-key"), JWT[1]]].concat();
    let (status, _, fault) = explained(&with_keys, &[&["--claims", "{}"], &AS_ALICE[..]].concat());
    assert_eq!((status, fault.as_str()), (Some(2), "--claims: AUTH does not include jwt; set AUTH=jwt\n"));

    let mut text_of = command(&[("ALLOWED_TOKEN_TYPES", "rtm")]);
    text_of.args([&["policy", "explain"], &RTC[..]].concat());
    let output = text_of.output().unwrap();
    assert_eq!(
        text(&output.stdout),
        "refused: 403 forbidden\n  tokenType, by configuration ALLOWED_TOKEN_TYPES: tokenType: rtc is not allowed\n"
    );
}

#[test]
fn policy_check_reports_each_setting_once() {
    let check = |variables: &[(&str, &str)]| {
        let (status, json) = policy(variables, &["check"]);
        let found = json["findings"].as_array().unwrap().iter();
        let codes: Vec<String> = found.map(|one| one["code"].as_str().unwrap().to_owned()).collect();
        assert_eq!(status, Some(i32::from(!codes.is_empty())), "{json}");
        codes
    };
    let narrow = ("ALLOWED_CHANNELS", "room-*");
    assert_eq!(check(&[narrow]), [""; 0]);
    for (variables, code) in [
        (&[][..], "any_channel"),
        (&[("ALLOWED_CHANNELS", "*")], "any_channel"),
        (&[("ALLOWED_CHANNELS", ",")], "no_channel"),
        (&[("ALLOWED_CHANNELS", "user-{sub}-*")], "overlapping_subjects"),
        (&[narrow, ("JWT_UID_CLAIM", "none")], "free_identities"),
        (&[narrow, ("JWT_JWKS_URL", "https://issuer.example/jwks")], "key_set_and_secret"),
        (&[narrow, ("ALLOW_006", "true")], "rewritable_006"),
        (&[narrow, ("ALLOW_WILDCARD_UID", "true")], "wildcard_uid"),
        (&[narrow, ("ALLOW_WILDCARD_CHANNEL", "true")], "wildcard_channel"),
        (&[narrow, ("ALLOWED_TOKEN_TYPES", ",")], "no_token_type"),
        (&[narrow, ("ALLOWED_TOKEN_TYPES", "rtc,chat-app")], "app_level"),
        (&[narrow, ("ALLOWED_TOKEN_TYPES", "rtc,rtm")], "beyond_channels"),
        (&[narrow, ("ALLOWED_TOKEN_TYPES", "rtc,stt")], "carried_type_missing"),
        (&[narrow, ("MAX_EXPIRE_TIME", "600")], "default_over_max"),
    ] {
        assert_eq!(check(variables), [code], "{variables:?}");
    }
    let limited = |entry: &str| format!(r#"{{"shop":{entry}}}"#);
    for (variables, entry, codes) in [
        (&[][..], "{}", &["empty_grants"][..]),
        (&[], r#"{"uid":7}"#, &[]),
        (&[], r#"{"channels":["room-*","room-1"],"maxExpireTime":60}"#, &[]),
        (&[], r#"{"channels":[]}"#, &["no_channel"]),
        (&[], r#"{"channels":["lobby","room-1"]}"#, &["outside_channels"]),
        (&[], r#"{"channels":["roo*"]}"#, &[]),
        (&[("ALLOWED_CHANNELS", "room-1")], r#"{"channels":["room-*","room-2*"]}"#, &["outside_channels"]),
        (&[], r#"{"channels":["lobby*","ro"]}"#, &["outside_channels", "outside_channels"]),
        // A key has no subject.
        (&[("ALLOWED_CHANNELS", "user-{sub}")], r#"{"channels":["user-7"]}"#, &["outside_channels"]),
        (&[("ALLOWED_CHANNELS", "user-{sub}")], r#"{"channels":["user-*"]}"#, &["outside_channels"]),
        (&[], r#"{"tokenTypes":[]}"#, &["no_token_type"]),
        (&[], r#"{"tokenTypes":["rtm"]}"#, &["outside_token_types"]),
        (
            &[("ALLOWED_TOKEN_TYPES", "rtc,rtm")],
            r#"{"channels":["room-1"],"tokenTypes":["rtc","rtm"]}"#,
            &["beyond_channels", "beyond_channels"],
        ),
        (&[("ALLOWED_TOKEN_TYPES", "stt,rtc")], r#"{"tokenTypes":["stt"]}"#, &["carried_type_missing"; 2]),
        (&[], r#"{"roles":[]}"#, &["no_role"]),
        (&[("MAX_EXPIRE_TIME", "3600")], r#"{"maxExpireTime":3601}"#, &["grant_over_max"]),
        (&[], r#"{"wildcards":true}"#, &["wildcards_disallowed"]),
        (&[("ALLOW_WILDCARD_UID", "true")], r#"{"wildcards":true}"#, &["wildcard_uid"]),
    ] {
        let grants = limited(entry);
        let variables = [&[narrow, ("API_KEY_GRANTS", &grants)][..], variables].concat();
        assert_eq!(check(&variables), codes, "{variables:?}");
    }
    assert_eq!(check(&[("ALLOW_006", "true")]), ["any_channel", "rewritable_006"]);
    let classroom = ("ALLOWED_TOKEN_TYPES", "rtm,chat-user,apaas-room-user");
    let roles = limited(r#"{"tokenTypes":["rtm","chat-user","apaas-room-user"],"roles":["publisher"]}"#);
    assert!(check(&[narrow, classroom, ("API_KEY_GRANTS", &roles)]).contains(&"numbered_role".to_owned()));
    let any = limited(r#"{"channels":["*"]}"#);
    assert_eq!(check(&[("API_KEY_GRANTS", &any)]), ["any_channel", "any_channel"]);
    let two = format!("{},other:{}", JWT[1].1, "ab".repeat(32));
    let one = limited(r#"{"uid":7}"#);
    assert_eq!(check(&[narrow, ("API_KEYS", &two), ("API_KEY_GRANTS", &one)]), ["key_without_grants"]);
    let open = command(&[]).args(["policy", "check"]).output().unwrap();
    assert_eq!(open.status.code(), Some(1));
    for code in ["[no_authentication]", "[any_page]", "[any_channel]"] {
        assert!(text(&open.stdout).contains(code), "{}", text(&open.stdout));
    }
    let keys = [&PROJECT[..], &JWT[1..2], &[("AUTH", "api-key"), ("EXPIRE_WITH_JWT", "true")]].concat();
    let keys = [&keys[..], &[("ALLOWED_CHANNELS", "user-{sub}")]].concat();
    let output = command(&keys).args(["policy", "check"]).output().unwrap();
    for code in ["[subject_without_jwt]", "[expire_without_jwt]"] {
        assert!(text(&output.stdout).contains(code), "{}", text(&output.stdout));
    }
}
