//! The limits on tokens, rates, lifetimes and origins, and the addresses of the local server.

use std::num::{NonZeroU32, NonZeroUsize};

use agora_token_server::config::{
    AllowOrigin, DefaultValue, LoopbackGuard, Notice, Source, VARIABLES, listen_address,
};
use agora_token_server::policy::{ChannelPattern, Policy};
use agora_token_server::request::Format;
use agora_token_server::request::TokenKind;

use super::{HOSTED, HOSTS, fault, faults, listening, read, with};
use crate::common::server::{APP_ID, CERTIFICATE, EVERY_TYPE, Platform, environment, local, lookup};

#[test]
fn allowed_channels_parse_or_are_rejected() {
    let patterns = |list: &str| with("ALLOWED_CHANNELS", list).policy.channels.unwrap();
    let pattern = |text: &str| ChannelPattern::parse(text).unwrap();
    assert_eq!(patterns("room-1"), [pattern("room-1")]);
    assert_eq!(patterns(" room-1 , lobby-*,, * "), [pattern("room-1"), pattern("lobby-*"), pattern("*")]);
    assert!(patterns(",").is_empty(), "an empty list allows nothing");
    let expected = "expected a channel's name, or its start and a * at the end";
    assert_eq!(
        fault("ALLOWED_CHANNELS", "a,*-room"),
        format!("ALLOWED_CHANNELS: {expected}, got \"*-room\"")
    );
    assert_eq!(fault("ALLOWED_CHANNELS", "a**"), format!("ALLOWED_CHANNELS: {expected}, got \"a**\""));
}

#[test]
fn allowed_token_types_parse_or_are_rejected() {
    let types = |list: &str| with("ALLOWED_TOKEN_TYPES", list).policy.token_types.unwrap();
    let default = VARIABLES.iter().find(|variable| variable.name == "ALLOWED_TOKEN_TYPES").unwrap().default;
    let DefaultValue::Unset(default) = default else { panic!("{default:?}") };
    let listed = Policy::DEFAULT_TOKEN_TYPES.map(TokenKind::name).join(",");
    assert_eq!(default, format!("`{listed}`; with `ALLOWED_CHANNELS`, `rtc`"));
    assert_eq!(types("rtc"), [TokenKind::Rtc]);
    assert_eq!(types(" stt, fpa "), [TokenKind::Stt, TokenKind::Fpa]);
    assert_eq!(types(EVERY_TYPE), TokenKind::ALL);
    assert!(types(",").is_empty(), "an empty list allows nothing");
    assert_eq!(
        fault("ALLOWED_TOKEN_TYPES", "rtc,chat"),
        "ALLOWED_TOKEN_TYPES: expected some of rtc, rtm, chat-user, chat-app, fpa, apaas-room-user, apaas-user, \
         apaas-app, convoai, stt, got \"chat\""
    );
}

#[test]
fn lifetimes_parse_or_are_rejected() {
    for (text, seconds) in [("1", 1), ("600", 600), ("86400", 86_400)] {
        assert_eq!(with("MAX_EXPIRE_TIME", text).policy.max_ttl.as_secs(), seconds);
        assert_eq!(with("DEFAULT_EXPIRE_TIME", text).default_ttl.as_secs(), seconds);
    }
    for name in ["MAX_EXPIRE_TIME", "DEFAULT_EXPIRE_TIME"] {
        for text in ["0", "86401", "-1", "1h", "1.5", "99999999999"] {
            let expected = format!("{name}: expected seconds from 1 to 86400, got {text:?}");
            assert_eq!(fault(name, text), expected);
        }
    }
}

