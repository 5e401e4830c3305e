//! Warnings about a valid configuration.

use std::fmt;

/// Warnings about a valid configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Notice {
    /// Tokens are signed for Agora's public test project.
    PublicTestProject,
    /// Every client that reaches the server gets tokens.
    NoAuthentication,
    /// A caller with a JWT may take any identity.
    FreeIdentities,
    /// JWT callers may have Chat tokens for their subjects, of which Chat ignores the case.
    ChatFoldsCase,
    /// JWTs are verified with a key set and with a secret.
    KeySetAndSecret,
    /// `ALLOW_006` is set to true.
    Allow006,
    /// A variable is read by the name that it had before.
    FormerName {
        /// That name.
        former: &'static str,
        /// Its name now.
        name: &'static str,
    },
    /// A variable of the local server is set on a platform that accepts the connections.
    NoEffect {
        /// Which.
        variable: &'static str,
    },
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PublicTestProject => f.write_str(
                "APP_ID and APP_CERTIFICATE are missing: tokens are signed for Agora's public test project; \
                 set your own project's for real clients",
            ),
            Self::NoAuthentication => {
                f.write_str("AUTH=none: every client that reaches this server gets any token")
            }
            Self::FreeIdentities => {
                f.write_str("JWT_UID_CLAIM or uidClaim is none: a caller with a JWT may take any identity")
            }
            Self::ChatFoldsCase => f.write_str(
                "Chat ignores the case of user IDs: the JWT of Alice gets a Chat token that also opens the account of \
                 alice; make sure that the subjects of an issuer never differ in case only, or list ALLOWED_TOKEN_TYPES \
                 without chat-user",
            ),
            Self::KeySetAndSecret => f.write_str(
                "JWT_JWKS_URL and JWT_SECRET are set: JWTs of both are accepted; remove JWT_SECRET after the migration",
            ),
            Self::Allow006 => f.write_str(
                "ALLOW_006=true: the holder of a 006 token can rewrite it for another channel and uid; issue 007 \
                 tokens to clients that accept them",
            ),
            Self::FormerName { former, name } => write!(f, "{former} is now {name}; rename it"),
            Self::NoEffect { variable } => {
                write!(f, "{variable} has no effect here: this platform listens by itself")
            }
        }
    }
}
