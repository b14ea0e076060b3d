//! `keydesk key edit` and `rename`; a new Legacy password; stopping an old secret early.

use clap::{ArgGroup, Args};

use crate::cli::args::{self, Acting};
use crate::cli::context::{Context, OpenDesk};
use crate::cli::error::CliError;
use crate::cli::{output, password_prompt};
use crate::credential::{BodyDigest, Kind, Networks, Tags};
use crate::hub::{ChangeOutcome, CredentialEdit, CredentialTarget};
use crate::secret::What;
use crate::time::Seconds;

use super::called;
use super::create::{BODY_DIGESTS, algorithms, given_when, tags};
use super::deliver::{self, Made};
use super::state::{self, report_outcomes};

/// Arguments of `key edit`. Setting a password and stopping an old secret exclude the other changes.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("what").required(true).multiple(true).args(
    ["name", "not_before", "expires", "networks", "any_network", "note", "owner", "tags", "no_tag", "algorithms",
     "body_digest", "password_stdin", "generate", "stop_old_secret"],
))]
pub struct EditArgs {
    #[command(flatten)]
    of: state::StateArgs,
    #[command(flatten)]
    said: SaidArgs,
    /// Legacy: read its new password from the first line of standard input; the old one stops at once
    #[arg(long, conflicts_with_all = SAID, conflicts_with_all = ["generate", "stop_old_secret"])]
    password_stdin: bool,
    /// Legacy: let keydesk make its new password and print it, once; the old one stops at once
    #[arg(long, conflicts_with_all = SAID, conflicts_with = "stop_old_secret")]
    generate: bool,
    /// Stop the old secret of a rotation early
    #[arg(long, conflicts_with_all = SAID)]
    stop_old_secret: bool,
    /// With --generate: print one JSON document
    #[arg(long, requires = "generate", conflicts_with_all = SAID, conflicts_with_all = ["password_stdin", "stop_old_secret"])]
    json: bool,
}

/// The arguments that change options of a credential.
const SAID: [&str; 11] = [
    "name",
    "not_before",
    "expires",
    "networks",
    "any_network",
    "note",
    "owner",
    "tags",
    "no_tag",
    "algorithms",
    "body_digest",
];

#[derive(Debug, Args)]
struct SaidArgs {
    /// A new name, for one credential
    #[arg(long, value_name = "LABEL", allow_hyphen_values = true)]
    name: Option<String>,
    /// Valid from; "never", "none" or "any" removes it
    #[arg(long, value_name = "T", allow_hyphen_values = true)]
    not_before: Option<String>,
    /// Expires at; "never", "none" or "any" removes it
    #[arg(long, value_name = "T", allow_hyphen_values = true)]
    expires: Option<String>,
    /// A network it may be used from; replaces those it has; "any", "none" or "never" removes them
    #[arg(long = "network", value_name = "CIDR", allow_hyphen_values = true)]
    networks: Vec<String>,
    /// Allow any network
    #[arg(long, conflicts_with = "networks")]
    any_network: bool,
    /// A new note, for one credential; "" or "none" removes it
    #[arg(long, value_name = "T", allow_hyphen_values = true)]
    note: Option<String>,
    /// Its owner; "" or "none" removes it
    #[arg(long, value_name = "O", allow_hyphen_values = true)]
    owner: Option<String>,
    /// A tag to add, such as crm or env=prod; repeat it for more
    #[arg(long = "tag", value_name = "T", allow_hyphen_values = true)]
    tags: Vec<String>,
    /// Remove the tags it has; with --tag they are replaced
    #[arg(long)]
    no_tag: bool,
    /// HMAC: an algorithm it may sign with; replaces those it has; repeat it for more
    #[arg(long = "algorithm", value_name = "A", allow_hyphen_values = true)]
    algorithms: Vec<String>,
    /// HMAC: whether a request with a body must sign a digest of it
    #[arg(long, value_parser = args::one_of(&BODY_DIGESTS, BodyDigest::as_str))]
    body_digest: Option<BodyDigest>,
}

/// Arguments of `key rename`.
#[derive(Debug, Args)]
pub struct RenameArgs {
    /// A key, a Legacy username, an id, or a name that only it has
    #[arg(value_name = "KEY")]
    key: String,
    /// Its new name; if it begins with a dash, write it last, after --
    #[arg(value_name = "LABEL")]
    name: String,
    #[command(flatten)]
    acting: Acting,
    /// Its kind, if two kinds share the key
    #[arg(long, value_parser = args::kind())]
    kind: Option<Kind>,
}

