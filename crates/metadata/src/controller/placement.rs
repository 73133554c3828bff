//! Which brokers hold the replicas of new partitions.
//!
//! Leaders go round the brokers by id, followers after their leader; each topic begins at a broker of its own, so that
//! many small topics don't all lie on the first.

use tidelog_model::{NodeId, TopicId};

use crate::image::MetadataImage;
use crate::record::Placement;

/// Why replicas can't be placed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlacementError {
    /// A replication factor below 1.
    #[error("the replication factor is {factor}, and it must be at least 1: leave it out for the default")]
    FactorNotPositive {
        /// What was asked.
        factor: i16,
    },
    /// More replicas than brokers.
    #[error(
        "{factor} replicas need as many brokers, and there are {brokers}: lower the replication factor or start brokers"
    )]
    NotEnoughBrokers {
        /// What was asked, or is the default.
        factor: i16,
        /// How many there are.
        brokers: usize,
    },
    /// The caller's own placement has another number of partitions than are to be made.
    #[error(
        "replicas are given for {given} partitions, and there are {expected} new ones: give them for each"
    )]
    CountDiffers {
        /// For how many they are given.
        given: usize,
        /// How many are made.
        expected: i32,
    },
    /// The caller's own placement names a partition twice.
    #[error("replicas are given for partition {partition} more than once: give them once")]
    PartitionTwice {
        /// Which.
        partition: i32,
    },
    /// The caller's own placement leaves partitions out.
    #[error("replicas are given for some partitions and not for others: number them from 0, without gaps")]
    NotConsecutive,
    /// A partition without replicas in the caller's own placement.
    #[error("partition {partition} has no replicas in the given placement: name at least one broker")]
    Empty {
        /// Its place in the list.
        partition: usize,
    },
    /// A broker twice for one partition.
    #[error("partition {partition} has broker {node_id} twice in the given placement: name each broker once")]
    Repeated {
        /// Its place in the list.
        partition: usize,
        /// The broker.
        node_id: NodeId,
    },
    /// A broker that does not exist.
    #[error("partition {partition} has broker {node_id} in the given placement, and there is no such broker")]
    UnknownBroker {
        /// Its place in the list.
        partition: usize,
        /// The broker.
        node_id: NodeId,
    },
    /// Partitions with different numbers of replicas.
    #[error(
        "partition {partition} has {replicas} replicas in the given placement, and the topic's others have {expected}: \
         give all the same number"
    )]
    FactorDiffers {
        /// Its place in the list.
        partition: usize,
        /// How many it has.
        replicas: usize,
        /// How many the others have.
        expected: usize,
    },
}

/// Spreads partitions from number `first` on over all brokers.
pub(super) fn spread(
    image: &MetadataImage,
    topic_id: TopicId,
    first: usize,
    factor: i16,
) -> Result<Placement, PlacementError> {
    let brokers: Vec<NodeId> = image.brokers().map(|broker| broker.node_id).collect();
    let replicas = match usize::try_from(factor) {
        Ok(replicas) if replicas > 0 => replicas,
        _ => return Err(PlacementError::FactorNotPositive { factor }),
    };
    if replicas > brokers.len() {
        return Err(PlacementError::NotEnoughBrokers { factor, brokers: brokers.len() });
    }
    let start = (topic_id.0 % brokers.len() as u128) as usize + first;
    let of_partition =
        |index: usize| brokers.iter().cycle().skip((start + index) % brokers.len()).take(replicas);
    let round = (0..brokers.len()).map(|index| of_partition(index).copied().collect()).collect();
    Ok(Placement(round).shortest())
}

