//! A token of anybody's making, explained: what is in it, until when, and why a client would be
//! refused with it.
//!
//! Everything happens offline. What only Agora knows, such as a deleted certificate, a banned user
//! or whether co-host authentication is switched on, is not looked at.
//!
//! ```
//! use agora_token_server::time::UnixTime;
//! use agora_token_server::token::Project;
//! use agora_token_server::inspect::{Claimed, Inspection};
//!
//! let now = UnixTime::from_secs(1_700_000_000);
//! let inspection = Inspection::of("undefined", &Project::public_test(), now, Claimed::default());
//! assert!(!inspection.usable());
//! assert_eq!(inspection.problems[0].fact.code(), "placeholder");
//! ```

mod accident;
mod fact;
mod judge;
mod legacy;
mod names;
mod phrase;
mod v006;
mod v007;
mod words;

use crate::time::UnixTime;
use crate::token::{
    AccessToken, AccessToken2, AppId, Field, Payload, Project, UnverifiedAccessToken, UnverifiedAccessToken2,
};

pub use accident::Accident;
pub use fact::{Fact, OddUid};
pub use legacy::Version;
#[cfg(feature = "native")]
pub(crate) use phrase::{Quoted, Span};

/// What a client joins with, as far as it is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Claimed<'a> {
    /// The RTC channel. Where it is given, the token is judged by whether it opens that channel.
    pub channel: Option<&'a str>,
    /// The uid or user account; `0` and the empty text are uid 0. Without a channel it is the
    /// user id of RTM and Chat as well.
    pub uid: Option<&'a str>,
}

/// What a token says, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspection {
    /// The time that it was judged at.
    pub now: UnixTime,
    /// Its version; `None` where it is no token.
    pub version: Option<Version>,
    /// The project that it says it is for.
    pub app_id: Option<AppId>,
    /// Whether that is the project it was inspected for.
    pub our_app_id: bool,
    /// When it was issued. 006 does not hold that.
    pub issued_at: Option<UnixTime>,
    /// When it ends: at its own end, or 24 hours after its issue, where Agora ends every token.
    pub expires_at: Option<UnixTime>,
    /// Whose signature it has.
    pub signature: Signature,
    /// Its services, at most [`Self::MOST_SHOWN`]. What an 006 token is for is shown as one.
    pub services: Vec<InspectedService>,
    /// How many services follow those that are known, from the first unknown one on.
    pub unknown_services: u16,
    /// What stands for more than one channel or user.
    pub wildcards: Vec<Wildcard>,
    /// What is wrong, the errors first.
    pub problems: Vec<Problem>,
}

/// Whose signature a token has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signature {
    /// The project's certificate's.
    Primary,
    /// The project's secondary certificate's.
    Secondary,
    /// Neither's.
    Invalid,
    /// Nobody can say.
    Unchecked(Unchecked),
}

/// Why a signature could not be checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unchecked {
    /// There is no token to check.
    NoToken,
    /// It is of a version before 006.
    OldVersion,
    /// It is another project's, whose certificate is not known here.
    OtherProject,
    /// 006 is signed together with its channel and uid (RTM: its user), and these were not given.
    NeedsNames,
    /// 006, and its checksums say that it is for another channel or uid than were given.
    OtherNames,
}

/// A service of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InspectedService {
    /// Agora's number; 006 has none.
    pub number: Option<u16>,
    /// Its short name: `rtc`, `rtm`, …
    pub name: &'static str,
    /// What it applies to; 006 holds only checksums of that.
    pub payload: Option<Payload>,
    /// Its privileges, at most [`Inspection::MOST_SHOWN`].
    pub privileges: Vec<InspectedPrivilege>,
}

/// A privilege of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InspectedPrivilege {
    /// Agora's number.
    pub number: u16,
    /// Its name, where it has one.
    pub name: Option<&'static str>,
    /// When it ends, the token's own end considered.
    pub ends_at: UnixTime,
    /// What ends it.
    pub ended_by: EndedBy,
}

