//! Why Agora refuses a token: what any token holds, until when, and what is wrong with it.
//!
//! Everything happens offline. What only Agora knows, such as a deleted certificate, a banned user
//! or whether co-host authentication is enabled, is not considered.
//!
//! ```
//! use agora_token_server::inspect::{Client, Inspection};
//! use agora_token_server::time::UnixTime;
//! use agora_token_server::token::Project;
//!
//! let now = UnixTime::from_secs(1_700_000_000);
//! let inspection = Inspection::new("undefined", &Project::public_test(), now, Client::default());
//! assert!(!inspection.usable());
//! assert_eq!(inspection.findings[0].kind.explain().code, "placeholder");
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
mod text;
mod view;

pub use client::{Client, UnknownUse, Use};
pub use explain::Explanation;
pub use finding::{Finding, FindingKind, OddUid, Severity};
pub use inspection::{
    EndedBy, InspectedPrivilege, InspectedService, Inspection, Signature, Unchecked, Wildcard,
};
pub use legacy::Version;
#[cfg(feature = "native")]
pub(crate) use phrase::{Quoted, Span};
pub use repair::Repair;
pub use text::{FoundToken, token_hash, tokens_in};
