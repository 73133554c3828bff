//! The node: listeners, handlers, the committer, the composition root.
