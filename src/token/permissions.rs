//! What a Signaling user may read and write: the payload of service 8.

use std::fmt;

use super::ParseError;
use super::name::Text;
use super::pack::{self, Reader};

/// A kind of thing in Signaling that permissions are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resource {
    /// Message channels.
    MessageChannels,
    /// Stream channels.
    StreamChannels,
    /// Group channels.
    GroupChannels,
    /// Groups of servers.
    ServerGroups,
    /// Users.
    Users,
}

impl Resource {
    /// Every kind, in Agora's order.
    pub const ALL: [Self; 5] =
        [Self::MessageChannels, Self::StreamChannels, Self::GroupChannels, Self::ServerGroups, Self::Users];

    /// Its name in the HTTP contract.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::MessageChannels => "messageChannels",
            Self::StreamChannels => "streamChannels",
            Self::GroupChannels => "groupChannels",
            Self::ServerGroups => "serverGroups",
            Self::Users => "users",
        }
    }

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

/// What may be done with a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// Receiving.
    Read,
    /// Sending.
    Write,
}

impl Access {
    /// Both, in Agora's order.
    pub const ALL: [Self; 2] = [Self::Read, Self::Write];

    /// Its name in the HTTP contract.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }

    fn number(self) -> u16 {
        match self {
            Self::Read => 0,
            Self::Write => 1,
        }
    }
}

/// Names of resources, by kind and access, in the order of the token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Permissions(ByNumber<ByNumber<Vec<Text>>>);

/// Values by Agora's number of a resource or an access.
type ByNumber<T> = Vec<(u16, T)>;

impl Permissions {
    /// How many bytes permissions may take in a token, so that every token stays under the
    /// 64 KiB that the official C++ packer can hold.
    pub const MAX_BYTES: usize = 60 * 1024;

    /// No permission.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// These and `access` to the resources of these names. Names given before for the same access
    /// are kept, in front.
    ///
    /// # Errors
    /// [`TooManyPermissions`] where they would take more than [`Self::MAX_BYTES`].
    pub fn allow(
        mut self,
        resource: Resource,
        access: Access,
        names: &[Text],
    ) -> Result<Self, TooManyPermissions> {
        let accesses = entry(&mut self.0, resource.number());
        entry(accesses, access.number()).extend_from_slice(names);
        let mut packed = Vec::new();
        // Sizes first: packing has no room for longer lists.
        let bytes: usize = self.texts().map(|text| text.as_str().len() + 2).sum();
        if bytes <= Self::MAX_BYTES {
            self.pack(&mut packed);
        }
        if bytes.max(packed.len()) > Self::MAX_BYTES { Err(TooManyPermissions) } else { Ok(self) }
    }

    /// Every kind of resource by Agora's number, each with every access by Agora's number.
    pub fn entries(&self) -> impl Iterator<Item = (u16, u16, &[Text])> {
        self.0.iter().flat_map(|(resource, accesses)| {
            accesses.iter().map(|(access, names)| (*resource, *access, names.as_slice()))
        })
    }

    /// The names of one kind of resource, whatever the access.
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

/// Permissions that would take more than [`Permissions::MAX_BYTES`] in the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooManyPermissions;

impl fmt::Display for TooManyPermissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "more than {} bytes of names", Permissions::MAX_BYTES)
    }
}

impl std::error::Error for TooManyPermissions {}

/// The value of `key`, put in at its sorted place where it is missing: both official levels are
/// sorted ascending.
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
