// Generated from proto/kafka by scripts/gen: change those, not this.

//! ConsumerGroupDescribe (API key 69). Members and assignments of consumer groups (KIP-848).

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, Decoder, EncodeError, Encoder, Message, Request, Str, Uuid, Wire};

/// Members and assignments of consumer groups (KIP-848).
///
/// - 1: the answer has members' types (KIP-1099).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConsumerGroupDescribeRequest {
    /// `[]string`.
    pub group_ids: Vec<Str>,
    /// `bool`.
    pub include_authorized_operations: bool,
}

impl Wire for ConsumerGroupDescribeRequest {
    const MIN_BYTES: usize = 3;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = ConsumerGroupDescribeRequest {
            group_ids: decoder.array("groupIds", version)?,
            include_authorized_operations: decoder.bool()?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.array("groupIds", &self.group_ids, version)?;
        encoder.bool(self.include_authorized_operations);
        encoder.no_tags();
        Ok(())
    }
}

impl Message for ConsumerGroupDescribeRequest {
    const NAME: &'static str = "ConsumerGroupDescribeRequest";
    const VERSIONS: RangeInclusive<i16> = 0..=1;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}

impl Request for ConsumerGroupDescribeRequest {
    const KEY: ApiKey = ApiKey::ConsumerGroupDescribe;
    type Response = ConsumerGroupDescribeResponse;
}

/// Members and assignments of consumer groups (KIP-848).
///
/// - 1: adds memberType (KIP-1099).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConsumerGroupDescribeResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `[]DescribedGroup`.
    pub groups: Vec<DescribedGroup>,
}

impl Wire for ConsumerGroupDescribeResponse {
    const MIN_BYTES: usize = 6;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = ConsumerGroupDescribeResponse {
            throttle_time_ms: decoder.int32()?,
            groups: decoder.array("groups", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int32(self.throttle_time_ms);
        encoder.array("groups", &self.groups, version)?;
        encoder.no_tags();
        Ok(())
    }
}

impl Message for ConsumerGroupDescribeResponse {
    const NAME: &'static str = "ConsumerGroupDescribeResponse";
    const VERSIONS: RangeInclusive<i16> = 0..=1;
    const FIRST_FLEXIBLE: Option<i16> = Some(0);
}

/// Part of [`ConsumerGroupDescribeResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct DescribedGroup {
    /// `int16`.
    pub error_code: i16,
    /// Null by default.
    pub error_message: Option<Str>,
    /// `string`.
    pub group_id: Str,
    /// Empty, Assigning, Reconciling, Stable or Dead.
    pub group_state: Str,
    /// `int32`.
    pub group_epoch: i32,
    /// `int32`.
    pub assignment_epoch: i32,
    /// `string`.
    pub assignor_name: Str,
    /// `[]Member`.
    pub members: Vec<Member>,
    /// A bit for each operation; the smallest int32: not asked for. -2147483648 by default.
    pub authorized_operations: i32,
}

impl Default for DescribedGroup {
    fn default() -> Self {
        DescribedGroup {
            error_code: 0,
            error_message: None,
            group_id: Str::EMPTY,
            group_state: Str::EMPTY,
            group_epoch: 0,
            assignment_epoch: 0,
            assignor_name: Str::EMPTY,
            members: Vec::new(),
            authorized_operations: -2147483648,
        }
    }
}

