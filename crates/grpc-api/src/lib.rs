//! Generated gRPC types and stubs of proto/tidelog/v1.
