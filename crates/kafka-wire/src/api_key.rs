// Generated from proto/kafka by scripts/gen: change those, not this.

//! [`ApiKey`]: the table of APIs.

use std::ops::RangeInclusive;

use crate::DecodeError;

/// An API that Kafka has on its client listener.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(i16)]
pub enum ApiKey {
    /// Versions 3-13.
    Produce = 0,
    /// Versions 4-18.
    Fetch = 1,
    /// Versions 1-11.
    ListOffsets = 2,
    /// Versions 0-13.
    Metadata = 3,
    /// Versions 2-10.
    OffsetCommit = 8,
    /// Versions 1-10.
    OffsetFetch = 9,
    /// Versions 0-6.
    FindCoordinator = 10,
    /// Versions 0-9.
    JoinGroup = 11,
    /// Versions 0-4.
    Heartbeat = 12,
    /// Versions 0-5.
    LeaveGroup = 13,
    /// Versions 0-5.
    SyncGroup = 14,
    /// Versions 0-6.
    DescribeGroups = 15,
    /// Versions 0-5.
    ListGroups = 16,
    /// Versions 0-1.
    SaslHandshake = 17,
    /// Versions 0-5.
    ApiVersions = 18,
    /// Versions 2-7.
    CreateTopics = 19,
    /// Versions 1-6.
    DeleteTopics = 20,
    /// Versions 0-2.
    DeleteRecords = 21,
    /// Versions 0-5.
    InitProducerId = 22,
    /// Versions 2-4.
    OffsetForLeaderEpoch = 23,
    /// Versions 0-5.
    AddPartitionsToTxn = 24,
    /// Versions 0-4.
    AddOffsetsToTxn = 25,
    /// Versions 0-5.
    EndTxn = 26,
    /// Versions 1-2.
    WriteTxnMarkers = 27,
    /// Versions 0-6.
    TxnOffsetCommit = 28,
    /// Versions 1-3.
    DescribeAcls = 29,
    /// Versions 1-3.
    CreateAcls = 30,
    /// Versions 1-3.
    DeleteAcls = 31,
    /// Versions 1-4.
    DescribeConfigs = 32,
    /// Versions 0-2.
    AlterConfigs = 33,
    /// Versions 1-2.
    AlterReplicaLogDirs = 34,
    /// Versions 1-5.
    DescribeLogDirs = 35,
    /// Versions 0-2.
    SaslAuthenticate = 36,
    /// Versions 0-3.
    CreatePartitions = 37,
    /// Versions 1-3.
    CreateDelegationToken = 38,
    /// Versions 1-2.
    RenewDelegationToken = 39,
    /// Versions 1-2.
    ExpireDelegationToken = 40,
    /// Versions 1-3.
    DescribeDelegationToken = 41,
    /// Versions 0-3.
    DeleteGroups = 42,
    /// Versions 0-2.
    ElectLeaders = 43,
    /// Versions 0-1.
    IncrementalAlterConfigs = 44,
    /// Versions 0-1.
    AlterPartitionReassignments = 45,
    /// Versions 0.
    ListPartitionReassignments = 46,
    /// Versions 0.
    OffsetDelete = 47,
    /// Versions 0-1.
    DescribeClientQuotas = 48,
    /// Versions 0-1.
    AlterClientQuotas = 49,
    /// Versions 0.
    DescribeUserScramCredentials = 50,
    /// Versions 0.
    AlterUserScramCredentials = 51,
    /// Versions 0-2.
    DescribeQuorum = 55,
    /// Versions 0-2.
    UpdateFeatures = 57,
    /// Versions 0-2.
    DescribeCluster = 60,
    /// Versions 0.
    DescribeProducers = 61,
    /// Versions 0.
    UnregisterBroker = 64,
    /// Versions 0.
    DescribeTransactions = 65,
    /// Versions 0-2.
    ListTransactions = 66,
    /// Versions 0-1.
    ConsumerGroupHeartbeat = 68,
    /// Versions 0-1.
    ConsumerGroupDescribe = 69,
    /// Versions 0.
    GetTelemetrySubscriptions = 71,
    /// Versions 0.
    PushTelemetry = 72,
    /// Versions 0-1.
    ListConfigResources = 74,
    /// Versions 0.
    DescribeTopicPartitions = 75,
    /// Versions 1.
    ShareGroupHeartbeat = 76,
    /// Versions 1.
    ShareGroupDescribe = 77,
    /// Versions 1-2.
    ShareFetch = 78,
    /// Versions 1-2.
    ShareAcknowledge = 79,
    /// Versions 0-1.
    AddRaftVoter = 80,
    /// Versions 0.
    RemoveRaftVoter = 81,
    /// Versions 0.
    InitializeShareGroupState = 83,
    /// Versions 0.
    ReadShareGroupState = 84,
    /// Versions 0-1.
    WriteShareGroupState = 85,
    /// Versions 0.
    DeleteShareGroupState = 86,
    /// Versions 0-1.
    ReadShareGroupStateSummary = 87,
    /// Versions 0-1.
    StreamsGroupHeartbeat = 88,
    /// Versions 0-1.
    StreamsGroupDescribe = 89,
    /// Versions 0-1.
    DescribeShareGroupOffsets = 90,
    /// Versions 0.
    AlterShareGroupOffsets = 91,
    /// Versions 0.
    DeleteShareGroupOffsets = 92,
    /// Versions 0.
    StreamsGroupTopologyDescriptionUpdate = 93,
    /// Versions 0.
    UnregisterController = 94,
}

