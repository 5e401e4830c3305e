//! The read and write permissions of a Signaling user: the payload of service 8.

use std::fmt;

use super::closed_set::{UnknownName, closed_set};
use super::error::ParseError;
use super::pack::{self, Reader};
use super::text::Text;

closed_set! {
    /// A kind of Signaling resource, in Agora's order, named as in JSON.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    #[non_exhaustive]
    pub enum Resource {
        /// Message channels.
        MessageChannels = "messageChannels",
        /// Stream channels.
        StreamChannels = "streamChannels",
        /// Group channels.
        GroupChannels = "groupChannels",
        /// Server groups.
        ServerGroups = "serverGroups",
        /// Users.
        Users = "users",
    }

    FromStr: UnknownName
}

impl Resource {
    fn number(self) -> u16 {
        match self {
            Self::MessageChannels => 0,
            Self::StreamChannels => 1,
            Self::GroupChannels => 2,
            Self::ServerGroups => 3,
            Self::Users => 4,
        }
    }
}

closed_set! {
    /// A kind of access to a resource, in Agora's order, named as in JSON.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    #[non_exhaustive]
    pub enum Access {
        /// Receiving.
        Read = "read",
        /// Sending.
        Write = "write",
    }

    FromStr: UnknownName
}

impl Access {
    fn number(self) -> u16 {
        match self {
            Self::Read => 0,
            Self::Write => 1,
        }
    }
}

/// Names of resources by kind and access, in the order of the token.
///
/// ```
/// use agora_token_server::token::{Access, Permissions, Resource};
///
/// let lobby = ["lobby".parse()?];
/// let permissions = Permissions::new().allow(Resource::MessageChannels, Access::Read, &lobby)?;
/// assert_eq!(permissions.names_of(Resource::MessageChannels).collect::<Vec<_>>(), ["lobby"]);
/// assert_eq!(permissions.entries().next(), Some((0, 0, &lobby[..])));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Permissions(ByNumber<ByNumber<Vec<Text>>>);

/// Values by Agora's number of a resource or an access.
type ByNumber<T> = Vec<(u16, T)>;

impl Permissions {
    /// The highest number of bytes in a token. It keeps the token below the 64 KiB that the official
    /// C++ packer can hold.
    pub const MAX_BYTES: usize = 60 * 1024;

    /// No permissions.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds `access` to the resources of these names, after the names that already have it.
    ///
    /// # Errors
    /// [`TooManyPermissions`] if the result takes more than [`Self::MAX_BYTES`].
    pub fn allow(
        mut self,
        resource: Resource,
        access: Access,
        names: &[Text],
    ) -> Result<Self, TooManyPermissions> {
        let accesses = entry(&mut self.0, resource.number());
        entry(accesses, access.number()).extend_from_slice(names);
        let mut packed = Vec::new();
        // Check the sizes first: a list of more than 65,535 names cannot be packed.
        let bytes: usize = self.texts().map(|text| text.as_str().len() + 2).sum();
        if bytes <= Self::MAX_BYTES {
            self.pack(&mut packed);
        }
        if bytes.max(packed.len()) > Self::MAX_BYTES { Err(TooManyPermissions) } else { Ok(self) }
    }

    /// Agora's numbers of resource and access, with the names. A parsed token can hold any number.
    pub fn entries(&self) -> impl Iterator<Item = (u16, u16, &[Text])> {
        self.0.iter().flat_map(|(resource, accesses)| {
            accesses.iter().map(|(access, names)| (*resource, *access, names.as_slice()))
        })
    }

    /// The names of one kind of resource, for every access.
    pub fn names_of(&self, resource: Resource) -> impl Iterator<Item = &str> {
        self.entries()
            .filter(move |(number, ..)| *number == resource.number())
            .flat_map(|(.., names)| names.iter().map(Text::as_str))
    }

    fn texts(&self) -> impl Iterator<Item = &Text> {
        self.entries().flat_map(|(.., names)| names)
    }

    pub(super) fn pack(&self, out: &mut Vec<u8>) {
        pack::count(out, self.0.len());
        for (resource, accesses) in &self.0 {
            pack::u16(out, *resource);
            pack::count(out, accesses.len());
            for (access, names) in accesses {
                pack::u16(out, *access);
                pack::count(out, names.len());
                for name in names {
                    pack::text(out, name);
                }
            }
        }
    }

    pub(super) fn parse(reader: &mut Reader<'_>) -> Result<Self, ParseError> {
        reader
            .list(|reader| {
                let resource = reader.u16()?;
                let accesses = reader.list(|reader| Ok((reader.u16()?, reader.list(Reader::text)?)))?;
                Ok((resource, accesses))
            })
            .map(Self)
    }
}

/// The permissions take more than [`Permissions::MAX_BYTES`] in the token.
///
/// ```
/// use agora_token_server::token::{Access, Permissions, Resource, TooManyPermissions};
///
/// let long = ["x".repeat(Permissions::MAX_BYTES).parse()?];
/// let refused = Permissions::new().allow(Resource::Users, Access::Write, &long);
/// assert!(matches!(refused, Err(TooManyPermissions { .. })));
/// # Ok::<(), agora_token_server::token::NameError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TooManyPermissions;

impl fmt::Display for TooManyPermissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "more than {} bytes of names", Permissions::MAX_BYTES)
    }
}

impl std::error::Error for TooManyPermissions {}

/// The value of `key`, inserted if it is missing. The official builders sort both levels ascending.
fn entry<T: Default>(list: &mut ByNumber<T>, key: u16) -> &mut T {
    let index = match list.binary_search_by_key(&key, |(number, _)| *number) {
        Ok(index) => index,
        Err(index) => {
            list.insert(index, (key, T::default()));
            index
        }
    };
    &mut list[index].1
}
