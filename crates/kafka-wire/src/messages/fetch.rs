// Generated from proto/kafka by scripts/gen: change those, not this.

//! Fetch (API key 1). Read record batches from partitions: consumers and followers alike.

use std::ops::RangeInclusive;

use bytes::Bytes;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Uuid, Wire};

/// Read record batches from partitions: consumers and followers alike.
///
/// - 5: adds logStartOffset (KIP-107).
/// - 6: may be answered KAFKA_STORAGE_ERROR (KIP-112).
/// - 7: adds sessionId, sessionEpoch, forgottenTopicsData. Incremental sessions (KIP-227).
/// - 8: brokers answer first and throttle then (KIP-219).
/// - 9: adds currentLeaderEpoch. Fencing (KIP-320).
/// - 10: takes zstd (KIP-110).
/// - 11: adds rackId. Fetch from the closest replica (KIP-392).
/// - 12: adds clusterId, lastFetchedEpoch; flexible. Divergence is found in the fetch (KIP-595).
/// - 13: topicId instead of topic (KIP-516).
/// - 14: may be answered OFFSET_MOVED_TO_TIERED_STORAGE (KIP-405).
/// - 15: replicaState instead of replicaId. Followers name their epoch (KIP-903).
/// - 16: the answer names new leaders (KIP-951).
/// - 17: adds replicaDirectoryId (KIP-853).
/// - 18: adds highWatermark. The follower says which high watermark it knows (KIP-1166).
#[derive(Debug, Clone, PartialEq)]
pub struct FetchRequest {
    /// A follower's, before it is registered. Versions 12+, tag 0, null by default, left out silently in others.
    pub cluster_id: Option<Str>,
    /// -1: a consumer. Versions 4-14, -1 by default.
    pub replica_id: i32,
    /// Versions 15+, tag 1.
    pub replica_state: ReplicaState,
    /// How long to wait for minBytes.
    pub max_wait_ms: i32,
    /// `int32`.
    pub min_bytes: i32,
    /// For the whole answer; its first batch may be larger (KIP-74). 2147483647 by default.
    pub max_bytes: i32,
    /// 0: read uncommitted, 1: read committed.
    pub isolation_level: i8,
    /// 0: no session, or a new one. Versions 7+, left out silently in others.
    pub session_id: i32,
    /// -1: a full fetch without a session, 0: a full one that begins a session, else incremental. Versions 7+,
    /// -1 by default, left out silently in others.
    pub session_epoch: i32,
    /// In a session: what is new or changed.
    pub topics: Vec<FetchTopic>,
    /// What leaves the session. Versions 7+.
    pub forgotten_topics_data: Vec<ForgottenTopic>,
    /// The consumer's. Versions 11+, left out silently in others.
    pub rack_id: Str,
}

impl Default for FetchRequest {
    fn default() -> Self {
        FetchRequest {
            cluster_id: None,
            replica_id: -1,
            replica_state: ReplicaState::default(),
            max_wait_ms: 0,
            min_bytes: 0,
            max_bytes: i32::MAX,
            isolation_level: 0,
            session_id: 0,
            session_epoch: -1,
            topics: Vec::new(),
            forgotten_topics_data: Vec::new(),
            rack_id: Str::EMPTY,
        }
    }
}