#[test]
fn drop_in_token_version() {
    assert_eq!(with("DROP_IN_TOKEN_VERSION", "007").drop_in_version, Format::V007);
    assert_eq!(with("DROP_IN_TOKEN_VERSION", "006").drop_in_version, Format::V006);
    for closed in [("ALLOWED_CHANNELS", "room-*"), ("ALLOW_006", "false")] {
        let variables = [HOSTED.as_slice(), &[("DROP_IN_TOKEN_VERSION", "006"), closed]].concat();
        assert_eq!(faults(Platform::Lambda, &variables), ["DROP_IN_TOKEN_VERSION: 006 needs ALLOW_006=true"]);
    }
    let variables = [("DROP_IN_TOKEN_VERSION", "006"), ("ALLOWED_CHANNELS", "room-*"), ("ALLOW_006", "true")];
    let (config, _) = read(Platform::Lambda, &[HOSTED.as_slice(), &variables].concat());
    assert_eq!(config.drop_in_version, Format::V006);
    for text in ["6", "AccessToken2", "005"] {
        let expected = format!("DROP_IN_TOKEN_VERSION: expected 007 or 006, got {text:?}");
        assert_eq!(fault("DROP_IN_TOKEN_VERSION", text), expected);
    }
}

#[test]
fn allow_006_defaults_to_on_only_without_limits() {
    const KEY: &str = "shop:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae";
    let keyed =
        [("APP_ID", APP_ID), ("APP_CERTIFICATE", CERTIFICATE), ("AUTH", "api-key"), ("API_KEYS", KEY)];
    let channels = ("ALLOWED_CHANNELS", "room-*");
    for (variables, allowed) in [
        (HOSTED.to_vec(), true),
        ([HOSTED.as_slice(), &[channels]].concat(), false),
        (keyed.to_vec(), false),
        ([keyed.as_slice(), &[channels]].concat(), false),
    ] {
        let (config, notices) = read(Platform::Workers, &variables);
        assert_eq!(config.policy.allow_006, allowed, "{variables:?}");
        assert!(!notices.contains(&Notice::Allow006), "{variables:?}");
        for value in [true, false] {
            let text = value.to_string();
            let variables = [variables.as_slice(), &[("ALLOW_006", text.as_str())]].concat();
            let (config, notices) = read(Platform::Workers, &variables);
            assert_eq!(config.policy.allow_006, value, "{variables:?}");
            assert_eq!(notices.contains(&Notice::Allow006), value, "{variables:?}");
        }
    }
}

#[test]
fn switches_are_true_or_false() {
    let policy = |name: &str, value: &str| with(name, value).policy;
    assert!(!policy("ALLOW_WILDCARD_UID", "false").wildcard_uid);
    assert!(policy("ALLOW_WILDCARD_UID", "true").wildcard_uid);
    assert!(policy("ALLOW_WILDCARD_CHANNEL", "true").wildcard_channel);
    assert!(policy("EXPIRE_WITH_JWT", "true").expire_with_jwt);
    for name in ["ALLOW_WILDCARD_UID", "ALLOW_WILDCARD_CHANNEL", "EXPIRE_WITH_JWT", "ALLOW_006"] {
        for value in ["yes", "1", "TRUE"] {
            assert_eq!(fault(name, value), format!("{name}: expected true or false, got {value:?}"));
        }
    }
}

#[test]
fn local_server_limits_are_read() {
    let with = |name: &str, value: &str| read(local(), &[(name, value)]).0;
    let fault = |name: &str, value: &str| faults(local(), &[(name, value)]).join("; ");
    assert_eq!(with("RATE_LIMIT", "60").rate_limit, NonZeroU32::new(60));
    for text in ["0", "-1", "60/min", "1.5"] {
        let expected = format!("RATE_LIMIT: expected requests per minute, at least 1, got {text:?}");
        assert_eq!(fault("RATE_LIMIT", text), expected);
    }
    assert_eq!(with("TRUSTED_PROXIES", "2").trusted_proxies, 2);
    for text in ["-1", "true", "10.0.0.0/8"] {
        let expected = format!("TRUSTED_PROXIES: expected a number of proxies, at least 0, got {text:?}");
        assert_eq!(fault("TRUSTED_PROXIES", text), expected);
    }
    assert_eq!(with("MAX_CONNECTIONS", "256").max_connections, NonZeroUsize::new(256));
    for text in ["0", "-1", "many"] {
        let expected = format!("MAX_CONNECTIONS: expected a number of connections, at least 1, got {text:?}");
        assert_eq!(fault("MAX_CONNECTIONS", text), expected);
    }
}