impl ApiKey {
    /// Every key, in rising order.
    pub const ALL: &[ApiKey] = &[
        ApiKey::Produce,
        ApiKey::Fetch,
        ApiKey::ListOffsets,
        ApiKey::Metadata,
        ApiKey::OffsetCommit,
        ApiKey::OffsetFetch,
        ApiKey::FindCoordinator,
        ApiKey::JoinGroup,
        ApiKey::Heartbeat,
        ApiKey::LeaveGroup,
        ApiKey::SyncGroup,
        ApiKey::DescribeGroups,
        ApiKey::ListGroups,
        ApiKey::SaslHandshake,
        ApiKey::ApiVersions,
        ApiKey::CreateTopics,
        ApiKey::DeleteTopics,
        ApiKey::DeleteRecords,
        ApiKey::InitProducerId,
        ApiKey::OffsetForLeaderEpoch,
        ApiKey::AddPartitionsToTxn,
        ApiKey::AddOffsetsToTxn,
        ApiKey::EndTxn,
        ApiKey::WriteTxnMarkers,
        ApiKey::TxnOffsetCommit,
        ApiKey::DescribeAcls,
        ApiKey::CreateAcls,
        ApiKey::DeleteAcls,
        ApiKey::DescribeConfigs,
        ApiKey::AlterConfigs,
        ApiKey::AlterReplicaLogDirs,
        ApiKey::DescribeLogDirs,
        ApiKey::SaslAuthenticate,
        ApiKey::CreatePartitions,
        ApiKey::CreateDelegationToken,
        ApiKey::RenewDelegationToken,
        ApiKey::ExpireDelegationToken,
        ApiKey::DescribeDelegationToken,
        ApiKey::DeleteGroups,
        ApiKey::ElectLeaders,
        ApiKey::IncrementalAlterConfigs,
        ApiKey::AlterPartitionReassignments,
        ApiKey::ListPartitionReassignments,
        ApiKey::OffsetDelete,
        ApiKey::DescribeClientQuotas,
        ApiKey::AlterClientQuotas,
        ApiKey::DescribeUserScramCredentials,
        ApiKey::AlterUserScramCredentials,
        ApiKey::DescribeQuorum,
        ApiKey::UpdateFeatures,
        ApiKey::DescribeCluster,
        ApiKey::DescribeProducers,
        ApiKey::UnregisterBroker,
        ApiKey::DescribeTransactions,
        ApiKey::ListTransactions,
        ApiKey::ConsumerGroupHeartbeat,
        ApiKey::ConsumerGroupDescribe,
        ApiKey::GetTelemetrySubscriptions,
        ApiKey::PushTelemetry,
        ApiKey::ListConfigResources,
        ApiKey::DescribeTopicPartitions,
        ApiKey::ShareGroupHeartbeat,
        ApiKey::ShareGroupDescribe,
        ApiKey::ShareFetch,
        ApiKey::ShareAcknowledge,
        ApiKey::AddRaftVoter,
        ApiKey::RemoveRaftVoter,
        ApiKey::InitializeShareGroupState,
        ApiKey::ReadShareGroupState,
        ApiKey::WriteShareGroupState,
        ApiKey::DeleteShareGroupState,
        ApiKey::ReadShareGroupStateSummary,
        ApiKey::StreamsGroupHeartbeat,
        ApiKey::StreamsGroupDescribe,
        ApiKey::DescribeShareGroupOffsets,
        ApiKey::AlterShareGroupOffsets,
        ApiKey::DeleteShareGroupOffsets,
        ApiKey::StreamsGroupTopologyDescriptionUpdate,
        ApiKey::UnregisterController,
    ];

