#![doc = include_str!("token/builders.md")]

mod access_token;
mod access_token2;
mod closed_set;
mod deflate;
mod error;
mod hand_built;
mod inflate;
mod name;
mod pack;
mod payload;
mod permissions;
mod privilege;
mod project;
mod service;
mod text;
mod uid;

pub use access_token::{AccessToken, UnverifiedAccessToken};
pub use access_token2::{AccessToken2, UnverifiedAccessToken2};
pub use closed_set::UnknownName;
pub(crate) use closed_set::closed_set;
pub use error::{InvalidSignature, NameError, ParseError};
#[cfg(feature = "api")]
pub(crate) use name::is_agora_character;
pub(crate) use name::is_wildcard;
pub use name::{Account, ChannelName, UserId};
pub use payload::{Field, Payload};
pub use permissions::{Access, Permissions, Resource, TooManyPermissions};
pub use privilege::{PrivilegeTtl, RtcPrivileges};
pub use project::{AppCertificate, AppId, NotHex32, Project};
pub use service::Service;
pub use text::Text;
pub use uid::Uid;
pub(crate) use uid::canonical_u32;
