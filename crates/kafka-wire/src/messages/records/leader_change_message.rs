// Generated from proto/kafka by scripts/gen: change those, not this.

//! LeaderChangeMessage. The value of a metadata quorum's leader change (type 2, KIP-595).

use std::ops::RangeInclusive;

use crate::{DecodeError, Decoder, EncodeError, Encoder, Message, Uuid, Wire};

/// The value of a metadata quorum's leader change (type 2, KIP-595).
///
/// - 1: adds voterDirectoryId (KIP-853).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LeaderChangeMessage {
    /// `int16`.
    pub version: i16,
    /// `int32`.
    pub leader_id: i32,
    /// `[]Voter`.
    pub voters: Vec<Voter>,
    /// `[]Voter`.
    pub granting_voters: Vec<Voter>,
}

impl Wire for LeaderChangeMessage {
    const MIN_BYTES: usize = 9;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = LeaderChangeMessage {
            version: decoder.int16()?,
            leader_id: decoder.int32()?,
            voters: decoder.array("voters", version)?,
            granting_voters: decoder.array("grantingVoters", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int16(self.version);
        encoder.int32(self.leader_id);
        encoder.array("voters", &self.voters, version)?;
        encoder.array("grantingVoters", &self.granting_voters, version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for LeaderChangeMessage {
    const NAME: &'static str = "LeaderChangeMessage";
    const VERSIONS: RangeInclusive<i16> = 0..=1;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}

/// Part of [`LeaderChangeMessage`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Voter {
    /// `int32`.
    pub voter_id: i32,
    /// Versions 1+.
    pub voter_directory_id: Uuid,
}

impl Wire for Voter {
    const MIN_BYTES: usize = 5;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = Voter {
            voter_id: decoder.int32()?,
            voter_directory_id: if version >= 1 { decoder.uuid()? } else { Uuid::ZERO },
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.voter_id);
        if version >= 1 {
            encoder.uuid(self.voter_directory_id);
        } else if self.voter_directory_id != Uuid::ZERO {
            return Err(EncodeError::unrepresentable("Voter", "voterDirectoryId", version));
        }
        encoder.no_tags();
        Ok(())
    }
}
