//! `keydesk audit …`: the trail (audit log).

mod accept;
mod export;
mod list;
mod row;
mod verify;

use clap::Subcommand;

use super::{desk::Site, failure::Failure};

/// What can be done with the trail.
#[derive(Debug, Subcommand)]
pub enum AuditVerb {
    /// List the trail, newest first
    List(list::ListArgs),
    /// Check the whole trail and print its end as NO:HASH
    Verify(verify::VerifyArgs),
    /// Accept the store as it is after an old copy was put back, and count its keys anew: every verifier loads it
    Accept(accept::AcceptArgs),
    /// Write the trail to standard output for another program, newest first
    Export(export::ExportArgs),
}

/// Does it.
pub fn run(site: &Site, verb: AuditVerb) -> Result<(), Failure> {
    match verb {
        AuditVerb::List(args) => list::run(site, args),
        AuditVerb::Verify(args) => verify::run(site, args),
        AuditVerb::Accept(args) => accept::run(site, &args),
        AuditVerb::Export(args) => export::run(site, args),
    }
}
