// Generated from proto/kafka by scripts/gen: change those, not this.

//! DescribeLogDirs (API key 35). Log directories of this broker, and what lies in them.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Wire};

/// Log directories of this broker, and what lies in them.
///
/// - 2: flexible.
/// - 3-5: as 2.
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeLogDirsRequest {
    /// Null: all.
    pub topics: Option<Vec<DescribableLogDirTopic>>,
}

impl Default for DescribeLogDirsRequest {
    fn default() -> Self {
        DescribeLogDirsRequest { topics: Some(Vec::new()) }
    }
}

impl Wire for DescribeLogDirsRequest {
    const MIN_BYTES: usize = 2;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = DescribeLogDirsRequest { topics: decoder.nullable_array("topics", version)? };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.nullable_array("topics", self.topics.as_deref(), version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for DescribeLogDirsRequest {
    const NAME: &'static str = "DescribeLogDirsRequest";
    const VERSIONS: RangeInclusive<i16> = 1..=5;
    const FIRST_FLEXIBLE: Option<i16> = Some(2);
}

impl Request for DescribeLogDirsRequest {
    const KEY: ApiKey = ApiKey::DescribeLogDirs;
    type Response = DescribeLogDirsResponse;
}

/// Part of [`DescribeLogDirsRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribableLogDirTopic {
    /// `string`.
    pub topic: Str,
    /// `[]int32`.
    pub partitions: Vec<i32>,
}

impl Wire for DescribableLogDirTopic {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = DescribableLogDirTopic {
            topic: decoder.string("topic")?,
            partitions: decoder.array("partitions", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.string("topic", &self.topic)?;
        encoder.array("partitions", &self.partitions, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Log directories of this broker, and what lies in them.
///
/// - 2: flexible.
/// - 3: adds errorCode (KIP-784).
/// - 4: adds totalBytes, usableBytes (KIP-827).
/// - 5: adds isCordoned (KIP-1066).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeLogDirsResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// Versions 3+, left out silently in others.
    pub error_code: i16,
    /// `[]DescribeLogDirsResult`.
    pub results: Vec<DescribeLogDirsResult>,
}

impl Wire for DescribeLogDirsResponse {
    const MIN_BYTES: usize = 6;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = DescribeLogDirsResponse {
            throttle_time_ms: decoder.int32()?,
            error_code: if version >= 3 { decoder.int16()? } else { 0 },
            results: decoder.array("results", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.throttle_time_ms);
        if version >= 3 {
            encoder.int16(self.error_code);
        }
        encoder.array("results", &self.results, version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for DescribeLogDirsResponse {
    const NAME: &'static str = "DescribeLogDirsResponse";
    const VERSIONS: RangeInclusive<i16> = 1..=5;
    const FIRST_FLEXIBLE: Option<i16> = Some(2);
}

/// Part of [`DescribeLogDirsResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeLogDirsResult {
    /// `int16`.
    pub error_code: i16,
    /// `string`.
    pub log_dir: Str,
    /// `[]DescribeLogDirsTopic`.
    pub topics: Vec<DescribeLogDirsTopic>,
    /// Of the volume; -1: unknown. Versions 4+, -1 by default, left out silently in others.
    pub total_bytes: i64,
    /// Of the volume; -1: unknown. Versions 4+, -1 by default, left out silently in others.
    pub usable_bytes: i64,
    /// Takes no new replicas. Versions 5+, left out silently in others.
    pub is_cordoned: bool,
}

impl Default for DescribeLogDirsResult {
    fn default() -> Self {
        DescribeLogDirsResult {
            error_code: 0,
            log_dir: Str::EMPTY,
            topics: Vec::new(),
            total_bytes: -1,
            usable_bytes: -1,
            is_cordoned: false,
        }
    }
}

impl Wire for DescribeLogDirsResult {
    const MIN_BYTES: usize = 5;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = DescribeLogDirsResult {
            error_code: decoder.int16()?,
            log_dir: decoder.string("logDir")?,
            topics: decoder.array("topics", version)?,
            total_bytes: if version >= 4 { decoder.int64()? } else { -1 },
            usable_bytes: if version >= 4 { decoder.int64()? } else { -1 },
            is_cordoned: if version >= 5 { decoder.bool()? } else { false },
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int16(self.error_code);
        encoder.string("logDir", &self.log_dir)?;
        encoder.array("topics", &self.topics, version)?;
        if version >= 4 {
            encoder.int64(self.total_bytes);
            encoder.int64(self.usable_bytes);
        }
        if version >= 5 {
            encoder.bool(self.is_cordoned);
        }
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`DescribeLogDirsResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeLogDirsTopic {
    /// `string`.
    pub name: Str,
    /// `[]DescribeLogDirsPartition`.
    pub partitions: Vec<DescribeLogDirsPartition>,
}

impl Wire for DescribeLogDirsTopic {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = DescribeLogDirsTopic {
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

/// Part of [`DescribeLogDirsResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeLogDirsPartition {
    /// `int32`.
    pub partition_index: i32,
    /// `int64`.
    pub partition_size: i64,
    /// Behind the high watermark, or if it is a future replica, behind the current one.
    pub offset_lag: i64,
    /// It is being copied here from another directory.
    pub is_future_key: bool,
}

impl Wire for DescribeLogDirsPartition {
    const MIN_BYTES: usize = 21;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = DescribeLogDirsPartition {
            partition_index: decoder.int32()?,
            partition_size: decoder.int64()?,
            offset_lag: decoder.int64()?,
            is_future_key: decoder.bool()?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.partition_index);
        encoder.int64(self.partition_size);
        encoder.int64(self.offset_lag);
        encoder.bool(self.is_future_key);
        encoder.no_tags();
        Ok(())
    }
}
