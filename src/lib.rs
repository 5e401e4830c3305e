//! Agora tokens for real-time products, and a server that issues them.
//!
//! The library builds, parses, verifies and explains tokens of the formats 007 and 006:
//!
//! ```
//! use agora_token_server::inspect::{Client, Inspection, Verdict};
//! use agora_token_server::time::{Ttl, UnixTime};
//! use agora_token_server::token::{AccessToken2, Project, RtcPrivileges, Service, UnverifiedAccessToken2};
//!
//! // Agora's public test project. Parse your own App ID and App Certificate instead.
//! let project = Project::public_test();
//! let (now, salt, ttl) = (UnixTime::from_secs(1_700_000_000), 12_345, Ttl::HOUR);
//!
//! // A token with which uid 42 can join room-1 and publish there for one hour.
//! let service = Service::rtc(&"room-1".parse()?, &42.into(), RtcPrivileges::publisher(ttl.into()));
//! let text = AccessToken2::new(project.app_id(), now, ttl, salt, service).build(project.certificate());
//!
//! let unverified: UnverifiedAccessToken2 = text.parse()?;
//! let token = unverified.verify(project.certificate())?;
//! assert_eq!(token.expires_at(), now.plus(3600));
//!
//! // The token opens room-1, and not room-2.
//! let client = |channel| Client::new(Some(channel), Some("42"));
//! assert_eq!(Inspection::new(&text, &project, now, client("room-1"))?.verdict(), Verdict::Usable);
//! assert_eq!(Inspection::new(&text, &project, now, client("room-2"))?.verdict(), Verdict::Refused);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! - [`token`]: both formats, with each official builder in one line of Rust
//! - [`time`]: absolute times and lifetimes
//! - [`inspect`]: what a token holds, and why Agora would reject it
//!
//! These three modules are the stable API. They read no clock, no environment and no random source,
//! and build without any feature, for `wasm32-unknown-unknown` too. All other modules belong to the
//! server and can change with any version. The guides to the server are pages of `guide`.
//!
//! | feature | adds |
//! |---|---|
//! | `api` | the HTTP handler without a platform |
//! | `native` (default) | the local server and the command line |
//! | `lambda` | the handler on AWS Lambda |
//! | `worker` | the handler on Cloudflare Workers |

#[cfg(all(doc, not(doctest)))]
pub mod guide;
pub mod inspect;
pub mod time;
pub mod token;

#[cfg(feature = "api")]
#[doc(hidden)]
pub mod api;
#[cfg(feature = "api")]
#[doc(hidden)]
pub mod auth;
#[cfg(feature = "native")]
#[doc(hidden)]
pub mod cli;
#[cfg(feature = "api")]
#[doc(hidden)]
pub mod config;
#[cfg(feature = "api")]
#[doc(hidden)]
pub mod fetch;
#[cfg(feature = "api")]
#[doc(hidden)]
pub mod grant;
#[cfg(feature = "api")]
#[doc(hidden)]
pub mod json;
#[cfg(feature = "api")]
#[doc(hidden)]
pub mod policy;
#[cfg(feature = "api")]
#[doc(hidden)]
pub mod request;
#[cfg(feature = "api")]
#[doc(hidden)]
pub mod variables;

#[doc(hidden)]
pub mod adapter;
#[cfg(feature = "process")]
pub use adapter::verify::is_valid as is_valid_signature;

/// Compiles and runs the Rust of the README.
#[cfg(all(doctest, feature = "api"))]
#[doc = include_str!("../README.md")]
struct Readme;
