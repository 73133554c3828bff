// Generated from proto/kafka by scripts/gen: change those, not this.

//! ReadShareGroupState (API key 84). Read the state of share partitions: from leader to share coordinator
//! (KIP-932).

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Uuid, Wire};

/// Read the state of share partitions: from leader to share coordinator (KIP-932).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ReadShareGroupStateRequest {
    /// `string`.
    pub group_id: Str,
    /// `[]ReadStateData`.
    pub topics: Vec<ReadStateData>,
}

impl Wire for ReadShareGroupStateRequest {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = ReadShareGroupStateRequest {
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

impl Message for ReadShareGroupStateRequest {
    const NAME: &'static str = "ReadShareGroupStateRequest";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}

impl Request for ReadShareGroupStateRequest {
    const KEY: ApiKey = ApiKey::ReadShareGroupState;
    type Response = ReadShareGroupStateResponse;
}

/// Part of [`ReadShareGroupStateRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ReadStateData {
    /// `uuid`.
    pub topic_id: Uuid,
    /// `[]PartitionData`.
    pub partitions: Vec<PartitionData>,
}

impl Wire for ReadStateData {
    const MIN_BYTES: usize = 18;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read =
            ReadStateData { topic_id: decoder.uuid()?, partitions: decoder.array("partitions", version)? };
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

/// Part of [`ReadShareGroupStateRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PartitionData {
    /// `int32`.
    pub partition: i32,
    /// `int32`.
    pub leader_epoch: i32,
}

impl Wire for PartitionData {
    const MIN_BYTES: usize = 9;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = PartitionData { partition: decoder.int32()?, leader_epoch: decoder.int32()? };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.partition);
        encoder.int32(self.leader_epoch);
        encoder.no_tags();
        Ok(())
    }
}

/// Read the state of share partitions: from leader to share coordinator (KIP-932).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ReadShareGroupStateResponse {
    /// `[]ReadStateResult`.
    pub results: Vec<ReadStateResult>,
}

impl Wire for ReadShareGroupStateResponse {
    const MIN_BYTES: usize = 2;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = ReadShareGroupStateResponse { results: decoder.array("results", version)? };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.array("results", &self.results, version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for ReadShareGroupStateResponse {
    const NAME: &'static str = "ReadShareGroupStateResponse";
    const VERSIONS: RangeInclusive<i16> = 0..=0;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}

/// Part of [`ReadShareGroupStateResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ReadStateResult {
    /// `uuid`.
    pub topic_id: Uuid,
    /// `[]PartitionResult`.
    pub partitions: Vec<PartitionResult>,
}

impl Wire for ReadStateResult {
    const MIN_BYTES: usize = 18;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read =
            ReadStateResult { topic_id: decoder.uuid()?, partitions: decoder.array("partitions", version)? };
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

/// Part of [`ReadShareGroupStateResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PartitionResult {
    /// `int32`.
    pub partition: i32,
    /// `int16`.
    pub error_code: i16,
    /// Null by default.
    pub error_message: Option<Str>,
    /// `int32`.
    pub state_epoch: i32,
    /// -1: not begun.
    pub start_offset: i64,
    /// `[]StateBatch`.
    pub state_batches: Vec<StateBatch>,
}

impl Wire for PartitionResult {
    const MIN_BYTES: usize = 21;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = PartitionResult {
            partition: decoder.int32()?,
            error_code: decoder.int16()?,
            error_message: decoder.nullable_string("errorMessage")?,
            state_epoch: decoder.int32()?,
            start_offset: decoder.int64()?,
            state_batches: decoder.array("stateBatches", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.partition);
        encoder.int16(self.error_code);
        encoder.nullable_string("errorMessage", self.error_message.as_deref())?;
        encoder.int32(self.state_epoch);
        encoder.int64(self.start_offset);
        encoder.array("stateBatches", &self.state_batches, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`ReadShareGroupStateResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StateBatch {
    /// `int64`.
    pub first_offset: i64,
    /// `int64`.
    pub last_offset: i64,
    /// 0: available, 2: acknowledged, 4: archived.
    pub delivery_state: i8,
    /// `int16`.
    pub delivery_count: i16,
}

impl Wire for StateBatch {
    const MIN_BYTES: usize = 20;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = StateBatch {
            first_offset: decoder.int64()?,
            last_offset: decoder.int64()?,
            delivery_state: decoder.int8()?,
            delivery_count: decoder.int16()?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.int64(self.first_offset);
        encoder.int64(self.last_offset);
        encoder.int8(self.delivery_state);
        encoder.int16(self.delivery_count);
        encoder.no_tags();
        Ok(())
    }
}