#[test]
fn hosted_platform_rejects_limits_it_cannot_apply() {
    for platform in HOSTS {
        for (name, instead) in [
            ("RATE_LIMIT", "use API Gateway's throttle on Lambda, a RATE_LIMITER binding on Workers"),
            ("TRUSTED_PROXIES", "the platform reports the client's address"),
            ("MAX_CONNECTIONS", "the platform accepts them"),
        ] {
            assert_eq!(
                faults(platform, &[HOSTED.as_slice(), &[(name, "1")]].concat()),
                [format!("{name}: this platform cannot apply it; remove it: {instead}")]
            );
        }
    }
}

#[test]
fn hosted_platform_notices_listeners() {
    let listeners = [
        ("HOST", "0.0.0.0"),
        ("PORT", "80"),
        ("ALLOWED_HOSTS", "a.example"),
        ("METRICS_PORT", "9464"),
        ("METRICS_HOST", "0.0.0.0"),
    ];
    for platform in HOSTS {
        let (config, notices) = read(platform, &[HOSTED.as_slice(), &listeners].concat());
        let mut expected = vec![Notice::NoAuthentication];
        expected.extend(listeners.map(|(variable, _)| Notice::NoEffect { variable }));
        assert_eq!(notices, expected);
        assert_eq!((config.listen, config.metrics), (None, None));
    }
    assert_eq!(
        Notice::NoEffect { variable: "PORT" }.to_string(),
        "PORT has no effect here: this platform listens by itself"
    );
}

#[test]
fn allowed_hosts_are_names_without_port() {
    let own = [("APP_ID", "0123456789abcdef0123456789abcdef"), HOSTED[1], HOSTED[2]];
    let listed = [own.as_slice(), &[("ALLOWED_HOSTS", " Dev.example ,tunnel.example")]].concat();
    let guard = read(local(), &listed).0.loopback_guard;
    let allowed_hosts = vec!["dev.example".to_owned(), "tunnel.example".to_owned()];
    assert_eq!(guard, Some(LoopbackGuard { allowed_hosts }));
    for host in ["a.example:80", "https://a.example", "*.example", "[::1]"] {
        let expected = format!("ALLOWED_HOSTS: expected host names without port, got {host:?}");
        assert_eq!(faults(local(), &[("ALLOWED_HOSTS", host)]), [expected]);
    }
}

