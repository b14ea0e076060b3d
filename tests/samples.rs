//! The documentation samples, run as pasted against a server that has what arrived proved by Python and openssl.

#[path = "samples/cases.rs"]
mod cases;
#[path = "samples/need.rs"]
mod need;
#[path = "samples/run.rs"]
mod run;
#[path = "samples/sdk.rs"]
mod sdk;
#[path = "samples/server.rs"]
mod server;
#[path = "samples/shown.rs"]
mod shown;
#[path = "samples/works.rs"]
mod works;
