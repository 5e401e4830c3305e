//! The table of variables: the only way to read one.

use super::variable::DefaultValue::{Unset, Value};
use super::variable::{Platform, Variable};

/// A row states its differences from one of these.
const EVERYWHERE: Variable = Variable {
    name: "",
    aliases: &[],
    default: Unset(""),
    platforms: &Platform::ALL,
    secret: false,
    doc: "",
};
const LOCAL: Variable = Variable { platforms: &[Platform::Local], ..EVERYWHERE };
const LAMBDA: Variable = Variable { platforms: &[Platform::Lambda], ..EVERYWHERE };

/// Every variable that an operator sets, in the order of the documentation.
pub const VARIABLES: &[Variable] = &[
    Variable {
        name: "APP_ID",
        aliases: &["AGORA_APP_ID", "NEXT_PUBLIC_AGORA_APP_ID"],
        default: Unset("local server on a loopback address: Agora's public test project"),
        doc: "the project's App ID: 32 hexadecimal digits, from the Agora Console",
        ..EVERYWHERE
    },
    Variable {
        name: "APP_CERTIFICATE",
        aliases: &["AGORA_APP_CERTIFICATE", "NEXT_AGORA_APP_CERTIFICATE"],
        default: Unset("as `APP_ID`"),
        secret: true,
        doc: "the project's App Certificate: 32 hexadecimal digits. On Workers a secret or a Secrets Store binding",
        ..EVERYWHERE
    },
    Variable {
        name: "APP_CERTIFICATE_FILE",
        doc: "a file that holds the certificate, instead of `APP_CERTIFICATE`; read again on SIGHUP and every 60 seconds",
        ..LOCAL
    },
    Variable {
        name: "APP_CERTIFICATE_SECRET",
        doc: "the secret that holds the certificate: in Secrets Manager by name or ARN, in Parameter Store as `ssm:/path`",
        ..LAMBDA
    },
    Variable {
        name: "APP_CERTIFICATE_SECONDARY",
        secret: true,
        doc: "the project's other certificate during a rotation: verifies tokens, never signs them",
        ..EVERYWHERE
    },
    Variable {
        name: "AUTH",
        default: Unset(
            "no tokens (503); local server on a loopback address with the public test project: `none`",
        ),
        doc: "how callers authenticate: `api-key`, `jwt`, `api-key,jwt`, or `none` to issue tokens to every client",
        ..EVERYWHERE
    },
    Variable {
        name: "API_KEYS",
        doc: "`name:sha256-hex` of each API key, comma-separated; sent as `Authorization: Bearer` or `X-API-Key`",
        ..EVERYWHERE
    },
    Variable {
        name: "API_KEY_GRANTS",
        doc: "JSON object: limits for each API key, by its name in `API_KEYS`, with the members of the grants claim. Without an entry, only the configuration limits a key",
        ..EVERYWHERE
    },
    Variable { name: "JWT_ISSUER", doc: "the `iss` that a JWT must have; required with `jwt`", ..EVERYWHERE },
    Variable {
        name: "JWT_AUDIENCE",
        doc: "comma-separated; a JWT must have one of them as `aud`; required with `jwt`",
        ..EVERYWHERE
    },
    Variable {
        name: "JWT_AUDIENCE_CLAIM",
        default: Value("aud"),
        doc: "the claim that holds the audience: `client_id` for access tokens of Cognito, `azp` for session tokens of Clerk. An `aud` that is there must match as well",
        ..EVERYWHERE
    },
    Variable {
        name: "JWT_AUDIENCE_CLAIM_ONLY",
        default: Value("false"),
        doc: "whether `JWT_AUDIENCE_CLAIM` replaces `aud`, which may then be any",
        ..EVERYWHERE
    },
    Variable {
        name: "JWT_JWKS_URL",
        doc: "the URL of the issuer's key set: https, or http on a loopback address",
        ..EVERYWHERE
    },
    Variable {
        name: "JWT_PUBLIC_KEY",
        doc: "the issuer's public key, PEM, instead of a key set",
        ..EVERYWHERE
    },
    Variable {
        name: "JWT_SECRET",
        secret: true,
        doc: "the secret of JWTs signed with HS256 (at least 32 bytes), HS384 (48) or HS512 (64), instead of a key set; beside one during a migration",
        ..EVERYWHERE
    },
    Variable {
        name: "JWT_SECRET_PREVIOUS",
        secret: true,
        doc: "the secret before `JWT_SECRET`, during a rotation: verifies as well",
        ..EVERYWHERE
    },
    Variable {
        name: "JWT_ALGORITHM",
        default: Unset("RS256, ES256, ES384, EdDSA or HS256, by the key"),
        doc: "the algorithm of keys that name none: RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, EdDSA, HS256, HS384 (48 bytes), HS512 (64 bytes)",
        ..EVERYWHERE
    },
    Variable {
        name: "JWT_TYPE",
        default: Value("JWT,at+jwt"),
        doc: "the values of `typ` that a JWT may have, comma-separated, in any case and with or without `application/`; a JWT without `typ` is accepted",
        ..EVERYWHERE
    },
    Variable {
        name: "JWT_GRANTS_REQUIRED",
        default: Value("false"),
        doc: "`true` rejects a JWT without the grants claim",
        ..EVERYWHERE
    },
    Variable {
        name: "JWT_HEADER",
        default: Value("Authorization"),
        doc: "the header that holds the JWT, for proxies with a header of their own",
        ..EVERYWHERE
    },
    Variable {
        name: "JWT_UID_CLAIM",
        default: Value("sub"),
        doc: "the claim that every identity in a request must equal; `none` leaves identities free",
        ..EVERYWHERE
    },
    Variable {
        name: "JWT_GRANTS_CLAIM",
        default: Value("agora"),
        doc: "the claim that restricts what the caller may request",
        ..EVERYWHERE
    },
    Variable {
        name: "JWT_ISSUERS",
        secret: true,
        doc: "JSON list of up to 16 issuers, instead of the other `JWT_` variables: `issuer`, `audience`, `jwksUrl`, `publicKey` or `secret`, and `audienceClaim`, `secretPrevious`, `algorithm`, `uidClaim`, `grantsClaim`, `header`, `sharedUsers`",
        ..EVERYWHERE
    },
    Variable {
        name: "UID_KEY",
        secret: true,
        doc: "a secret of at least 32 bytes, with which each JWT user has a stable integer uid; a new key changes every uid",
        ..EVERYWHERE
    },
    Variable {
        name: "ALLOWED_CHANNELS",
        default: Unset("any"),
        doc: "channels or patterns, comma-separated: `room-*`, `user-{sub}-*`. Types without a channel must then be named in `ALLOWED_TOKEN_TYPES`",
        ..EVERYWHERE
    },
    Variable {
        name: "ALLOWED_TOKEN_TYPES",
        default: Unset("`rtc,rtm,chat-user`; with `ALLOWED_CHANNELS`, `rtc`"),
        doc: "the token types that may be issued; a token needs each type that it carries",
        ..EVERYWHERE
    },
    Variable {
        name: "MAX_EXPIRE_TIME",
        default: Value("86400"),
        doc: "the longest lifetime in seconds; a longer one is rejected",
        ..EVERYWHERE
    },
    Variable {
        name: "DEFAULT_EXPIRE_TIME",
        default: Value("3600"),
        doc: "the lifetime in seconds of drop-in requests that name none",
        ..EVERYWHERE
    },
    Variable {
        name: "EXPIRE_WITH_JWT",
        default: Value("false"),
        doc: "whether a token must expire with the JWT at the latest",
        ..EVERYWHERE
    },
    Variable {
        name: "ALLOW_WILDCARD_UID",
        default: Unset("`true` with `AUTH=none`, else `false`"),
        doc: "whether to issue tokens for uid 0 and for accounts with `*`",
        ..EVERYWHERE
    },
    Variable {
        name: "ALLOW_WILDCARD_CHANNEL",
        default: Value("false"),
        doc: "whether to issue tokens for an empty channel and for channels with `*`",
        ..EVERYWHERE
    },
    Variable {
        name: "ALLOW_006",
        default: Unset("`true` with `AUTH=none` and no `ALLOWED_CHANNELS`, else `false`"),
        doc: "whether to issue 006 tokens, whose holder can rewrite them for another channel and uid",
        ..EVERYWHERE
    },
    Variable {
        name: "RATE_LIMIT",
        default: Unset("off"),
        doc: "requests per minute and caller. Workers: a binding named `RATE_LIMITER`; Lambda: API Gateway's throttle",
        ..LOCAL
    },
    Variable {
        name: "TRUSTED_PROXIES",
        default: Value("0"),
        doc: "the number of proxies whose `X-Forwarded-For` entries are trusted",
        ..LOCAL
    },
    Variable {
        name: "MAX_CONNECTIONS",
        default: Unset("the lesser of 10000 and the soft descriptor limit − 32"),
        doc: "the number of connections; at the limit, the one longest without progress is closed",
        ..LOCAL
    },
    Variable {
        name: "HOST",
        default: Value("127.0.0.1"),
        doc: "the address to listen on. Off loopback, `AUTH` is required and the test project is refused",
        ..LOCAL
    },
    Variable { name: "PORT", default: Value("8080"), doc: "the port to listen on", ..LOCAL },
    Variable {
        name: "ALLOWED_HOSTS",
        doc: "host names without port, comma-separated, that a request may name while the server on a loopback \
              address issues a real project's tokens to every client; IP addresses and localhost always pass",
        ..LOCAL
    },
    Variable {
        name: "METRICS_PORT",
        default: Unset("off"),
        doc: "the port of `GET /metrics` in OpenMetrics format, another one than `PORT`",
        ..LOCAL
    },
    Variable {
        name: "METRICS_HOST",
        default: Value("127.0.0.1"),
        doc: "the address of `METRICS_PORT`. A request must name an IP address, localhost or a host of \
              `ALLOWED_HOSTS`",
        ..LOCAL
    },
    Variable {
        name: "CORS_ALLOW_ORIGIN",
        default: Value("*"),
        doc: "the origins that may read responses: `*` or a comma-separated list",
        ..EVERYWHERE
    },
    Variable {
        name: "CORS_ALLOW_CREDENTIALS",
        default: Value("false"),
        doc: "whether pages of the listed origins may send cookies and other credentials; needs a list",
        ..EVERYWHERE
    },
    Variable {
        name: "DROP_IN_TOKEN_VERSION",
        aliases: &["TOKEN_VERSION"],
        default: Value("007"),
        doc: "the format of drop-in tokens for RTC or RTM alone: `007` or `006`",
        ..EVERYWHERE
    },
];