    /// Kafka's name for it: `Produce`.
    pub fn name(self) -> &'static str {
        self.row().0
    }

    /// The versions whose messages can be read and written.
    pub fn versions(self) -> RangeInclusive<i16> {
        let (_, lowest, highest, _) = self.row();
        lowest..=highest
    }

    /// The version of a request's header: 2 from the first flexible version on, before it 1.
    pub fn request_header_version(self, version: i16) -> i16 {
        if version >= self.row().3 { 2 } else { 1 }
    }

    /// The version of a response's header: 1 from the first flexible version on, before it 0. That of ApiVersions stays 0:
    /// a client reads it before it knows what the server speaks (KIP-511).
    pub fn response_header_version(self, version: i16) -> i16 {
        if version >= self.row().3 && self != ApiKey::ApiVersions { 1 } else { 0 }
    }

    /// Name, lowest and highest version, first flexible version.
    fn row(self) -> (&'static str, i16, i16, i16) {
        match self {
            ApiKey::Produce => ("Produce", 3, 13, 9),
            ApiKey::Fetch => ("Fetch", 4, 18, 12),
            ApiKey::ListOffsets => ("ListOffsets", 1, 11, 6),
            ApiKey::Metadata => ("Metadata", 0, 13, 9),
            ApiKey::OffsetCommit => ("OffsetCommit", 2, 10, 8),
            ApiKey::OffsetFetch => ("OffsetFetch", 1, 10, 6),
            ApiKey::FindCoordinator => ("FindCoordinator", 0, 6, 3),
            ApiKey::JoinGroup => ("JoinGroup", 0, 9, 6),
            ApiKey::Heartbeat => ("Heartbeat", 0, 4, 4),
            ApiKey::LeaveGroup => ("LeaveGroup", 0, 5, 4),
            ApiKey::SyncGroup => ("SyncGroup", 0, 5, 4),
            ApiKey::DescribeGroups => ("DescribeGroups", 0, 6, 5),
            ApiKey::ListGroups => ("ListGroups", 0, 5, 3),
            ApiKey::SaslHandshake => ("SaslHandshake", 0, 1, i16::MAX),
            ApiKey::ApiVersions => ("ApiVersions", 0, 5, 3),
            ApiKey::CreateTopics => ("CreateTopics", 2, 7, 5),
            ApiKey::DeleteTopics => ("DeleteTopics", 1, 6, 4),
            ApiKey::DeleteRecords => ("DeleteRecords", 0, 2, 2),
            ApiKey::InitProducerId => ("InitProducerId", 0, 5, 2),
            ApiKey::OffsetForLeaderEpoch => ("OffsetForLeaderEpoch", 2, 4, 4),
            ApiKey::AddPartitionsToTxn => ("AddPartitionsToTxn", 0, 5, 3),
            ApiKey::AddOffsetsToTxn => ("AddOffsetsToTxn", 0, 4, 3),
            ApiKey::EndTxn => ("EndTxn", 0, 5, 3),
            ApiKey::WriteTxnMarkers => ("WriteTxnMarkers", 1, 2, 1),
            ApiKey::TxnOffsetCommit => ("TxnOffsetCommit", 0, 6, 3),
            ApiKey::DescribeAcls => ("DescribeAcls", 1, 3, 2),
            ApiKey::CreateAcls => ("CreateAcls", 1, 3, 2),
            ApiKey::DeleteAcls => ("DeleteAcls", 1, 3, 2),
            ApiKey::DescribeConfigs => ("DescribeConfigs", 1, 4, 4),
            ApiKey::AlterConfigs => ("AlterConfigs", 0, 2, 2),
            ApiKey::AlterReplicaLogDirs => ("AlterReplicaLogDirs", 1, 2, 2),
            ApiKey::DescribeLogDirs => ("DescribeLogDirs", 1, 5, 2),
            ApiKey::SaslAuthenticate => ("SaslAuthenticate", 0, 2, 2),
            ApiKey::CreatePartitions => ("CreatePartitions", 0, 3, 2),
            ApiKey::CreateDelegationToken => ("CreateDelegationToken", 1, 3, 2),
            ApiKey::RenewDelegationToken => ("RenewDelegationToken", 1, 2, 2),
            ApiKey::ExpireDelegationToken => ("ExpireDelegationToken", 1, 2, 2),
            ApiKey::DescribeDelegationToken => ("DescribeDelegationToken", 1, 3, 2),
            ApiKey::DeleteGroups => ("DeleteGroups", 0, 3, 2),
            ApiKey::ElectLeaders => ("ElectLeaders", 0, 2, 2),
            ApiKey::IncrementalAlterConfigs => ("IncrementalAlterConfigs", 0, 1, 1),
            ApiKey::AlterPartitionReassignments => ("AlterPartitionReassignments", 0, 1, 0),
            ApiKey::ListPartitionReassignments => ("ListPartitionReassignments", 0, 0, 0),
            ApiKey::OffsetDelete => ("OffsetDelete", 0, 0, i16::MAX),
            ApiKey::DescribeClientQuotas => ("DescribeClientQuotas", 0, 1, 1),
            ApiKey::AlterClientQuotas => ("AlterClientQuotas", 0, 1, 1),
            ApiKey::DescribeUserScramCredentials => ("DescribeUserScramCredentials", 0, 0, 0),
            ApiKey::AlterUserScramCredentials => ("AlterUserScramCredentials", 0, 0, 0),
            ApiKey::DescribeQuorum => ("DescribeQuorum", 0, 2, 0),
            ApiKey::UpdateFeatures => ("UpdateFeatures", 0, 2, 0),
            ApiKey::DescribeCluster => ("DescribeCluster", 0, 2, 0),
            ApiKey::DescribeProducers => ("DescribeProducers", 0, 0, 0),
            ApiKey::UnregisterBroker => ("UnregisterBroker", 0, 0, 0),
            ApiKey::DescribeTransactions => ("DescribeTransactions", 0, 0, 0),
            ApiKey::ListTransactions => ("ListTransactions", 0, 2, 0),
            ApiKey::ConsumerGroupHeartbeat => ("ConsumerGroupHeartbeat", 0, 1, 0),
            ApiKey::ConsumerGroupDescribe => ("ConsumerGroupDescribe", 0, 1, 0),
            ApiKey::GetTelemetrySubscriptions => ("GetTelemetrySubscriptions", 0, 0, 0),
            ApiKey::PushTelemetry => ("PushTelemetry", 0, 0, 0),
            ApiKey::ListConfigResources => ("ListConfigResources", 0, 1, 0),
            ApiKey::DescribeTopicPartitions => ("DescribeTopicPartitions", 0, 0, 0),
            ApiKey::ShareGroupHeartbeat => ("ShareGroupHeartbeat", 1, 1, 1),
            ApiKey::ShareGroupDescribe => ("ShareGroupDescribe", 1, 1, 1),
            ApiKey::ShareFetch => ("ShareFetch", 1, 2, 1),
            ApiKey::ShareAcknowledge => ("ShareAcknowledge", 1, 2, 1),
            ApiKey::AddRaftVoter => ("AddRaftVoter", 0, 1, 0),
            ApiKey::RemoveRaftVoter => ("RemoveRaftVoter", 0, 0, 0),
            ApiKey::InitializeShareGroupState => ("InitializeShareGroupState", 0, 0, 0),
            ApiKey::ReadShareGroupState => ("ReadShareGroupState", 0, 0, 0),
            ApiKey::WriteShareGroupState => ("WriteShareGroupState", 0, 1, 0),
            ApiKey::DeleteShareGroupState => ("DeleteShareGroupState", 0, 0, 0),
            ApiKey::ReadShareGroupStateSummary => ("ReadShareGroupStateSummary", 0, 1, 0),
            ApiKey::StreamsGroupHeartbeat => ("StreamsGroupHeartbeat", 0, 1, 0),
            ApiKey::StreamsGroupDescribe => ("StreamsGroupDescribe", 0, 1, 0),
            ApiKey::DescribeShareGroupOffsets => ("DescribeShareGroupOffsets", 0, 1, 0),
            ApiKey::AlterShareGroupOffsets => ("AlterShareGroupOffsets", 0, 0, 0),
            ApiKey::DeleteShareGroupOffsets => ("DeleteShareGroupOffsets", 0, 0, 0),
            ApiKey::StreamsGroupTopologyDescriptionUpdate => {
                ("StreamsGroupTopologyDescriptionUpdate", 0, 0, 0)
            }
            ApiKey::UnregisterController => ("UnregisterController", 0, 0, 0),
        }
    }
}