/// Checks a placement that the caller chose, of partitions with `factor` replicas each.
pub(super) fn check(
    image: &MetadataImage,
    lists: &[Vec<NodeId>],
    factor: Option<usize>,
) -> Result<Placement, PlacementError> {
    let expected = factor.or(lists.first().map(Vec::len)).unwrap_or(0);
    for (partition, replicas) in lists.iter().enumerate() {
        if replicas.is_empty() {
            return Err(PlacementError::Empty { partition });
        }
        for (index, &node_id) in replicas.iter().enumerate() {
            if replicas[..index].contains(&node_id) {
                return Err(PlacementError::Repeated { partition, node_id });
            }
            if image.broker(node_id).is_none() {
                return Err(PlacementError::UnknownBroker { partition, node_id });
            }
        }
        if replicas.len() != expected {
            return Err(PlacementError::FactorDiffers { partition, replicas: replicas.len(), expected });
        }
    }
    Ok(Placement(lists.to_vec()).shortest())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use tidelog_model::Offset;

    use super::*;
    use crate::record::{BrokerRegistered, Incarnation};

    fn image(brokers: &[i32]) -> MetadataImage {
        let mut image = MetadataImage::new();
        for (&id, offset) in brokers.iter().zip(0..) {
            let record = BrokerRegistered {
                node_id: NodeId(id),
                incarnation: Incarnation(7),
                broker_epoch: None,
                rack: None,
                listeners: BTreeMap::new(),
            };
            image.apply(Offset(offset), &record.into()).unwrap();
        }
        image
    }

    fn nodes(lists: &[&[i32]]) -> Vec<Vec<NodeId>> {
        lists.iter().map(|list| list.iter().copied().map(NodeId).collect()).collect()
    }

    #[test]
    fn on_one_broker_all_partitions_are_one_entry() {
        assert_eq!(spread(&image(&[5]), TopicId(9), 0, 1), Ok(Placement(nodes(&[&[5]]))));
    }

    #[test]
    fn leaders_go_round_the_brokers_and_followers_after_them() {
        let image = image(&[1, 2, 3]);
        assert_eq!(spread(&image, TopicId(3), 0, 2), Ok(Placement(nodes(&[&[1, 2], &[2, 3], &[3, 1]]))));
        assert_eq!(spread(&image, TopicId(4), 0, 2), Ok(Placement(nodes(&[&[2, 3], &[3, 1], &[1, 2]]))));
        // Added partitions go on where the first ones ended.
        assert_eq!(spread(&image, TopicId(3), 4, 1), Ok(Placement(nodes(&[&[2], &[3], &[1]]))));
    }

    #[test]
    fn a_factor_below_one_or_above_the_brokers_is_refused() {
        let image = image(&[1, 2]);
        for factor in [0, -1, i16::MIN] {
            assert_eq!(
                spread(&image, TopicId(1), 0, factor),
                Err(PlacementError::FactorNotPositive { factor })
            );
        }
        let too_many = Err(PlacementError::NotEnoughBrokers { factor: 3, brokers: 2 });
        assert_eq!(spread(&image, TopicId(1), 0, 3), too_many);
        let nobody = MetadataImage::new();
        assert_eq!(
            spread(&nobody, TopicId(1), 0, 1),
            Err(PlacementError::NotEnoughBrokers { factor: 1, brokers: 0 })
        );
    }

    #[test]
    fn a_given_placement_is_checked_list_by_list() {
        let image = image(&[1, 2]);
        let checked = |lists: &[&[i32]], factor| check(&image, &nodes(lists), factor);
        assert_eq!(checked(&[&[1], &[1], &[1]], None), Ok(Placement(nodes(&[&[1]]))));
        assert_eq!(checked(&[&[1, 2], &[2, 1]], Some(2)), Ok(Placement(nodes(&[&[1, 2], &[2, 1]]))));
        assert_eq!(checked(&[&[1], &[]], None), Err(PlacementError::Empty { partition: 1 }));
        let repeated = PlacementError::Repeated { partition: 0, node_id: NodeId(1) };
        assert_eq!(checked(&[&[1, 1]], None), Err(repeated));
        let unknown = PlacementError::UnknownBroker { partition: 0, node_id: NodeId(7) };
        assert_eq!(checked(&[&[7]], None), Err(unknown));
        let differs = PlacementError::FactorDiffers { partition: 1, replicas: 1, expected: 2 };
        assert_eq!(checked(&[&[1, 2], &[1]], None), Err(differs));
    }

    #[test]
    fn a_placement_is_shortened_to_its_period_and_no_further() {
        let shortest = |lists: &[&[i32]]| Placement(nodes(lists)).shortest().0;
        assert_eq!(shortest(&[]), nodes(&[]));
        assert_eq!(shortest(&[&[1], &[2], &[1], &[2]]), nodes(&[&[1], &[2]]));
        assert_eq!(shortest(&[&[1], &[2], &[1]]), nodes(&[&[1], &[2]]));
        assert_eq!(shortest(&[&[1], &[1], &[2]]), nodes(&[&[1], &[1], &[2]]));
        assert_eq!(shortest(&[&[1], &[1], &[2], &[1], &[1]]), nodes(&[&[1], &[1], &[2]]));
    }
}
