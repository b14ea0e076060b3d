//! `keydesk setting …`: the settings of the desk and its verifiers.

use clap::{Args, Subcommand};
use serde::Serialize;

use crate::hub::{Setting, SettingValue};
use crate::time::Millis;

use super::args::{self, Acting, ListArgs};
use super::context::Context;
use super::error::CliError;
use super::output::{self, Listed, Printer};

/// The subcommands of `setting`.
#[derive(Debug, Subcommand)]
pub enum SettingCommand {
    /// List the settings and what they mean
    List(ListArgs),
    /// Change a setting; desks and verifiers follow it at once
    Set(SetArgs),
}

#[derive(Debug, Args)]
pub struct SetArgs {
    /// Which one
    #[arg(value_parser = args::one_of(&Setting::ALL, Setting::name))]
    setting: Setting,
    /// Its new value
    #[arg(allow_hyphen_values = true)]
    value: String,
    #[command(flatten)]
    acting: Acting,
}

#[derive(Serialize)]
struct SetJson<'a> {
    setting: &'a str,
    value: Option<&'a str>,
    /// `default`, `set` or `tampered`.
    state: &'a str,
    meaning: &'a str,
}

impl Listed for SettingValue {
    const TITLES: &'static [&'static str] = &["SETTING", "VALUE", "MEANING"];

    fn cells(&self, _now: Millis) -> Vec<String> {
        vec![self.setting.name().to_owned(), self.words(), self.setting.meaning().to_owned()]
    }

    fn json(&self, _now: Millis) -> impl Serialize {
        let (setting, value) = (self.setting.name(), self.trusted());
        SetJson { setting, value, state: self.state.as_str(), meaning: self.setting.meaning() }
    }
}

/// Runs the command.
pub fn run(context: &Context, verb: SettingCommand) -> Result<(), CliError> {
    match verb {
        SettingCommand::List(args) => {
            let desk = context.open(&args.acting)?;
            let security = desk.hub.security(&desk.actor)?;
            let mut printer = Printer::new(args.format.into(), desk.hub.now());
            printer.page(&security.settings)?;
            printer.finish("There are no settings.")?;
            // All settings are listed first; a tampered one is still an error.
            security.problem().map_or(Ok(()), |why| Err(why.into()))
        }
        SettingCommand::Set(args) => {
            let desk = context.open(&args.acting)?;
            desk.hub.set_settings(&desk.actor, &[(args.setting, args.value)])?;
            let set = desk.hub.security(&desk.actor)?;
            let value = set.of(args.setting).and_then(SettingValue::trusted).unwrap_or_default();
            output::outcome([format!("{} is now {value}.", args.setting.name())])
        }
    }
}
