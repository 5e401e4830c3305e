//! Enums whose members are listed once, each with its name.

use std::fmt;

/// Defines an enum with `ALL`, `name` and `Display`. A line `FromStr: Error` behind the members adds
/// `FromStr`, with the unit struct `Error` for any other text.
macro_rules! closed_set {
    (
        $(#[$attribute:meta])*
        $visibility:vis enum $Set:ident { $($(#[$doc:meta])* $Member:ident = $name:literal,)+ }
        $(FromStr: $Error:ident)?
    ) => {
        $(#[$attribute])*
        $visibility enum $Set {
            $($(#[$doc])* $Member,)+
        }

        impl $Set {
            /// Every member, in the order of their definition.
            pub const ALL: [Self; [$($name),+].len()] = [$(Self::$Member),+];

            /// The name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$Member => $name,)+
                }
            }
        }

        impl std::fmt::Display for $Set {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.name())
            }
        }

        $(impl std::str::FromStr for $Set {
            type Err = $Error;

            fn from_str(name: &str) -> Result<Self, $Error> {
                Self::ALL.into_iter().find(|member| member.name() == name).ok_or($Error)
            }
        })?
    };
}

pub(crate) use closed_set;

/// A text that is not the name of a member of a closed set.
///
/// ```
/// use agora_token_server::token::{Access, Resource, UnknownName};
///
/// assert_eq!("write".parse(), Ok(Access::Write));
/// assert_eq!("streams".parse::<Resource>(), Err(UnknownName));
/// assert_eq!(Access::ALL.map(Access::name), ["read", "write"]);
/// assert_eq!((Resource::ALL.len(), Resource::Users.name()), (5, "users"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownName;

impl fmt::Display for UnknownName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown name")
    }
}

impl std::error::Error for UnknownName {}
