//! Cluster metadata: records, image, decisions; all pure.