impl TryFrom<i16> for ApiKey {
    type Error = DecodeError;

    fn try_from(api_key: i16) -> Result<Self, DecodeError> {
        Ok(match api_key {
            0 => ApiKey::Produce,
            1 => ApiKey::Fetch,
            2 => ApiKey::ListOffsets,
            3 => ApiKey::Metadata,
            8 => ApiKey::OffsetCommit,
            9 => ApiKey::OffsetFetch,
            10 => ApiKey::FindCoordinator,
            11 => ApiKey::JoinGroup,
            12 => ApiKey::Heartbeat,
            13 => ApiKey::LeaveGroup,
            14 => ApiKey::SyncGroup,
            15 => ApiKey::DescribeGroups,
            16 => ApiKey::ListGroups,
            17 => ApiKey::SaslHandshake,
            18 => ApiKey::ApiVersions,
            19 => ApiKey::CreateTopics,
            20 => ApiKey::DeleteTopics,
            21 => ApiKey::DeleteRecords,
            22 => ApiKey::InitProducerId,
            23 => ApiKey::OffsetForLeaderEpoch,
            24 => ApiKey::AddPartitionsToTxn,
            25 => ApiKey::AddOffsetsToTxn,
            26 => ApiKey::EndTxn,
            27 => ApiKey::WriteTxnMarkers,
            28 => ApiKey::TxnOffsetCommit,
            29 => ApiKey::DescribeAcls,
            30 => ApiKey::CreateAcls,
            31 => ApiKey::DeleteAcls,
            32 => ApiKey::DescribeConfigs,
            33 => ApiKey::AlterConfigs,
            34 => ApiKey::AlterReplicaLogDirs,
            35 => ApiKey::DescribeLogDirs,
            36 => ApiKey::SaslAuthenticate,
            37 => ApiKey::CreatePartitions,
            38 => ApiKey::CreateDelegationToken,
            39 => ApiKey::RenewDelegationToken,
            40 => ApiKey::ExpireDelegationToken,
            41 => ApiKey::DescribeDelegationToken,
            42 => ApiKey::DeleteGroups,
            43 => ApiKey::ElectLeaders,
            44 => ApiKey::IncrementalAlterConfigs,
            45 => ApiKey::AlterPartitionReassignments,
            46 => ApiKey::ListPartitionReassignments,
            47 => ApiKey::OffsetDelete,
            48 => ApiKey::DescribeClientQuotas,
            49 => ApiKey::AlterClientQuotas,
            50 => ApiKey::DescribeUserScramCredentials,
            51 => ApiKey::AlterUserScramCredentials,
            55 => ApiKey::DescribeQuorum,
            57 => ApiKey::UpdateFeatures,
            60 => ApiKey::DescribeCluster,
            61 => ApiKey::DescribeProducers,
            64 => ApiKey::UnregisterBroker,
            65 => ApiKey::DescribeTransactions,
            66 => ApiKey::ListTransactions,
            68 => ApiKey::ConsumerGroupHeartbeat,
            69 => ApiKey::ConsumerGroupDescribe,
            71 => ApiKey::GetTelemetrySubscriptions,
            72 => ApiKey::PushTelemetry,
            74 => ApiKey::ListConfigResources,
            75 => ApiKey::DescribeTopicPartitions,
            76 => ApiKey::ShareGroupHeartbeat,
            77 => ApiKey::ShareGroupDescribe,
            78 => ApiKey::ShareFetch,
            79 => ApiKey::ShareAcknowledge,
            80 => ApiKey::AddRaftVoter,
            81 => ApiKey::RemoveRaftVoter,
            83 => ApiKey::InitializeShareGroupState,
            84 => ApiKey::ReadShareGroupState,
            85 => ApiKey::WriteShareGroupState,
            86 => ApiKey::DeleteShareGroupState,
            87 => ApiKey::ReadShareGroupStateSummary,
            88 => ApiKey::StreamsGroupHeartbeat,
            89 => ApiKey::StreamsGroupDescribe,
            90 => ApiKey::DescribeShareGroupOffsets,
            91 => ApiKey::AlterShareGroupOffsets,
            92 => ApiKey::DeleteShareGroupOffsets,
            93 => ApiKey::StreamsGroupTopologyDescriptionUpdate,
            94 => ApiKey::UnregisterController,

            _ => return Err(DecodeError::UnknownApiKey { api_key }),
        })
    }
}
