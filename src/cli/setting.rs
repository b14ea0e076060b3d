//! `keydesk setting …`: the settings of the desk and its verifiers.

use clap::{Args, Subcommand};
use serde::Serialize;

use crate::{
    hub::{Setting, SettingValue},
    time::Millis,
};

use super::{
    args::{self, Acting, ListArgs},
    desk::Site,
    failure::Failure,
    out::{Listed, Printer},
};

/// What can be done with settings.
#[derive(Debug, Subcommand)]
pub enum SettingVerb {
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
    /// What it is to be
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

/// Does it.
pub fn run(site: &Site, verb: SettingVerb) -> Result<(), Failure> {
    match verb {
        SettingVerb::List(args) => {
            let desk = site.open(&args.acting)?;
            let security = desk.hub.security(&desk.actor)?;
            let mut printer = Printer::new(args.form.into(), desk.hub.now());
            printer.page(&security.settings)?;
            printer.finish("There are no settings.")?;
            // The others are told first; what is wrong is an error all the same.
            security.problem().map_or(Ok(()), |why| Err(why.into()))
        }
        SettingVerb::Set(args) => {
            let desk = site.open(&args.acting)?;
            Ok(desk.hub.set_settings(&desk.actor, &[(args.setting, args.value)])?)
        }
    }
}
