// Generated from proto/kafka by scripts/gen: change those, not this.

//! VotersRecord. The value of a change of the quorum's voters (type 6, KIP-853).

use std::ops::RangeInclusive;

use crate::{DecodeError, Decoder, EncodeError, Encoder, Message, Str, Uuid, Wire};

/// The value of a change of the quorum's voters (type 6, KIP-853).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct VotersRecord {
    /// `int16`.
    pub version: i16,
    /// `[]Voter`.
    pub voters: Vec<Voter>,
}

impl Wire for VotersRecord {
    const MIN_BYTES: usize = 4;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = VotersRecord { version: decoder.int16()?, voters: decoder.array("voters", version)? };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int16(self.version);
        encoder.array("voters", &self.voters, version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for VotersRecord {
    const NAME: &'static str = "VotersRecord";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}

/// Part of [`VotersRecord`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Voter {
    /// `int32`.
    pub voter_id: i32,
    /// `uuid`.
    pub voter_directory_id: Uuid,
    /// `[]Endpoint`.
    pub endpoints: Vec<Endpoint>,
    /// `KRaftVersionFeature`.
    pub k_raft_version_feature: KRaftVersionFeature,
}

impl Wire for Voter {
    const MIN_BYTES: usize = 27;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = Voter {
            voter_id: decoder.int32()?,
            voter_directory_id: decoder.uuid()?,
            endpoints: decoder.array("endpoints", version)?,
            k_raft_version_feature: KRaftVersionFeature::read(decoder, version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.voter_id);
        encoder.uuid(self.voter_directory_id);
        encoder.array("endpoints", &self.endpoints, version)?;
        self.k_raft_version_feature.write(encoder, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`VotersRecord`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct KRaftVersionFeature {
    /// `int16`.
    pub min_supported_version: i16,
    /// `int16`.
    pub max_supported_version: i16,
}

impl Wire for KRaftVersionFeature {
    const MIN_BYTES: usize = 5;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = KRaftVersionFeature {
            min_supported_version: decoder.int16()?,
            max_supported_version: decoder.int16()?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.int16(self.min_supported_version);
        encoder.int16(self.max_supported_version);
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`VotersRecord`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Endpoint {
    /// `string`.
    pub name: Str,
    /// `string`.
    pub host: Str,
    /// `uint16`.
    pub port: u16,
}

impl Wire for Endpoint {
    const MIN_BYTES: usize = 5;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = Endpoint {
            name: decoder.string("name")?,
            host: decoder.string("host")?,
            port: decoder.uint16()?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.string("name", &self.name)?;
        encoder.string("host", &self.host)?;
        encoder.uint16(self.port);
        encoder.no_tags();
        Ok(())
    }
}
