//! Why Agora refuses a token: what any token holds, until when, and its faults.
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
mod read;
mod repair;
mod rules;
mod sdk_error;
mod service;
mod signature;
mod text;
mod verdict;
mod view;

pub use client::{Client, UnknownUse, Use};
pub use explain::Explanation;
pub use finding::{Finding, FindingKind, RtmSlot};
pub use inspection::Inspection;
pub use legacy::Version;
pub use names::OddUid;
#[cfg(feature = "native")]
pub(crate) use phrase::{Quoted, Span};
pub use read::SeveralTokens;
pub use repair::Repair;
pub use sdk_error::SdkError;
pub use service::{EndedBy, InspectedPrivilege, InspectedService, Wildcard};
pub use signature::{Signature, Unchecked};
pub use text::{FoundToken, token_hash, tokens_in};
pub use verdict::{Severity, Verdict};
