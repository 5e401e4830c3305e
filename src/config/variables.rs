//! The table of variables: the only way to read one.

use DefaultValue::{Unset, Value};

/// A variable of the configuration.
#[derive(Clone, Copy, Debug)]
pub struct Variable {
    /// The name.
    pub name: &'static str,
    /// What applies if it is unset.
    pub default: DefaultValue,
    /// Where it has a meaning.
    pub platforms: &'static [Platform],
    /// Whether its value must never be shown.
    pub secret: bool,
    /// What it does, in Markdown.
    pub doc: &'static str,
}

/// What applies if a variable is unset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DefaultValue {
    /// This value, as it would be set.
    Value(&'static str),
    /// Something that has no value; in words, or nothing.
    Unset(&'static str),
}

/// A platform that the handler runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Platform {
    /// A machine: the local server, the container, the command line.
    Local,
    /// AWS Lambda.
    Lambda,
    /// Cloudflare Workers.
    Workers,
}

impl Platform {
    /// Every platform.
    pub const ALL: [Self; 3] = [Self::Local, Self::Lambda, Self::Workers];
}

const ALL: &[Platform] = &Platform::ALL;
const LOCAL: &[Platform] = &[Platform::Local];
const LAMBDA: &[Platform] = &[Platform::Lambda];

/// Every variable that an operator sets, in the order of the documentation.
pub const VARIABLES: &[Variable] = &[
    Variable {
        name: "APP_ID",
        default: Unset("local server on a loopback address: Agora's public test project"),
        platforms: ALL,
        secret: false,
        doc: "the project's App ID: 32 hexadecimal digits, from the Agora Console",
    },
    Variable {
        name: "APP_CERTIFICATE",
        default: Unset("as `APP_ID`"),
        platforms: ALL,
        secret: true,
        doc: "the project's App Certificate: 32 hexadecimal digits. On Workers a secret or a Secrets Store binding",
    },
    Variable {
        name: "APP_CERTIFICATE_FILE",
        default: Unset(""),
        platforms: LOCAL,
        secret: false,
        doc: "a file that holds the certificate, instead of `APP_CERTIFICATE`",
    },
    Variable {
        name: "APP_CERTIFICATE_SECRET",
        default: Unset(""),
        platforms: LAMBDA,
        secret: false,
        doc: "the secret that holds the certificate: in Secrets Manager by name or ARN, in Parameter Store as `ssm:/path`",
    },
    Variable {
        name: "APP_CERTIFICATE_SECONDARY",
        default: Unset(""),
        platforms: ALL,
        secret: true,
        doc: "the project's other certificate during a rotation: verifies tokens, never signs them",
    },
    Variable {
        name: "AUTH",
        default: Unset("no tokens (503); local server on a loopback address: `none`"),
        platforms: ALL,
        secret: false,
        doc: "how callers authenticate: `api-key`, `jwt`, `api-key,jwt` or `none`",
    },
    Variable {
        name: "API_KEYS",
        default: Unset(""),
        platforms: ALL,
        secret: false,
        doc: "`name:sha256-hex` of each API key, comma-separated; sent as `Authorization: Bearer` or `X-API-Key`",
    },
    Variable {
        name: "JWT_ISSUER",
        default: Unset(""),
        platforms: ALL,
        secret: false,
        doc: "the `iss` that a JWT must have; required with `jwt`",
    },
    Variable {
        name: "JWT_AUDIENCE",
        default: Unset(""),
        platforms: ALL,
        secret: false,
        doc: "the `aud` that a JWT must have; required with `jwt`",
    },
    Variable {
        name: "JWT_JWKS_URL",
        default: Unset(""),
        platforms: ALL,
        secret: false,
        doc: "the URL of the issuer's key set: https, or http on a loopback address",
    },
    Variable {
        name: "JWT_PUBLIC_KEY",
        default: Unset(""),
        platforms: ALL,
        secret: false,
        doc: "the issuer's public key, PEM, instead of a key set",
    },
    Variable {
        name: "JWT_SECRET",
        default: Unset(""),
        platforms: ALL,
        secret: true,
        doc: "the secret of JWTs signed with HS256, at least 32 bytes, instead of a key set",
    },
    Variable {
        name: "JWT_HEADER",
        default: Value("Authorization"),
        platforms: ALL,
        secret: false,
        doc: "the header that holds the JWT, for proxies with a header of their own",
    },
    Variable {
        name: "JWT_UID_CLAIM",
        default: Value("sub"),
        platforms: ALL,
        secret: false,
        doc: "the claim that every identity in a request must equal; `none` leaves identities free",
    },
    Variable {
        name: "JWT_GRANTS_CLAIM",
        default: Value("agora"),
        platforms: ALL,
        secret: false,
        doc: "the claim that restricts what the caller may request",
    },
    Variable {
        name: "ALLOWED_CHANNELS",
        default: Unset("any"),
        platforms: ALL,
        secret: false,
        doc: "channels or patterns, comma-separated: `room-*`, `user-{sub}-*`. Types without a channel must then be named in `ALLOWED_TOKEN_TYPES`",
    },
    Variable {
        name: "ALLOWED_TOKEN_TYPES",
        default: Unset("`rtc,rtm,chat-user`; with `ALLOWED_CHANNELS`, `rtc`"),
        platforms: ALL,
        secret: false,
        doc: "the token types that may be issued; a token needs each type that it carries",
    },
    Variable {
        name: "MAX_EXPIRE_TIME",
        default: Value("86400"),
        platforms: ALL,
        secret: false,
        doc: "the longest lifetime in seconds; a longer one is rejected",
    },
    Variable {
        name: "DEFAULT_EXPIRE_TIME",
        default: Value("3600"),
        platforms: ALL,
        secret: false,
        doc: "the lifetime in seconds of drop-in requests that name none",
    },
    Variable {
        name: "EXPIRE_WITH_JWT",
        default: Value("false"),
        platforms: ALL,
        secret: false,
        doc: "whether a token must expire with the JWT at the latest",
    },
    Variable {
        name: "ALLOW_WILDCARD_UID",
        default: Unset("`true` with `AUTH=none`, else `false`"),
        platforms: ALL,
        secret: false,
        doc: "whether to issue tokens for uid 0 and for accounts with `*`",
    },
    Variable {
        name: "ALLOW_WILDCARD_CHANNEL",
        default: Value("false"),
        platforms: ALL,
        secret: false,
        doc: "whether to issue tokens for an empty channel and for channels with `*`",
    },
    Variable {
        name: "ALLOW_006",
        default: Unset("`true` with `AUTH=none` and no `ALLOWED_CHANNELS`, else `false`"),
        platforms: ALL,
        secret: false,
        doc: "whether to issue 006 tokens, whose holder can rewrite them for another channel and uid",
    },
    Variable {
        name: "RATE_LIMIT",
        default: Unset("off"),
        platforms: LOCAL,
        secret: false,
        doc: "requests per minute and caller. Workers: a binding named `RATE_LIMITER`; Lambda: API Gateway's throttle",
    },
    Variable {
        name: "TRUSTED_PROXIES",
        default: Value("0"),
        platforms: LOCAL,
        secret: false,
        doc: "the number of proxies whose `X-Forwarded-For` entries are trusted",
    },
    Variable {
        name: "HOST",
        default: Value("127.0.0.1"),
        platforms: LOCAL,
        secret: false,
        doc: "the address to listen on. Off loopback, `AUTH` is required and the test project is refused",
    },
    Variable {
        name: "PORT",
        default: Value("8080"),
        platforms: LOCAL,
        secret: false,
        doc: "the port to listen on",
    },
    Variable {
        name: "CORS_ALLOW_ORIGIN",
        default: Value("*"),
        platforms: ALL,
        secret: false,
        doc: "the origins that may read responses: `*` or a comma-separated list",
    },
    Variable {
        name: "TOKEN_VERSION",
        default: Value("007"),
        platforms: ALL,
        secret: false,
        doc: "the format of drop-in tokens for RTC or RTM alone: `007` or `006`",
    },
];