#[test]
fn only_open_loopback_with_real_project_is_guarded() {
    let id = ("APP_ID", "0123456789abcdef0123456789abcdef");
    let keys = ("API_KEYS", "backend:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
    let guarded = |platform, variables: &[(&str, &str)]| read(platform, variables).0.loopback_guard.is_some();
    assert!(guarded(local(), &[id, HOSTED[1], HOSTED[2]]));
    assert!(!guarded(local(), &[]), "the public test project");
    assert!(!guarded(local(), &[id, HOSTED[1], ("AUTH", "api-key"), keys]));
    assert!(!guarded(listening("0.0.0.0:80"), &[id, HOSTED[1], HOSTED[2]]));
    assert!(!guarded(Platform::Lambda, &[id, HOSTED[1], HOSTED[2]]));
}

#[test]
fn credentials_need_list_of_origins() {
    assert_eq!(
        fault("CORS_ALLOW_CREDENTIALS", "true"),
        "CORS_ALLOW_CREDENTIALS: expected a list of origins in CORS_ALLOW_ORIGIN, got *"
    );
    let list = ("CORS_ALLOW_ORIGIN", "https://a.example");
    let variables = [HOSTED.as_slice(), &[list, ("CORS_ALLOW_CREDENTIALS", "true")]].concat();
    assert!(read(Platform::Workers, &variables).0.allow_credentials);
    assert!(!with("CORS_ALLOW_CREDENTIALS", "false").allow_credentials);
}

#[test]
fn cors_allow_origin_parses_or_is_rejected() {
    let origins = |list: &str| with("CORS_ALLOW_ORIGIN", list).allow_origin;
    let list = |origins: &[&str]| AllowOrigin::List(origins.iter().map(|&origin| origin.into()).collect());
    assert_eq!(origins("*"), AllowOrigin::Any);
    assert_eq!(origins("https://a.example"), list(&["https://a.example"]));
    assert_eq!(
        origins("https://a.example, http://localhost:5173,capacitor://localhost"),
        list(&["https://a.example", "http://localhost:5173", "capacitor://localhost"])
    );
    for origin in
        ["a.example", "https://a.example/", "https://a.example/app", "https://*.example", "https://", "null"]
    {
        assert_eq!(
            fault("CORS_ALLOW_ORIGIN", origin),
            format!("CORS_ALLOW_ORIGIN: expected * or origins like https://example.com, got {origin:?}")
        );
    }
    assert_eq!(
        fault("CORS_ALLOW_ORIGIN", "https://a.example,*"),
        "CORS_ALLOW_ORIGIN: expected * or origins like https://example.com, got \"*\""
    );
}

#[test]
fn host_and_port_parse_or_are_rejected() {
    let listen = |variables: &[(&str, &str)]| {
        let sources = [Source { name: "environment", lookup: &lookup(variables) }];
        listen_address(environment(local(), &sources))
    };
    assert_eq!(listen(&[]), Ok("127.0.0.1:8080".parse().unwrap()));
    assert_eq!(listen(&[("HOST", "::"), ("PORT", "0")]), Ok("[::]:0".parse().unwrap()));
    assert_eq!(listen(&[("HOST", "localhost")]), Ok("127.0.0.1:8080".parse().unwrap()));
    let wrong = [("HOST", "example.com"), ("PORT", "65536")];
    let expected = [
        "HOST: expected an IP address or localhost, got \"example.com\"",
        "PORT: expected a port from 0 to 65535, got \"65536\"",
    ];
    assert_eq!(listen(&wrong).unwrap_err().to_string(), expected.join("; "));
    assert_eq!(faults(local(), &wrong), expected);
    assert_eq!(read(local(), &[("PORT", "1")]).0.listen, Some("127.0.0.1:1".parse().unwrap()));
}

#[test]
fn metrics_need_port_of_their_own() {
    let listener = |variables: &[(&str, &str)]| read(local(), variables).0.metrics;
    assert_eq!(listener(&[("METRICS_HOST", "0.0.0.0")]), None);
    let address =
        |variables: &[(&str, &str)]| listener(variables).map(|listener| listener.address.to_string());
    assert_eq!(address(&[("METRICS_PORT", "9464")]).unwrap(), "127.0.0.1:9464");
    assert_eq!(address(&[("METRICS_PORT", "0"), ("METRICS_HOST", "::")]).unwrap(), "[::]:0");
    let allowed = listener(&[("METRICS_PORT", "9464"), ("ALLOWED_HOSTS", "a.example")]).unwrap();
    assert_eq!(allowed.guard, LoopbackGuard { allowed_hosts: vec!["a.example".to_owned()] });
    let same = [("PORT", "9464"), ("METRICS_PORT", "9464")];
    assert_eq!(faults(local(), &same), ["METRICS_PORT: expected another port than PORT, got 9464"]);
    let wrong = [("METRICS_PORT", "65536"), ("METRICS_HOST", "metrics.example")];
    let expected = [
        r#"METRICS_HOST: expected an IP address or localhost, got "metrics.example""#,
        r#"METRICS_PORT: expected a port from 0 to 65535, got "65536""#,
    ];
    assert_eq!(faults(local(), &wrong), expected);
}