/// Edits all of them in one transaction.
pub fn run(context: &Context, args: EditArgs) -> Result<(), CliError> {
    let edit = args.said.read(context.clock.now().seconds())?;
    if args.generate {
        output::require_writable()?;
    }
    let desk = context.open(&args.of.acting)?;
    if args.stop_old_secret {
        let targets = args.of.targets(&desk)?;
        return report_outcomes(&[desk.hub.stop_old_secret(&desk.actor, one(&targets)?)?], stopped);
    }
    if args.password_stdin || args.generate {
        return set_password(&desk, one(&args.of.targets(&desk)?)?, &args);
    }
    let targets = args.of.named_targets(&desk)?;
    report_outcomes(&desk.hub.edit(&desk.actor, &targets, &edit)?, edited)
}

/// Renames one credential.
pub fn rename(context: &Context, args: RenameArgs) -> Result<(), CliError> {
    let desk = context.open(&args.acting)?;
    let target = desk.find_named(&args.key, args.kind)?.target();
    let edit = CredentialEdit { name: Some(args.name), ..CredentialEdit::default() };
    report_outcomes(&desk.hub.edit(&desk.actor, &[target], &edit)?, renamed)
}

fn set_password(desk: &OpenDesk, target: CredentialTarget, args: &EditArgs) -> Result<(), CliError> {
    let typed = match args.generate {
        true => None,
        false => Some(password_prompt::read_stdin(What::Password)?),
    };
    let issued = desk.hub.set_legacy_password(&desk.actor, target, typed.as_ref())?;
    match args.generate {
        true => deliver::hand_out(&issued, Made::Rotated, args.json, desk.actor.user.as_str()),
        false => {
            output::outcome([format!("{} has the new password; the old one stopped.", called(&issued.row))])?;
            deliver::tell_stopped(&issued);
            Ok(())
        }
    }
}

fn one(targets: &[CredentialTarget]) -> Result<CredentialTarget, CliError> {
    match targets {
        [only] => Ok(*only),
        _ => {
            Err(CliError::usage("A password, or an old secret, can be changed for one credential at a time. Name one."))
        }
    }
}

fn edited(outcome: &ChangeOutcome) -> Option<String> {
    changed(outcome, "edited")
}

fn renamed(outcome: &ChangeOutcome) -> Option<String> {
    changed(outcome, "renamed")
}

fn changed(outcome: &ChangeOutcome, how: &str) -> Option<String> {
    match outcome {
        ChangeOutcome::Done(row) => Some(format!("{} {how}.", called(row))),
        ChangeOutcome::Already(row) => Some(format!("{} needs no change.", called(row))),
        ChangeOutcome::LeftOut { .. } => None,
    }
}

fn stopped(outcome: &ChangeOutcome) -> Option<String> {
    match outcome {
        ChangeOutcome::Done(row) => Some(format!("The old secret of {} stopped.", called(row))),
        ChangeOutcome::Already(row) => Some(format!("{} has no old secret that still works.", called(row))),
        ChangeOutcome::LeftOut { .. } => None,
    }
}

impl SaidArgs {
    fn read(&self, now: Seconds) -> Result<CredentialEdit, CliError> {
        let when = |text: &Option<String>| match text.as_deref() {
            None => Ok(None),
            Some(text) => given_when(text, now).map(Some),
        };
        let networks = match (self.any_network, self.networks.as_slice()) {
            (true, _) => Some(Networks::default()),
            (false, []) => None,
            (false, some) => Some(Networks::parse(some.iter().map(String::as_str)).map_err(CliError::usage)?),
        };
        Ok(CredentialEdit {
            name: self.name.clone(),
            not_before: when(&self.not_before)?,
            expires_at: when(&self.expires)?,
            networks,
            note: self.note.clone(),
            owner: self.owner.clone(),
            without_tags: self.no_tag,
            less_tags: Tags::default(),
            tags: tags(&self.tags)?,
            // Not given means unchanged: an empty set would allow all of them.
            algorithms: (!self.algorithms.is_empty()).then(|| algorithms(&self.algorithms)).transpose()?,
            body_digest: self.body_digest,
        })
    }
}