/// What ends a privilege.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndedBy {
    /// Its own end, no later than the token's.
    Itself,
    /// The token: the privilege has a 0, which is no end of its own.
    Token,
    /// The token, although the privilege would last longer.
    TokenEarlier,
}

/// A name in a token that stands for more than one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wildcard {
    /// The service's short name.
    pub service: &'static str,
    /// Which of its texts.
    pub field: Field,
    /// What stands there; empty is "any".
    pub pattern: String,
}

/// Something that is wrong, or may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// How bad it is.
    pub severity: Severity,
    /// What it is.
    pub fact: Fact,
}

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The client is refused.
    Error,
    /// It works, but perhaps not as it was meant.
    Warning,
}

impl Severity {
    /// `error` or `warning`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

impl Inspection {
    /// How many services, and privileges of each, are looked at. No token needs as many; a hostile
    /// one of 200 bytes can hold 16,000.
    pub const MOST_SHOWN: usize = 64;

    /// Explains `token` as of `now`, judged for a client that joins with `claimed`.
    #[must_use]
    pub fn of(token: &str, project: &Project, now: UnixTime, claimed: Claimed<'_>) -> Self {
        let mut inspection = Self::empty(now);
        match accident::read(token, project) {
            Ok(found) => {
                for accident in found.accidents {
                    inspection.error(Fact::Accident(accident));
                }
                inspection.app_id = found.token.app_id();
                inspection.our_app_id = inspection.app_id == Some(project.app_id);
                inspection.version = Some(found.token.version());
                match found.token {
                    Token::V007(token) => inspection.explain_007(&token, project, claimed),
                    Token::V006(token) => inspection.explain_006(&token, project, claimed),
                    Token::Legacy(token) => {
                        inspection.signature = Signature::Unchecked(Unchecked::OldVersion);
                        inspection.error(Fact::OldVersion(token.version));
                    }
                }
            }
            Err(fact) => inspection.error(fact),
        }
        inspection.problems.sort_by_key(|problem| problem.severity);
        inspection
    }

    /// Whether a client can use it: nothing that was found is an error.
    #[must_use]
    pub fn usable(&self) -> bool {
        self.problems.iter().all(|problem| problem.severity != Severity::Error)
    }

    /// Seconds until it ends, negative where it has ended.
    #[must_use]
    pub fn seconds_left(&self) -> Option<i64> {
        Some(self.now.until(self.expires_at?))
    }

    fn empty(now: UnixTime) -> Self {
        Self {
            now,
            version: None,
            app_id: None,
            our_app_id: false,
            issued_at: None,
            expires_at: None,
            signature: Signature::Unchecked(Unchecked::NoToken),
            services: Vec::new(),
            unknown_services: 0,
            wildcards: Vec::new(),
            problems: Vec::new(),
        }
    }

    fn error(&mut self, fact: Fact) {
        self.problems.push(Problem { severity: Severity::Error, fact });
    }

    fn warning(&mut self, fact: Fact) {
        self.problems.push(Problem { severity: Severity::Warning, fact });
    }
}

/// A text that is a token, whatever it holds.
enum Token {
    V007(UnverifiedAccessToken2),
    V006(UnverifiedAccessToken),
    Legacy(legacy::Legacy),
}

impl Token {
    fn version(&self) -> Version {
        match self {
            Self::V007(_) => Version::V007,
            Self::V006(_) => Version::V006,
            Self::Legacy(token) => token.version,
        }
    }

    fn app_id(&self) -> Option<AppId> {
        match self {
            Self::V007(token) => Some(token.token().app_id()),
            Self::V006(token) => Some(token.app_id()),
            Self::Legacy(token) => token.app_id,
        }
    }

    fn parse(text: &str) -> Result<Self, crate::token::ParseError> {
        if let Some(legacy) = legacy::recognise(text) {
            return Ok(Self::Legacy(legacy));
        }
        if text.starts_with("006") {
            return AccessToken::parse(text).map(Self::V006);
        }
        AccessToken2::parse(text).map(Self::V007)
    }
}
