//! What the APIs around configs share: Kafka's numbers, and requests whose resources are answered each by itself.

use std::collections::BTreeMap;

use tidelog_metadata::controller::{AlterConfigsError, ConfigAlteration};
use tidelog_metadata::{ConfigSource, ValueType};

use crate::controller::ChangeError;
use crate::errors::{KafkaCode, KafkaError, ToKafka};

/// Where a value comes from.
pub fn source_number(source: ConfigSource) -> i8 {
    match source {
        ConfigSource::Topic => 1,
        ConfigSource::Node => 2,
        ConfigSource::Cluster => 3,
        ConfigSource::Written(_) => 4,
        ConfigSource::Default => 5,
        ConfigSource::ClientMetrics => 7,
        ConfigSource::Group => 8,
    }
}

/// What kind of value it is.
pub fn type_number(value_type: ValueType) -> i8 {
    match value_type {
        ValueType::Boolean => 1,
        ValueType::String => 2,
        ValueType::Int => 3,
        ValueType::Short => 4,
        ValueType::Long => 5,
        ValueType::Double => 6,
        ValueType::List => 7,
        ValueType::Class => 8,
        ValueType::Password => 9,
    }
}

/// Which of the resources come once; each of the others is refused.
pub fn each_once<K: Ord + Clone>(resources: impl Iterator<Item = K>) -> Vec<Result<(), KafkaError>> {
    let resources: Vec<K> = resources.collect();
    let mut times: BTreeMap<K, usize> = BTreeMap::new();
    resources.iter().for_each(|resource| *times.entry(resource.clone()).or_default() += 1);
    let is_once = |resource| match times[resource] {
        1 => Ok(()),
        _ => Err(KafkaError::new(KafkaCode::InvalidRequest, "Each resource must appear at most once.")),
    };
    resources.iter().map(is_once).collect()
}

/// A request's resources: some have their answer before anything is decided, the others are decided together.
#[derive(Debug)]
pub struct Resources {
    answers: Vec<Result<(), KafkaError>>,
    places: Vec<usize>,
    alterations: Vec<ConfigAlteration>,
}

impl Resources {
    /// So many.
    pub fn new(count: usize) -> Self {
        Resources { answers: vec![Ok(()); count], places: Vec::new(), alterations: Vec::new() }
    }

    /// The resource at this place is to be decided about, or is refused.
    pub fn take(&mut self, place: usize, alteration: Result<ConfigAlteration, KafkaError>) {
        match alteration {
            Ok(alteration) => {
                self.places.push(place);
                self.alterations.push(alteration);
            }
            Err(error) => self.answers[place] = Err(error),
        }
    }

    /// The resource at this place has its answer.
    pub fn answer(&mut self, place: usize, answer: Result<(), KafkaError>) {
        self.answers[place] = answer;
    }

    /// All answers, in the order of the resources.
    pub async fn decide<F>(
        self,
        decide: impl FnOnce(Vec<ConfigAlteration>) -> F,
    ) -> Vec<Result<(), KafkaError>>
    where
        F: Future<Output = Result<Vec<Result<(), AlterConfigsError>>, ChangeError>>,
    {
        let Resources { mut answers, places, alterations } = self;
        match decide(alterations).await {
            Ok(decided) => {
                for (place, answer) in places.into_iter().zip(decided) {
                    answers[place] = answer.map_err(|error| error.to_kafka());
                }
            }
            Err(error) => {
                let error = error.to_kafka();
                places.into_iter().for_each(|place| answers[place] = Err(error.clone()));
            }
        }
        answers
    }
}