impl Wire for FetchRequest {
    const MIN_BYTES: usize = 21;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let mut read = FetchRequest {
            cluster_id: None,
            replica_id: if version <= 14 { decoder.int32()? } else { -1 },
            replica_state: ReplicaState::default(),
            max_wait_ms: decoder.int32()?,
            min_bytes: decoder.int32()?,
            max_bytes: decoder.int32()?,
            isolation_level: decoder.int8()?,
            session_id: if version >= 7 { decoder.int32()? } else { 0 },
            session_epoch: if version >= 7 { decoder.int32()? } else { -1 },
            topics: decoder.array("topics", version)?,
            forgotten_topics_data: if version >= 7 {
                decoder.array("forgottenTopicsData", version)?
            } else {
                Vec::new()
            },
            rack_id: if version >= 11 { decoder.string("rackId")? } else { Str::EMPTY },
        };
        decoder.tags(|decoder, tag| {
            match tag {
                0 if version >= 12 => read.cluster_id = decoder.nullable_string("clusterId")?,
                1 if version >= 15 => read.replica_state = ReplicaState::read(decoder, version)?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        if version <= 14 {
            encoder.int32(self.replica_id);
        } else if self.replica_id != -1 {
            return Err(EncodeError::unrepresentable("FetchRequest", "replicaId", version));
        }
        encoder.int32(self.max_wait_ms);
        encoder.int32(self.min_bytes);
        encoder.int32(self.max_bytes);
        encoder.int8(self.isolation_level);
        if version >= 7 {
            encoder.int32(self.session_id);
            encoder.int32(self.session_epoch);
        }
        encoder.array("topics", &self.topics, version)?;
        if version >= 7 {
            encoder.array("forgottenTopicsData", &self.forgotten_topics_data, version)?;
        } else if !self.forgotten_topics_data.is_empty() {
            return Err(EncodeError::unrepresentable("FetchRequest", "forgottenTopicsData", version));
        }
        if version >= 11 {
            encoder.string("rackId", &self.rack_id)?;
        }
        if version < 15 && self.replica_state != ReplicaState::default() {
            return Err(EncodeError::unrepresentable("FetchRequest", "replicaState", version));
        }
        let tags = encoder.tags();
        if version >= 12 && self.cluster_id.is_some() {
            encoder
                .tag(&tags, 0, |encoder| encoder.nullable_string("clusterId", self.cluster_id.as_deref()))?;
        }
        if version >= 15 && self.replica_state != ReplicaState::default() {
            encoder.tag(&tags, 1, |encoder| self.replica_state.write(encoder, version))?;
        }
        Ok(())
    }
}

impl Message for FetchRequest {
    const NAME: &'static str = "FetchRequest";
    const VERSIONS: RangeInclusive<i16> = 4..=18;
    const FIRST_FLEXIBLE: Option<i16> = Some(12);
}

impl Request for FetchRequest {
    const KEY: ApiKey = ApiKey::Fetch;
    type Response = FetchResponse;
}

/// Part of [`FetchRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ForgottenTopic {
    /// Versions 7-12, left out silently in others.
    pub topic: Str,
    /// Versions 13+, left out silently in others.
    pub topic_id: Uuid,
    /// `[]int32`.
    pub partitions: Vec<i32>,
}

impl Wire for ForgottenTopic {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = ForgottenTopic {
            topic: if (7..=12).contains(&version) { decoder.string("topic")? } else { Str::EMPTY },
            topic_id: if version >= 13 { decoder.uuid()? } else { Uuid::ZERO },
            partitions: decoder.array("partitions", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        if (7..=12).contains(&version) {
            encoder.string("topic", &self.topic)?;
        }
        if version >= 13 {
            encoder.uuid(self.topic_id);
        }
        encoder.array("partitions", &self.partitions, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`FetchRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FetchTopic {
    /// Versions 4-12, left out silently in others.
    pub topic: Str,
    /// Versions 13+, left out silently in others.
    pub topic_id: Uuid,
    /// `[]FetchPartition`.
    pub partitions: Vec<FetchPartition>,
}

impl Wire for FetchTopic {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = FetchTopic {
            topic: if version <= 12 { decoder.string("topic")? } else { Str::EMPTY },
            topic_id: if version >= 13 { decoder.uuid()? } else { Uuid::ZERO },
            partitions: decoder.array("partitions", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        if version <= 12 {
            encoder.string("topic", &self.topic)?;
        }
        if version >= 13 {
            encoder.uuid(self.topic_id);
        }
        encoder.array("partitions", &self.partitions, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`FetchRequest`].
#[derive(Debug, Clone, PartialEq)]
pub struct FetchPartition {
    /// `int32`.
    pub partition: i32,
    /// As the client knows it, for fencing; -1: unknown. Versions 9+, -1 by default, left out silently in
    /// others.
    pub current_leader_epoch: i32,
    /// `int64`.
    pub fetch_offset: i64,
    /// Of the record before fetchOffset, to find divergence; -1: unknown. Versions 12+, -1 by default.
    pub last_fetched_epoch: i32,
    /// A follower's; -1: a consumer. Versions 5+, -1 by default, left out silently in others.
    pub log_start_offset: i64,
    /// For this partition; its first batch may be larger.
    pub partition_max_bytes: i32,
    /// Versions 17+, tag 0, left out silently in others.
    pub replica_directory_id: Uuid,
    /// The one that a follower knows; the largest int64: it doesn't say. Versions 18+, tag 1,
    /// 9223372036854775807 by default, left out silently in others.
    pub high_watermark: i64,
}

impl Default for FetchPartition {
    fn default() -> Self {
        FetchPartition {
            partition: 0,
            current_leader_epoch: -1,
            fetch_offset: 0,
            last_fetched_epoch: -1,
            log_start_offset: -1,
            partition_max_bytes: 0,
            replica_directory_id: Uuid::ZERO,
            high_watermark: i64::MAX,
        }
    }
}

impl Wire for FetchPartition {
    const MIN_BYTES: usize = 16;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let mut read = FetchPartition {
            partition: decoder.int32()?,
            current_leader_epoch: if version >= 9 { decoder.int32()? } else { -1 },
            fetch_offset: decoder.int64()?,
            last_fetched_epoch: if version >= 12 { decoder.int32()? } else { -1 },
            log_start_offset: if version >= 5 { decoder.int64()? } else { -1 },
            partition_max_bytes: decoder.int32()?,
            replica_directory_id: Uuid::ZERO,
            high_watermark: i64::MAX,
        };
        decoder.tags(|decoder, tag| {
            match tag {
                0 if version >= 17 => read.replica_directory_id = decoder.uuid()?,
                1 if version >= 18 => read.high_watermark = decoder.int64()?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.partition);
        if version >= 9 {
            encoder.int32(self.current_leader_epoch);
        }
        encoder.int64(self.fetch_offset);
        if version >= 12 {
            encoder.int32(self.last_fetched_epoch);
        } else if self.last_fetched_epoch != -1 {
            return Err(EncodeError::unrepresentable("FetchPartition", "lastFetchedEpoch", version));
        }
        if version >= 5 {
            encoder.int64(self.log_start_offset);
        }
        encoder.int32(self.partition_max_bytes);
        let tags = encoder.tags();
        if version >= 17 && self.replica_directory_id != Uuid::ZERO {
            encoder.tag(&tags, 0, |encoder| {
                encoder.uuid(self.replica_directory_id);
                Ok(())
            })?;
        }
        if version >= 18 && self.high_watermark != i64::MAX {
            encoder.tag(&tags, 1, |encoder| {
                encoder.int64(self.high_watermark);
                Ok(())
            })?;
        }
        Ok(())
    }
}

/// Part of [`FetchRequest`].
#[derive(Debug, Clone, PartialEq)]
pub struct ReplicaState {
    /// -1: a consumer. -1 by default.
    pub replica_id: i32,
    /// The follower's broker epoch. -1 by default.
    pub replica_epoch: i64,
}

impl Default for ReplicaState {
    fn default() -> Self {
        ReplicaState { replica_id: -1, replica_epoch: -1 }
    }
}

impl Wire for ReplicaState {
    const MIN_BYTES: usize = 12;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = ReplicaState { replica_id: decoder.int32()?, replica_epoch: decoder.int64()? };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.replica_id);
        encoder.int64(self.replica_epoch);
        encoder.no_tags();
        Ok(())
    }
}

/// Read record batches from partitions: consumers and followers alike.
///
/// - 5: adds logStartOffset (KIP-107).
/// - 6: may answer KAFKA_STORAGE_ERROR (KIP-112).
/// - 7: adds errorCode, sessionId. Incremental sessions (KIP-227).
/// - 8: brokers answer first and throttle then (KIP-219).
/// - 9: as 8.
/// - 10: batches may be zstd (KIP-110).
/// - 11: adds preferredReadReplica. Fetch from the closest replica (KIP-392).
/// - 12: adds divergingEpoch, currentLeader, snapshotId; flexible (KIP-595).
/// - 13: topicId instead of topic (KIP-516).
/// - 14: may answer OFFSET_MOVED_TO_TIERED_STORAGE (KIP-405).
/// - 15: as 14.
/// - 16: adds nodeEndpoints. New leaders (KIP-951).
/// - 17-18: as 16.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FetchResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// Of the session. Versions 7+, left out silently in others.
    pub error_code: i16,
    /// 0: there is none. Versions 7+.
    pub session_id: i32,
    /// In a session: what has news.
    pub responses: Vec<FetchableTopicResponse>,
    /// Where the leaders named above listen. Versions 16+, tag 0.
    pub node_endpoints: Vec<NodeEndpoint>,
}

impl Wire for FetchResponse {
    const MIN_BYTES: usize = 8;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let mut read = FetchResponse {
            throttle_time_ms: decoder.int32()?,
            error_code: if version >= 7 { decoder.int16()? } else { 0 },
            session_id: if version >= 7 { decoder.int32()? } else { 0 },
            responses: decoder.array("responses", version)?,
            node_endpoints: Vec::new(),
        };
        decoder.tags(|decoder, tag| {
            match tag {
                0 if version >= 16 => read.node_endpoints = decoder.array("nodeEndpoints", version)?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.throttle_time_ms);
        if version >= 7 {
            encoder.int16(self.error_code);
            encoder.int32(self.session_id);
        } else if self.session_id != 0 {
            return Err(EncodeError::unrepresentable("FetchResponse", "sessionId", version));
        }
        encoder.array("responses", &self.responses, version)?;
        if version < 16 && !self.node_endpoints.is_empty() {
            return Err(EncodeError::unrepresentable("FetchResponse", "nodeEndpoints", version));
        }
        let tags = encoder.tags();
        if version >= 16 && !self.node_endpoints.is_empty() {
            encoder.tag(&tags, 0, |encoder| encoder.array("nodeEndpoints", &self.node_endpoints, version))?;
        }
        Ok(())
    }
}

impl Message for FetchResponse {
    const NAME: &'static str = "FetchResponse";
    const VERSIONS: RangeInclusive<i16> = 4..=18;
    const FIRST_FLEXIBLE: Option<i16> = Some(12);
}

/// Part of [`FetchResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NodeEndpoint {
    /// `int32`.
    pub node_id: i32,
    /// `string`.
    pub host: Str,
    /// `int32`.
    pub port: i32,
    /// Null by default.
    pub rack: Option<Str>,
}

impl Wire for NodeEndpoint {
    const MIN_BYTES: usize = 11;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = NodeEndpoint {
            node_id: decoder.int32()?,
            host: decoder.string("host")?,
            port: decoder.int32()?,
            rack: decoder.nullable_string("rack")?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.node_id);
        encoder.string("host", &self.host)?;
        encoder.int32(self.port);
        encoder.nullable_string("rack", self.rack.as_deref())?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`FetchResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FetchableTopicResponse {
    /// Versions 4-12, left out silently in others.
    pub topic: Str,
    /// Versions 13+, left out silently in others.
    pub topic_id: Uuid,
    /// `[]PartitionData`.
    pub partitions: Vec<PartitionData>,
}

impl Wire for FetchableTopicResponse {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = FetchableTopicResponse {
            topic: if version <= 12 { decoder.string("topic")? } else { Str::EMPTY },
            topic_id: if version >= 13 { decoder.uuid()? } else { Uuid::ZERO },
            partitions: decoder.array("partitions", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        if version <= 12 {
            encoder.string("topic", &self.topic)?;
        }
        if version >= 13 {
            encoder.uuid(self.topic_id);
        }
        encoder.array("partitions", &self.partitions, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`FetchResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct PartitionData {
    /// `int32`.
    pub partition_index: i32,
    /// `int16`.
    pub error_code: i16,
    /// -1 on an error.
    pub high_watermark: i64,
    /// Before the first open transaction; -1 on an error. -1 by default.
    pub last_stable_offset: i64,
    /// -1 on an error. Versions 5+, -1 by default, left out silently in others.
    pub log_start_offset: i64,
    /// Where the follower's log and the leader's part. Versions 12+, tag 0.
    pub diverging_epoch: EpochEndOffset,
    /// With NOT_LEADER_OR_FOLLOWER and FENCED_LEADER_EPOCH: who leads now. Versions 12+, tag 1.
    pub current_leader: LeaderIdAndEpoch,
    /// Of metadata: fetch this snapshot instead. Versions 12+, tag 2.
    pub snapshot_id: SnapshotId,
    /// Null when uncommitted records are read.
    pub aborted_transactions: Option<Vec<AbortedTransaction>>,
    /// -1: go on reading here. Versions 11+, -1 by default.
    pub preferred_read_replica: i32,
    /// Whole batches; the last may be cut off by a limit. Null by default.
    pub records: Option<Bytes>,
}

impl Default for PartitionData {
    fn default() -> Self {
        PartitionData {
            partition_index: 0,
            error_code: 0,
            high_watermark: 0,
            last_stable_offset: -1,
            log_start_offset: -1,
            diverging_epoch: EpochEndOffset::default(),
            current_leader: LeaderIdAndEpoch::default(),
            snapshot_id: SnapshotId::default(),
            aborted_transactions: Some(Vec::new()),
            preferred_read_replica: -1,
            records: None,
        }
    }
}

impl Wire for PartitionData {
    const MIN_BYTES: usize = 30;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let mut read = PartitionData {
            partition_index: decoder.int32()?,
            error_code: decoder.int16()?,
            high_watermark: decoder.int64()?,
            last_stable_offset: decoder.int64()?,
            log_start_offset: if version >= 5 { decoder.int64()? } else { -1 },
            diverging_epoch: EpochEndOffset::default(),
            current_leader: LeaderIdAndEpoch::default(),
            snapshot_id: SnapshotId::default(),
            aborted_transactions: decoder.nullable_array("abortedTransactions", version)?,
            preferred_read_replica: if version >= 11 { decoder.int32()? } else { -1 },
            records: decoder.nullable_bytes("records")?,
        };
        decoder.tags(|decoder, tag| {
            match tag {
                0 if version >= 12 => read.diverging_epoch = EpochEndOffset::read(decoder, version)?,
                1 if version >= 12 => read.current_leader = LeaderIdAndEpoch::read(decoder, version)?,
                2 if version >= 12 => read.snapshot_id = SnapshotId::read(decoder, version)?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.partition_index);
        encoder.int16(self.error_code);
        encoder.int64(self.high_watermark);
        encoder.int64(self.last_stable_offset);
        if version >= 5 {
            encoder.int64(self.log_start_offset);
        }
        encoder.nullable_array("abortedTransactions", self.aborted_transactions.as_deref(), version)?;
        if version >= 11 {
            encoder.int32(self.preferred_read_replica);
        } else if self.preferred_read_replica != -1 {
            return Err(EncodeError::unrepresentable("PartitionData", "preferredReadReplica", version));
        }
        encoder.nullable_records("records", self.records.as_ref())?;
        if version < 12 && self.diverging_epoch != EpochEndOffset::default() {
            return Err(EncodeError::unrepresentable("PartitionData", "divergingEpoch", version));
        }
        if version < 12 && self.current_leader != LeaderIdAndEpoch::default() {
            return Err(EncodeError::unrepresentable("PartitionData", "currentLeader", version));
        }
        if version < 12 && self.snapshot_id != SnapshotId::default() {
            return Err(EncodeError::unrepresentable("PartitionData", "snapshotId", version));
        }
        let tags = encoder.tags();
        if version >= 12 && self.diverging_epoch != EpochEndOffset::default() {
            encoder.tag(&tags, 0, |encoder| self.diverging_epoch.write(encoder, version))?;
        }
        if version >= 12 && self.current_leader != LeaderIdAndEpoch::default() {
            encoder.tag(&tags, 1, |encoder| self.current_leader.write(encoder, version))?;
        }
        if version >= 12 && self.snapshot_id != SnapshotId::default() {
            encoder.tag(&tags, 2, |encoder| self.snapshot_id.write(encoder, version))?;
        }
        Ok(())
    }
}

/// Part of [`FetchResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AbortedTransaction {
    /// `int64`.
    pub producer_id: i64,
    /// `int64`.
    pub first_offset: i64,
}

impl Wire for AbortedTransaction {
    const MIN_BYTES: usize = 16;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = AbortedTransaction { producer_id: decoder.int64()?, first_offset: decoder.int64()? };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.int64(self.producer_id);
        encoder.int64(self.first_offset);
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`FetchResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct SnapshotId {
    /// -1 by default.
    pub end_offset: i64,
    /// -1 by default.
    pub epoch: i32,
}

impl Default for SnapshotId {
    fn default() -> Self {
        SnapshotId { end_offset: -1, epoch: -1 }
    }
}

impl Wire for SnapshotId {
    const MIN_BYTES: usize = 12;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = SnapshotId { end_offset: decoder.int64()?, epoch: decoder.int32()? };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.int64(self.end_offset);
        encoder.int32(self.epoch);
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`FetchResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct LeaderIdAndEpoch {
    /// -1 by default.
    pub leader_id: i32,
    /// -1 by default.
    pub leader_epoch: i32,
}

impl Default for LeaderIdAndEpoch {
    fn default() -> Self {
        LeaderIdAndEpoch { leader_id: -1, leader_epoch: -1 }
    }
}

impl Wire for LeaderIdAndEpoch {
    const MIN_BYTES: usize = 8;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = LeaderIdAndEpoch { leader_id: decoder.int32()?, leader_epoch: decoder.int32()? };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.leader_id);
        encoder.int32(self.leader_epoch);
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`FetchResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct EpochEndOffset {
    /// -1 by default.
    pub epoch: i32,
    /// -1 by default.
    pub end_offset: i64,
}

impl Default for EpochEndOffset {
    fn default() -> Self {
        EpochEndOffset { epoch: -1, end_offset: -1 }
    }
}

impl Wire for EpochEndOffset {
    const MIN_BYTES: usize = 12;

    fn read(decoder: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let read = EpochEndOffset { epoch: decoder.int32()?, end_offset: decoder.int64()? };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.epoch);
        encoder.int64(self.end_offset);
        encoder.no_tags();
        Ok(())
    }
}
