//! Kafka's error codes, under Kafka's names: those that this node answers.

/// Declares the codes: name, number, meaning.
macro_rules! codes {
    ($($(#[doc = $doc:literal])* $name:ident = $code:literal,)*) => {
        /// An error code of the Kafka protocol.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(i16)]
        pub enum KafkaCode {
            $($(#[doc = $doc])* $name = $code,)*
        }

        impl KafkaCode {
            /// All of them, by number.
            pub const ALL: &'static [KafkaCode] = &[$(KafkaCode::$name),*];
        }
    };
}

codes! {
    /// Something that nobody thought of. Never for a produce of unknown fate: clients would store its records twice.
    UnknownServerError = -1,
    /// No error.
    None = 0,
    /// No such offset in the log.
    OffsetOutOfRange = 1,
    /// A batch whose bytes are damaged.
    CorruptMessage = 2,
    /// No such topic or partition here.
    UnknownTopicOrPartition = 3,
    /// Nobody leads the partition.
    LeaderNotAvailable = 5,
    /// This node does not lead the partition.
    NotLeaderOrFollower = 6,
    /// Not done in the time that the client allowed.
    RequestTimedOut = 7,
    /// No such broker.
    BrokerNotAvailable = 8,
    /// This node holds no replica of the partition.
    ReplicaNotAvailable = 9,
    /// A batch above `max.message.bytes`.
    MessageTooLarge = 10,
    /// The connection to another node was lost.
    NetworkException = 13,
    /// The coordinator is not ready yet.
    CoordinatorLoadInProgress = 14,
    /// There is no coordinator now.
    CoordinatorNotAvailable = 15,
    /// Not a topic for this operation, or not a name for one.
    InvalidTopicException = 17,
    /// A batch larger than a segment.
    RecordListTooLarge = 18,
    /// Too few replicas in sync; nothing was appended.
    NotEnoughReplicas = 19,
    /// Too few replicas in sync, known after the append.
    NotEnoughReplicasAfterAppend = 20,
    /// `acks` is none of 0, 1 and −1.
    InvalidRequiredAcks = 21,
    /// The client may not use the topic.
    TopicAuthorizationFailed = 29,
    /// The client may not do this to the cluster.
    ClusterAuthorizationFailed = 31,
    /// A record's time outside of what its topic allows.
    InvalidTimestamp = 32,
    /// Not in this version of the request, or not in this broker.
    UnsupportedVersion = 35,
    /// The topic is there already.
    TopicAlreadyExists = 36,
    /// Not a number of partitions that the topic can have.
    InvalidPartitions = 37,
    /// Fewer replicas than one, or more than brokers.
    InvalidReplicationFactor = 38,
    /// Replicas that can't lie so.
    InvalidReplicaAssignment = 39,
    /// A config that does not exist, or a value that it does not take.
    InvalidConfig = 40,
    /// Another node decides.
    NotController = 41,
    /// A request that contradicts itself.
    InvalidRequest = 42,
    /// The operator does not want it.
    PolicyViolation = 44,
    /// A producer's batch is missing before this one.
    OutOfOrderSequenceNumber = 45,
    /// A producer's batch that was stored long ago.
    DuplicateSequenceNumber = 46,
    /// A newer producer took over.
    InvalidProducerEpoch = 47,
    /// A longer transaction than the broker allows.
    InvalidTransactionTimeout = 50,
    /// Not allowed to use this transactional id, or none where one is needed.
    TransactionalIdAuthorizationFailed = 53,
    /// There is no authorizer.
    SecurityDisabled = 54,
    /// Not done, because of another error in the request.
    OperationNotAttempted = 55,
    /// The log directory does not work.
    KafkaStorageError = 56,
    /// Not a log directory of this broker.
    LogDirNotFound = 57,
    /// Nothing is known of the producer.
    UnknownProducerId = 59,
    /// A reassignment is under way.
    ReassignmentInProgress = 60,
    /// The fetch session is gone.
    FetchSessionIdNotFound = 70,
    /// The fetch session's epoch does not follow.
    InvalidFetchSessionEpoch = 71,
    /// `delete.topic.enable` is `false`.
    TopicDeletionDisabled = 73,
    /// The client believes in an earlier leadership.
    FencedLeaderEpoch = 74,
    /// The client knows a later leadership than this node does.
    UnknownLeaderEpoch = 75,
    /// A codec that the client's version of the request does not know.
    UnsupportedCompressionType = 76,
    /// The watermark is not known yet after a change of leaders.
    OffsetNotAvailable = 78,
    /// The preferred leader can't lead.
    PreferredLeaderNotAvailable = 80,
    /// No replica can lead.
    EligibleLeadersNotAvailable = 83,
    /// The partition has the leader that it should have.
    ElectionNotNeeded = 84,
    /// There is no reassignment to cancel.
    NoReassignmentInProgress = 85,
    /// A record that the topic does not take.
    InvalidRecord = 87,
    /// Above a quota: later.
    ThrottlingQuotaExceeded = 89,
    /// No such resource.
    ResourceNotFound = 91,
    /// The same resource twice.
    DuplicateResource = 92,
    /// A feature can't have this level.
    InvalidUpdateVersion = 95,
    /// The features could not be changed.
    FeatureUpdateFailed = 96,
    /// No topic has the id.
    UnknownTopicId = 100,
    /// No broker of this id is registered.
    BrokerIdNotRegistered = 102,
    /// The topic has another id.
    InconsistentTopicId = 103,
    /// Another cluster is meant.
    InconsistentClusterId = 104,
    /// The session's topic ids and names don't agree.
    FetchSessionTopicIdError = 106,
    /// Another kind of node is meant.
    MismatchedEndpointType = 114,
    /// There is no such kind of node.
    UnsupportedEndpointType = 115,
    /// Telemetry for a subscription that is over.
    UnknownSubscriptionId = 117,
    /// More telemetry than is taken.
    TelemetryTooLarge = 118,
    /// What the client knows of the cluster is another one's.
    RebootstrapRequired = 129,
    /// No controller of this id is registered.
    ControllerIdNotRegistered = 136,
}

impl KafkaCode {
    /// The number on the wire.
    pub const fn to_wire(self) -> i16 {
        self as i16
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_has_one_name() {
        assert!(KafkaCode::ALL.is_sorted_by(|a, b| a.to_wire() < b.to_wire()));
    }
}
