//! Why Agora refuses a token: what any token holds, until when, and what is wrong with it.
//!
//! Everything happens offline. What only Agora knows, such as a deleted certificate, a banned user
//! or whether co-host authentication is enabled, is not considered.
//!
//! ```
//! use agora_token_server::inspect::{Client, Inspection, Verdict};
//! use agora_token_server::time::UnixTime;
//! use agora_token_server::token::Project;
//!
//! let now = UnixTime::from_secs(1_700_000_000);
//! let inspection = Inspection::new("undefined", &Project::public_test(), now, Client::default())?;
//! assert_eq!(inspection.verdict(), Verdict::Refused);
//! assert_eq!(inspection.findings[0].code(), "placeholder");
//! # Ok::<(), agora_token_server::inspect::SeveralTokens>(())
//! ```

mod client;
mod explain;
mod finding;
mod inspection;
mod legacy;
mod names;
mod other;
mod phrase;
mod repair;
mod rules;
mod sdk_error;
mod text;
mod view;

pub use client::{Client, UnknownUse, Use};
pub use explain::Explanation;
pub use finding::{Finding, FindingKind, OddUid, RtmSlot, Severity};
pub use inspection::{
    EndedBy, InspectedPrivilege, InspectedService, Inspection, Signature, Unchecked, Verdict, Wildcard,
};
pub use legacy::Version;
#[cfg(feature = "native")]
pub(crate) use phrase::{Quoted, Span};
pub use repair::{Repair, SeveralTokens};
pub use sdk_error::SdkError;
pub use text::{FoundToken, token_hash, tokens_in};
