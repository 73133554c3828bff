// Generated from proto/kafka by scripts/gen: change those, not this.

//! DeleteShareGroupState (API key 86). Delete the state of share partitions: from group to share coordinator
//! (KIP-932).

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Uuid, Wire};

/// Delete the state of share partitions: from group to share coordinator (KIP-932).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteShareGroupStateRequest {
    /// `string`.
    pub group_id: Str,
    /// `[]DeleteStateData`.
    pub topics: Vec<DeleteStateData>,
}

impl Wire for DeleteShareGroupStateRequest {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = DeleteShareGroupStateRequest {
            group_id: decoder.string("groupId")?,
            topics: decoder.array("topics", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.string("groupId", &self.group_id)?;
        encoder.array("topics", &self.topics, version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for DeleteShareGroupStateRequest {
    const NAME: &'static str = "DeleteShareGroupStateRequest";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}

impl Request for DeleteShareGroupStateRequest {
    const KEY: ApiKey = ApiKey::DeleteShareGroupState;
    type Response = DeleteShareGroupStateResponse;
}

/// Part of [`DeleteShareGroupStateRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteStateData {
    /// `uuid`.
    pub topic_id: Uuid,
    /// `[]PartitionData`.
    pub partitions: Vec<PartitionData>,
}

impl Wire for DeleteStateData {
    const MIN_BYTES: usize = 18;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read =
            DeleteStateData { topic_id: decoder.uuid()?, partitions: decoder.array("partitions", version)? };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.uuid(self.topic_id);
        encoder.array("partitions", &self.partitions, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`DeleteShareGroupStateRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PartitionData {
    /// `int32`.
    pub partition: i32,
}

impl Wire for PartitionData {
    const MIN_BYTES: usize = 5;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = PartitionData { partition: decoder.int32()? };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.partition);
        encoder.no_tags();
        Ok(())
    }
}

/// Delete the state of share partitions: from group to share coordinator (KIP-932).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteShareGroupStateResponse {
    /// `[]DeleteStateResult`.
    pub results: Vec<DeleteStateResult>,
}

impl Wire for DeleteShareGroupStateResponse {
    const MIN_BYTES: usize = 2;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = DeleteShareGroupStateResponse { results: decoder.array("results", version)? };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.array("results", &self.results, version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for DeleteShareGroupStateResponse {
    const NAME: &'static str = "DeleteShareGroupStateResponse";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}

/// Part of [`DeleteShareGroupStateResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteStateResult {
    /// `uuid`.
    pub topic_id: Uuid,
    /// `[]PartitionResult`.
    pub partitions: Vec<PartitionResult>,
}

impl Wire for DeleteStateResult {
    const MIN_BYTES: usize = 18;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = DeleteStateResult {
            topic_id: decoder.uuid()?,
            partitions: decoder.array("partitions", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.uuid(self.topic_id);
        encoder.array("partitions", &self.partitions, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`DeleteShareGroupStateResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PartitionResult {
    /// `int32`.
    pub partition: i32,
    /// `int16`.
    pub error_code: i16,
    /// Null by default.
    pub error_message: Option<Str>,
}

impl Wire for PartitionResult {
    const MIN_BYTES: usize = 8;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = PartitionResult {
            partition: decoder.int32()?,
            error_code: decoder.int16()?,
            error_message: decoder.nullable_string("errorMessage")?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.partition);
        encoder.int16(self.error_code);
        encoder.nullable_string("errorMessage", self.error_message.as_deref())?;
        encoder.no_tags();
        Ok(())
    }
}
