//! The endpoints: from a path to a response.

mod authz;
mod contract;
mod json_request;
mod outcome;
pub(super) mod response;
pub(super) mod route;
mod verify_endpoint;
