//! `keydesk key create`.

use clap::Args;

use crate::cli::args::{self, Acting};
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::{output, password_prompt};
use crate::credential::{Algorithms, BodyDigest, Kind, Networks, Note, Options, Owner, Tags};
use crate::hub::{NewCredential, NewLegacy};
use crate::time::{Seconds, when_or_never};

use super::deliver::{self, Made};

/// Values of `--body-digest`.
pub(super) const BODY_DIGESTS: [BodyDigest; 2] = [BodyDigest::Required, BodyDigest::Optional];

/// Arguments of `key create`.
#[derive(Debug, Args)]
pub struct CreateArgs {
    #[command(flatten)]
    acting: Acting,
    /// Its kind
    #[arg(long, value_parser = args::kind())]
    kind: Kind,
    /// Its name: what uses it, for example nightly-export. A Legacy credential is named after its username by default
    #[arg(long, value_name = "LABEL", default_value = "", allow_hyphen_values = true)]
    name: String,
    #[command(flatten)]
    legacy: LegacyArgs,
    #[command(flatten)]
    options: OptionArgs,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct LegacyArgs {
    /// Legacy: its username
    #[arg(long, value_name = "U")]
    username: Option<String>,
    /// Legacy: read the password from the first line of standard input
    #[arg(long, conflicts_with = "generate")]
    password_stdin: bool,
    /// Legacy: let keydesk make the password
    #[arg(long)]
    generate: bool,
}

#[derive(Debug, Args)]
struct OptionArgs {
    /// Valid from: 2027-01-31, 2027-01-31T09:00:00Z, or a time from now such as 12h
    #[arg(long, value_name = "T", allow_hyphen_values = true)]
    not_before: Option<String>,
    /// Expires at: 90d, never, or as for --not-before
    #[arg(long, value_name = "T", allow_hyphen_values = true)]
    expires: Option<String>,
    /// A network it may be used from; repeat it for more
    #[arg(long = "network", value_name = "CIDR", allow_hyphen_values = true)]
    networks: Vec<String>,
    /// A note for people
    #[arg(long, value_name = "T", default_value = "", allow_hyphen_values = true)]
    note: String,
    /// Its owner: a person, a team or an address
    #[arg(long, value_name = "O", default_value = "", allow_hyphen_values = true)]
    owner: String,
    /// A tag, such as crm or env=prod; repeat it for more, up to 8
    #[arg(long = "tag", value_name = "T", allow_hyphen_values = true)]
    tags: Vec<String>,
    /// HMAC: an algorithm it may sign with; repeat it for more
    #[arg(long = "algorithm", value_name = "A", allow_hyphen_values = true)]
    algorithms: Vec<String>,
    /// HMAC: whether a request with a body must sign a digest of it
    #[arg(long, value_parser = args::one_of(&BODY_DIGESTS, BodyDigest::as_str))]
    body_digest: Option<BodyDigest>,
}

/// Creates the credential and prints its secret.
pub fn run(context: &Context, args: CreateArgs) -> Result<(), CliError> {
    let options = args.options.read(context.clock.now().seconds())?;
    args.legacy.fits(args.kind)?;
    output::require_writable()?;
    let desk = context.open(&args.acting)?;
    let legacy = args.legacy.read()?;
    let wanted = NewCredential { kind: args.kind, name: args.name, legacy, options };
    let issued = desk.hub.create(&desk.actor, &wanted)?;
    deliver::hand_out(&issued, Made::Created, args.json, desk.actor.user.as_str())
}

impl LegacyArgs {
    /// An error unless they are given for Legacy, and only for Legacy.
    fn fits(&self, kind: Kind) -> Result<(), CliError> {
        match (kind, &self.username) {
            (Kind::Legacy, None) => Err(CliError::usage("A Legacy credential needs --username.")),
            (Kind::Legacy, Some(_)) => Ok(()),
            (Kind::Basic | Kind::Hmac, None) if !self.password_stdin && !self.generate => Ok(()),
            (Kind::Basic | Kind::Hmac, _) => Err(CliError::usage(format!(
                "--username, --password-stdin and --generate are for Legacy credentials. Leave them out: keydesk makes key and \
                 secret of a {} one itself.",
                kind.word()
            ))),
        }
    }

    /// Reads the password, if one was asked for; it may prompt on the terminal.
    fn read(self) -> Result<Option<NewLegacy>, CliError> {
        let Some(username) = self.username else { return Ok(None) };
        let password = match self.generate {
            true => None,
            false => Some(password_prompt::new_password(&username, self.password_stdin)?),
        };
        Ok(Some(NewLegacy { username, password }))
    }
}

/// Parses `--algorithm`; "none" alone allows all of them.
pub(super) fn algorithms(given: &[String]) -> Result<Algorithms, CliError> {
    Algorithms::parse(given.iter().map(String::as_str)).map_err(CliError::usage)
}

/// Parses `--tag`.
pub(super) fn tags(given: &[String]) -> Result<Tags, CliError> {
    Tags::parse(given.iter().flat_map(|tags| tags.split([' ', ',']))).map_err(CliError::usage)
}

/// Parses `--expires` or `--not-before`. An empty value is an error: a script with an unset variable must not mean "never".
pub(super) fn given_when(text: &str, now: Seconds) -> Result<Option<Seconds>, CliError> {
    match text.trim() {
        "" => {
            Err(CliError::usage("A time is empty. Write one such as 90d, or the word never, or leave the option out."))
        }
        text => when_or_never(text, now).map_err(CliError::usage),
    }
}

impl OptionArgs {
    fn read(&self, now: Seconds) -> Result<Options, CliError> {
        let when = |text: &Option<String>| text.as_deref().map_or(Ok(None), |text| given_when(text, now));
        Ok(Options {
            not_before: when(&self.not_before)?,
            expires_at: when(&self.expires)?,
            networks: Networks::parse(self.networks.iter().map(String::as_str)).map_err(CliError::usage)?,
            note: Note::new(&self.note).map_err(CliError::usage)?,
            owner: Owner::new(&self.owner).map_err(CliError::usage)?,
            tags: tags(&self.tags)?,
            algorithms: algorithms(&self.algorithms)?,
            body_digest: self.body_digest.unwrap_or_default(),
        })
    }
}
