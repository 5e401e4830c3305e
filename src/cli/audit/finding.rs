//! What an audit can report.

/// What is wrong with a token, or with the endpoint that issued it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Code {
    ExpireIsAMoment,
    PrivilegeExpireIsAMoment,
    InventedFormat,
    SignatureInvalid,
    Unsigned,
    TokenIsAppId,
    LegacyFormat,
    Deprecated006,
    WrongService,
    BuilderMissing,
    NoAuthentication,
    AnyChannel,
    ChannelAltered,
    ChannelByDefault,
    AppIdFromClient,
    UidFromClient,
    UidNotValidated,
    Uid0ForAll,
    Uid0ByDefault,
    UidTextZero,
    UidRandomSmall,
    PublisherForAll,
    PublisherByDefault,
    RoleGuessed,
    LifetimeUnbounded,
    EmptyTokenOnError,
    ErrorWith200,
    StackInError,
    CertificateReadable,
    CacheableAnswer,
    CorsCredentials,
    RedirectToOtherOrigin,
    /// A problem that `inspect` reports and that has no code of its own here.
    Inspect(&'static str),
}

impl Code {
    /// The stable code.
    pub(super) fn name(self) -> &'static str {
        self.entry().0
    }

    /// What is wrong.
    pub(super) fn what(self) -> &'static str {
        self.entry().1
    }

    /// What to do about it.
    pub(super) fn fix(self) -> &'static str {
        self.entry().2
    }

    #[expect(clippy::too_many_lines, reason = "a row for each code; in parts it would not be exhaustive")]
    fn entry(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::ExpireIsAMoment => (
                "expire-is-a-moment",
                "the lifetime of the 007 token is a Unix timestamp, some 57 years; Agora ends the token after 24 hours",
                "pass the builder seconds from now, such as 3600, not now + 3600",
            ),
            Self::PrivilegeExpireIsAMoment => (
                "privilege-expire-is-a-moment",
                "the lifetime of the privileges is a Unix timestamp; only the expiry of the token limits them",
                "pass the builder seconds from now for the privileges as well",
            ),
            Self::InventedFormat => (
                "invented-format",
                "the text has no format that Agora accepts: it was not made by an Agora library",
                "build tokens with an official library",
            ),
            Self::SignatureInvalid => (
                "signature-invalid",
                "the token names this project, but neither of its certificates signed it",
                "check APP_CERTIFICATE on the server; build tokens with an official library",
            ),
            Self::Unsigned => (
                "unsigned",
                "the text holds no signature: it is readable text in base64",
                "build tokens with an official library",
            ),
            Self::TokenIsAppId => (
                "token-is-app-id",
                "the answer has the App ID in place of a token",
                "build a token from App ID and App Certificate, on the server",
            ),
            Self::LegacyFormat => (
                "legacy-format",
                "the token has the format of a retired SDK",
                "build a 007 token with a current library",
            ),
            Self::Deprecated006 => (
                "deprecated-006",
                "the token is a 006 token; its holder can rewrite it for another channel and uid",
                "build a 007 token (RtcTokenBuilder2) unless clients run SDKs older than 4.0",
            ),
            Self::WrongService => (
                "wrong-service",
                "the token has no service for what the client does with it",
                "build the token with the service that the client uses",
            ),
            Self::BuilderMissing => (
                "builder-missing",
                "the endpoint fails with a server error for a request that its clients make",
                "read its log; often the token library lacks the called method, or its version does not exist",
            ),
            Self::NoAuthentication => (
                "no-authentication",
                "the endpoint issues a token without a credential",
                "authenticate callers before a token is built",
            ),
            Self::AnyChannel => (
                "any-channel",
                "the endpoint issues a token for any channel that a caller names",
                "check on the server that the caller may join the channel",
            ),
            Self::ChannelAltered => (
                "channel-altered",
                "the endpoint changes characters of the channel silently, so that client and token differ",
                "reject channels that Agora does not accept",
            ),
            Self::ChannelByDefault => (
                "channel-by-default",
                "a request without a channel gets a token for a fixed one",
                "reject requests without a channel",
            ),
            Self::AppIdFromClient => (
                "app-id-from-client",
                "the endpoint issues tokens for the App ID that the request names",
                "take the App ID from the server's configuration",
            ),
            Self::UidFromClient => (
                "uid-from-client",
                "a caller gets a token for any uid that it names",
                "derive the uid from the authenticated user",
            ),
            Self::UidNotValidated => (
                "uid-not-validated",
                "an invalid uid is signed, wrapped or turned into an account",
                "accept integers from 1 to 4294967295 and reject everything else",
            ),
            Self::Uid0ForAll => (
                "uid-0-for-everybody",
                "every token is for uid 0, so its holder can join as any user",
                "issue the token for the caller's own uid",
            ),
            Self::Uid0ByDefault => (
                "uid-0-by-default",
                "a request without a uid gets a token for uid 0, valid for any user",
                "require a uid, or derive it from the authenticated user",
            ),
            Self::UidTextZero => (
                "uid-text-zero",
                "the token is for the account \"0\", not for uid 0",
                "pass the uid as a number",
            ),
            Self::UidRandomSmall => (
                "uid-random-small",
                "uids are drawn from so few numbers that two users of a channel soon share one",
                "derive the uid from the user, or draw from 1 to 4294967295",
            ),
            Self::PublisherForAll => (
                "publisher-for-everybody",
                "a request for a subscriber gets a publisher's token",
                "grant publish privileges only to callers who may publish",
            ),
            Self::PublisherByDefault => (
                "publisher-by-default",
                "a request without a role gets a publisher's token",
                "require a role, or default to subscriber",
            ),
            Self::RoleGuessed => {
                ("role-guessed", "an unknown role is taken for a known one", "reject unknown roles")
            }
            Self::LifetimeUnbounded => (
                "lifetime-unbounded",
                "a caller gets any lifetime that it names",
                "limit lifetimes on the server, to 86400 seconds at most",
            ),
            Self::EmptyTokenOnError => (
                "empty-token-on-error",
                "an error answers 200 with an empty token, which clients pass on to the SDK",
                "answer errors with a 4xx or 5xx status and no token",
            ),
            Self::ErrorWith200 => (
                "error-with-200",
                "an error answers 200, which clients take for success",
                "answer errors with a 4xx or 5xx status",
            ),
            Self::StackInError => (
                "stack-in-error",
                "an error shows a stack trace",
                "log stack traces, and answer with a short text",
            ),
            Self::CertificateReadable => (
                "certificate-readable",
                "the answer holds the App Certificate",
                "remove it, then replace the certificate in the Agora Console: it has leaked",
            ),
            Self::CacheableAnswer => (
                "cacheable-answer",
                "the answer allows caches to keep the token",
                "send Cache-Control: private, no-store",
            ),
            Self::CorsCredentials => (
                "cors-any-origin",
                "pages of any origin may read the answer with the user's cookies",
                "list the origins of your web app in Access-Control-Allow-Origin",
            ),
            Self::RedirectToOtherOrigin => (
                "redirect-to-other-origin",
                "the endpoint redirects to another origin, which was not followed",
                "audit the final URL; clients may send their credential there",
            ),
            Self::Inspect(code) => (
                code,
                "a client is refused with this token",
                "run inspect with the token for the cause and the fix",
            ),
        }
    }
}

/// A finding with its evidence.
pub(super) struct Finding {
    pub(super) code: Code,
    pub(super) detail: Option<String>,
}

/// The findings of an audit, none twice.
#[derive(Default)]
pub(super) struct Findings(Vec<Finding>);

impl Findings {
    pub(super) fn add(&mut self, code: Code) {
        self.add_with(code, None);
    }

    pub(super) fn add_with(&mut self, code: Code, detail: Option<String>) {
        if !self.has(code) {
            self.0.push(Finding { code, detail });
        }
    }

    pub(super) fn has(&self, code: Code) -> bool {
        self.0.iter().any(|finding| finding.code == code)
    }

    pub(super) fn list(&self) -> &[Finding] {
        &self.0
    }
}