impl Wire for DescribedGroup {
    const MIN_BYTES: usize = 20;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = DescribedGroup {
            error_code: decoder.int16()?,
            error_message: decoder.nullable_string("errorMessage")?,
            group_id: decoder.string("groupId")?,
            group_state: decoder.string("groupState")?,
            group_epoch: decoder.int32()?,
            assignment_epoch: decoder.int32()?,
            assignor_name: decoder.string("assignorName")?,
            members: decoder.array("members", version)?,
            authorized_operations: decoder.int32()?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.int16(self.error_code);
        encoder.nullable_string("errorMessage", self.error_message.as_deref())?;
        encoder.string("groupId", &self.group_id)?;
        encoder.string("groupState", &self.group_state)?;
        encoder.int32(self.group_epoch);
        encoder.int32(self.assignment_epoch);
        encoder.string("assignorName", &self.assignor_name)?;
        encoder.array("members", &self.members, version)?;
        encoder.int32(self.authorized_operations);
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`ConsumerGroupDescribeResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// `string`.
    pub member_id: Str,
    /// Null by default.
    pub instance_id: Option<Str>,
    /// Null by default.
    pub rack_id: Option<Str>,
    /// `int32`.
    pub member_epoch: i32,
    /// `string`.
    pub client_id: Str,
    /// `string`.
    pub client_host: Str,
    /// `[]string`.
    pub subscribed_topic_names: Vec<Str>,
    /// Null by default.
    pub subscribed_topic_regex: Option<Str>,
    /// `Assignment`.
    pub assignment: Assignment,
    /// `Assignment`.
    pub target_assignment: Assignment,
    /// -1: unknown, 0: classic, 1: consumer. Versions 1+, -1 by default, left out silently in others.
    pub member_type: i8,
}

impl Default for Member {
    fn default() -> Self {
        Member {
            member_id: Str::EMPTY,
            instance_id: None,
            rack_id: None,
            member_epoch: 0,
            client_id: Str::EMPTY,
            client_host: Str::EMPTY,
            subscribed_topic_names: Vec::new(),
            subscribed_topic_regex: None,
            assignment: Assignment::default(),
            target_assignment: Assignment::default(),
            member_type: -1,
        }
    }
}

impl Wire for Member {
    const MIN_BYTES: usize = 16;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = Member {
            member_id: decoder.string("memberId")?,
            instance_id: decoder.nullable_string("instanceId")?,
            rack_id: decoder.nullable_string("rackId")?,
            member_epoch: decoder.int32()?,
            client_id: decoder.string("clientId")?,
            client_host: decoder.string("clientHost")?,
            subscribed_topic_names: decoder.array("subscribedTopicNames", version)?,
            subscribed_topic_regex: decoder.nullable_string("subscribedTopicRegex")?,
            assignment: Assignment::read(decoder, version)?,
            target_assignment: Assignment::read(decoder, version)?,
            member_type: if version >= 1 { decoder.int8()? } else { -1 },
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.string("memberId", &self.member_id)?;
        encoder.nullable_string("instanceId", self.instance_id.as_deref())?;
        encoder.nullable_string("rackId", self.rack_id.as_deref())?;
        encoder.int32(self.member_epoch);
        encoder.string("clientId", &self.client_id)?;
        encoder.string("clientHost", &self.client_host)?;
        encoder.array("subscribedTopicNames", &self.subscribed_topic_names, version)?;
        encoder.nullable_string("subscribedTopicRegex", self.subscribed_topic_regex.as_deref())?;
        self.assignment.write(encoder, version)?;
        self.target_assignment.write(encoder, version)?;
        if version >= 1 {
            encoder.int8(self.member_type);
        }
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`ConsumerGroupDescribeResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Assignment {
    /// `[]TopicPartitions`.
    pub topic_partitions: Vec<TopicPartitions>,
}

impl Wire for Assignment {
    const MIN_BYTES: usize = 2;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = Assignment { topic_partitions: decoder.array("topicPartitions", version)? };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.array("topicPartitions", &self.topic_partitions, version)?;
        encoder.no_tags();
        Ok(())
    }
}

/// Part of [`ConsumerGroupDescribeResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicPartitions {
    /// `uuid`.
    pub topic_id: Uuid,
    /// `string`.
    pub topic_name: Str,
    /// `[]int32`.
    pub partitions: Vec<i32>,
}

impl Wire for TopicPartitions {
    const MIN_BYTES: usize = 19;

    fn read(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let read = TopicPartitions {
            topic_id: decoder.uuid()?,
            topic_name: decoder.string("topicName")?,
            partitions: decoder.array("partitions", version)?,
        };
        decoder.skip_tags()?;
        Ok(read)
    }

    fn write(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        encoder.uuid(self.topic_id);
        encoder.string("topicName", &self.topic_name)?;
        encoder.array("partitions", &self.partitions, version)?;
        encoder.no_tags();
        Ok(())
    }
}