/// The variables that a platform sets, and no operator.
const OF_THE_PLATFORM: &[Variable] = &[
    Variable {
        name: "AWS_SESSION_TOKEN",
        secret: true,
        doc: "the credential that the Parameters and Secrets extension expects",
        ..LAMBDA
    },
    Variable {
        name: "PARAMETERS_SECRETS_EXTENSION_HTTP_PORT",
        default: Value("2773"),
        doc: "the port of the Parameters and Secrets extension",
        ..LAMBDA
    },
];

/// The same rows without texts for readers. A server reads nothing else of the table, which keeps 8 KB of text out of
/// the Worker.
pub(crate) const ROWS: &[Variable; VARIABLES.len()] = &{
    let mut rows = [EVERYWHERE; VARIABLES.len()];
    let mut index = 0;
    while index < rows.len() {
        let row = VARIABLES[index];
        let default = match row.default {
            Value(value) => Value(value),
            Unset(_) => Unset(""),
        };
        rows[index] = Variable { default, doc: "", ..row };
        index += 1;
    }
    rows
};

/// The variable of this name. In a constant, as [`var!`](super::var) has it, a name that the table
/// lacks does not compile.
pub(crate) const fn named(name: &str) -> &'static Variable {
    match (find(ROWS, name), find(OF_THE_PLATFORM, name)) {
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
