//! The token formats, and what a 006 token can hold.
//!
//! A 006 token has one service, and holds channel and user only as CRC-32s, so that it is valid for
//! exactly one of each. The constructors keep these rules, so every value can be issued.

use std::fmt;

use super::participant::Participant;
use crate::token::{ChannelName, PrivilegeTtl, RtcPrivileges, Uid, UnknownName, closed_set};

closed_set! {
    /// The format of a token, named as its tokens start.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Format {
        /// `AccessToken2`.
        V007 = "007",
        /// `AccessToken`, for SDKs without 007.
        V006 = "006",
    }

    FromStr: UnknownName
}

/// A 006 token for one channel: a participant without wildcards but uid 0, and its privileges.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rtc006 {
    participant: Participant,
    privileges: RtcPrivileges<PrivilegeTtl>,
}

impl Rtc006 {
    /// # Errors
    /// [`Not006`] if the channel or the user is a wildcard that 006 lacks.
    pub fn new(participant: Participant, privileges: RtcPrivileges<PrivilegeTtl>) -> Result<Self, Not006> {
        Not006::check_channel(&participant.channel)?;
        Not006::check_uid(&participant.uid)?;
        Ok(Self { participant, privileges })
    }

    /// The channel, the user and the role.
    #[must_use]
    pub fn participant(&self) -> &Participant {
        &self.participant
    }

    /// The privileges and their ends.
    #[must_use]
    pub fn privileges(&self) -> RtcPrivileges<PrivilegeTtl> {
        self.privileges
    }
}

/// Why a request has no 006 token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Not006 {
    /// A second service.
    Companion,
    /// RTM permissions.
    Permissions,
    /// A wildcard channel.
    Channel,
    /// A wildcard user other than uid 0.
    Uid,
}

impl Not006 {
    /// Whether a 006 token can hold the channel, for a parser that reports each field.
    pub fn check_channel(channel: &ChannelName) -> Result<(), Self> {
        if channel.is_wildcard() { Err(Self::Channel) } else { Ok(()) }
    }

    /// Whether a 006 token can hold the user of a channel.
    pub fn check_uid(uid: &Uid) -> Result<(), Self> {
        match uid {
            Uid::Account(_) if uid.is_wildcard() => Err(Self::Uid),
            Uid::Any | Uid::Number(_) | Uid::Account(_) => Ok(()),
        }
    }
}

impl fmt::Display for Not006 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Companion => "a 006 token has one service; request a token for each",
            Self::Permissions => "a 006 token has no permissions",
            Self::Channel => "a 006 token has no wildcard channels",
            Self::Uid => "a 006 token has no wildcards but uid 0",
        })
    }
}

impl std::error::Error for Not006 {}