/// The variables that a platform sets, and no operator.
const OF_THE_PLATFORM: &[Variable] = &[
    Variable {
        name: "AWS_SESSION_TOKEN",
        default: Unset(""),
        platforms: LAMBDA,
        secret: true,
        doc: "the credential that the Parameters and Secrets extension expects",
    },
    Variable {
        name: "PARAMETERS_SECRETS_EXTENSION_HTTP_PORT",
        default: Value("2773"),
        platforms: LAMBDA,
        secret: false,
        doc: "the port of the Parameters and Secrets extension",
    },
];

/// The variable of this name. In a constant, as [`var!`](super::var) has it, a name that the table
/// lacks does not compile.
pub(super) const fn named(name: &str) -> &'static Variable {
    match (find(VARIABLES, name), find(OF_THE_PLATFORM, name)) {
        (Some(variable), _) | (None, Some(variable)) => variable,
        (None, None) => panic!("the table of variables lacks this name"),
    }
}

const fn find(table: &'static [Variable], name: &str) -> Option<&'static Variable> {
    let mut index = 0;
    while index < table.len() {
        if is_same(table[index].name.as_bytes(), name.as_bytes()) {
            return Some(&table[index]);
        }
        index += 1;
    }
    None
}

const fn is_same(one: &[u8], other: &[u8]) -> bool {
    let mut index = 0;
    while index < one.len() && index < other.len() && one[index] == other[index] {
        index += 1;
    }
    index == one.len() && index == other.len()
}
