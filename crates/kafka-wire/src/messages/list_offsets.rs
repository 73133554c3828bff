// Generated from proto/kafka by scripts/gen: change those, not this.

//! ListOffsets (API key 2). Find offsets by timestamp; negative timestamps name places of the log (-1 end,
//! -2 start, -3 newest timestamp, …).

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Wire};

/// Find offsets by timestamp; negative timestamps name places of the log (-1 end, -2 start, -3 newest
/// timestamp, …).
///
/// - 2: adds isolationLevel (KIP-98).
/// - 3: brokers answer first and throttle then (KIP-219).
/// - 4: adds currentLeaderEpoch. Fencing (KIP-320).
/// - 5: may be answered OFFSET_NOT_AVAILABLE (KIP-207).
/// - 6: flexible.
/// - 7: timestamp -3, the newest timestamp (KIP-734).
/// - 8: timestamp -4, the local start (KIP-405).
/// - 9: timestamp -5, the last tiered offset (KIP-1005).
/// - 10: adds timeoutMs. Lookups in tiered storage may take that long (KIP-1075).
/// - 11: timestamp -6, the first offset not yet tiered (KIP-1023).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ListOffsetsRequest {
    /// -1: a client, -2: a debugging one.
    pub replica_id: i32,
    /// 0: read uncommitted, 1: read committed. Versions 2+.
    pub isolation_level: i8,
    /// `[]ListOffsetsTopic`.
    pub topics: Vec<ListOffsetsTopic>,
    /// For lookups in tiered storage. Versions 10+, left out silently in others.
    pub timeout_ms: i32,
}

impl Wire for ListOffsetsRequest {
    const MIN_BYTES: usize = 7;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = ListOffsetsRequest {
            replica_id: decoder.int32()?,
            isolation_level: if version >= 2 { decoder.int8()? } else { 0 },
            topics: decoder.array("topics", version)?,
            timeout_ms: if version >= 10 { decoder.int32()? } else { 0 },
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.replica_id);
        if version >= 2 {
            encoder.int8(self.isolation_level);
        } else if self.isolation_level != 0 {
            return Err(EncodeError::unrepresentable("ListOffsetsRequest", "isolationLevel", version));
        }
        encoder.array("topics", &self.topics, version)?;
        if version >= 10 {
            encoder.int32(self.timeout_ms);
        }
        encoder.no_tags();
        Ok(())
    }
}

impl Message for ListOffsetsRequest {
    const NAME: &'static str = "ListOffsetsRequest";
    const VERSIONS: RangeInclusive<i16> = 1..=11;
    const FIRST_FLEXIBLE: Option<i16> = Some(6);
}

impl Request for ListOffsetsRequest {
    const KEY: ApiKey = ApiKey::ListOffsets;
    type Response = ListOffsetsResponse;
}

/// Part of [`ListOffsetsRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ListOffsetsTopic {
    /// `string`.
    pub name: Str,
    /// `[]ListOffsetsPartition`.
    pub partitions: Vec<ListOffsetsPartition>,
}

impl Wire for ListOffsetsTopic {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = ListOffsetsTopic {
            name: decoder.string("name")?,
            partitions: decoder.array("partitions", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.string("name", &self.name)?;
        encoder.array("partitions", &self.partitions, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`ListOffsetsRequest`].
#[derive(Debug, Clone, PartialEq)]
pub struct ListOffsetsPartition {
    /// `int32`.
    pub partition_index: i32,
    /// As the client knows it, for fencing; -1: unknown. Versions 4+, -1 by default, left out silently in
    /// others.
    pub current_leader_epoch: i32,
    /// The first record at or after it; below 0: a place of the log.
    pub timestamp: i64,
}

impl Default for ListOffsetsPartition {
    fn default() -> Self {
        ListOffsetsPartition { partition_index: 0, current_leader_epoch: -1, timestamp: 0 }
    }
}

impl Wire for ListOffsetsPartition {
    const MIN_BYTES: usize = 12;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = ListOffsetsPartition {
            partition_index: decoder.int32()?,
            current_leader_epoch: if version >= 4 { decoder.int32()? } else { -1 },
            timestamp: decoder.int64()?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.partition_index);
        if version >= 4 {
            encoder.int32(self.current_leader_epoch);
        }
        encoder.int64(self.timestamp);
        encoder.no_tags();
        Ok(())
    }
}

/// Find offsets by timestamp; negative timestamps name places of the log (-1 end, -2 start, -3 newest
/// timestamp, …).
///
/// - 2: adds throttleTimeMs.
/// - 3: brokers answer first and throttle then (KIP-219).
/// - 4: adds leaderEpoch (KIP-320).
/// - 5: may answer OFFSET_NOT_AVAILABLE (KIP-207).
/// - 6: flexible.
/// - 7-11: as 6.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ListOffsetsResponse {
    /// Versions 2+, left out silently in others.
    pub throttle_time_ms: i32,
    /// `[]ListOffsetsTopicResponse`.
    pub topics: Vec<ListOffsetsTopicResponse>,
}

impl Wire for ListOffsetsResponse {
    const MIN_BYTES: usize = 4;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = ListOffsetsResponse {
            throttle_time_ms: if version >= 2 { decoder.int32()? } else { 0 },
            topics: decoder.array("topics", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        if version >= 2 {
            encoder.int32(self.throttle_time_ms);
        }
        encoder.array("topics", &self.topics, version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for ListOffsetsResponse {
    const NAME: &'static str = "ListOffsetsResponse";
    const VERSIONS: RangeInclusive<i16> = 1..=11;
    const FIRST_FLEXIBLE: Option<i16> = Some(6);
}

/// Part of [`ListOffsetsResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ListOffsetsTopicResponse {
    /// `string`.
    pub name: Str,
    /// `[]ListOffsetsPartitionResponse`.
    pub partitions: Vec<ListOffsetsPartitionResponse>,
}

impl Wire for ListOffsetsTopicResponse {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = ListOffsetsTopicResponse {
            name: decoder.string("name")?,
            partitions: decoder.array("partitions", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.string("name", &self.name)?;
        encoder.array("partitions", &self.partitions, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`ListOffsetsResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct ListOffsetsPartitionResponse {
    /// `int32`.
    pub partition_index: i32,
    /// `int16`.
    pub error_code: i16,
    /// Of the record found; -1: none, or it isn't a record that was asked for. -1 by default.
    pub timestamp: i64,
    /// -1: no such record. -1 by default.
    pub offset: i64,
    /// Versions 4+, -1 by default.
    pub leader_epoch: i32,
}

impl Default for ListOffsetsPartitionResponse {
    fn default() -> Self {
        ListOffsetsPartitionResponse {
            partition_index: 0,
            error_code: 0,
            timestamp: -1,
            offset: -1,
            leader_epoch: -1,
        }
    }
}

impl Wire for ListOffsetsPartitionResponse {
    const MIN_BYTES: usize = 22;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = ListOffsetsPartitionResponse {
            partition_index: decoder.int32()?,
            error_code: decoder.int16()?,
            timestamp: decoder.int64()?,
            offset: decoder.int64()?,
            leader_epoch: if version >= 4 { decoder.int32()? } else { -1 },
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.partition_index);
        encoder.int16(self.error_code);
        encoder.int64(self.timestamp);
        encoder.int64(self.offset);
        if version >= 4 {
            encoder.int32(self.leader_epoch);
        } else if self.leader_epoch != -1 {
            return Err(EncodeError::unrepresentable("ListOffsetsPartitionResponse", "leaderEpoch", version));
        }
        encoder.no_tags();
        Ok(())
    }
}
