#![doc = include_str!("inspect/reading.md")]

mod client;
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
pub use finding::{Explanation, Finding, FindingKind, RtmSlot};
pub use inspection::Inspection;
pub use legacy::Version;
pub use names::OddUid;
#[cfg(feature = "native")]
pub(crate) use phrase::{Quoted, Span};
pub use read::SeveralTokens;
pub use repair::Repair;
pub use sdk_error::SdkError;
pub use service::{Expiry, InspectedPrivilege, InspectedService, Wildcard};
pub use signature::{Signature, Unchecked};
pub use text::{FoundToken, token_hash, tokens_in};
pub use verdict::{Severity, Verdict};
