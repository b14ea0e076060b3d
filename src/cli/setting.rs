//! `keydesk setting …`: what the desk and its verifiers follow.

use clap::{Args, Subcommand};
use serde::Serialize;

use crate::{hub::Setting, time::Millis};

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
    value: String,
    #[command(flatten)]
    acting: Acting,
}

struct Row(Setting, String);

#[derive(Serialize)]
struct RowJson<'a> {
    setting: &'a str,
    value: &'a str,
    meaning: &'a str,
}

impl Listed for Row {
    const TITLES: &'static [&'static str] = &["SETTING", "VALUE", "MEANING"];

    fn cells(&self, _now: Millis) -> Vec<String> {
        vec![self.0.name().to_owned(), self.1.clone(), self.0.meaning().to_owned()]
    }

    fn json(&self, _now: Millis) -> impl Serialize {
        RowJson { setting: self.0.name(), value: &self.1, meaning: self.0.meaning() }
    }
}

/// Does it.
pub fn run(site: &Site, verb: SettingVerb) -> Result<(), Failure> {
    match verb {
        SettingVerb::List(args) => {
            let desk = site.open(&args.acting)?;
            let security = desk.hub.security(&desk.actor)?;
            let rows: Vec<_> = security.settings.into_iter().map(|(setting, value)| Row(setting, value)).collect();
            let mut printer = Printer::new(args.form.into(), desk.hub.now());
            printer.page(&rows)?;
            printer.finish("There are no settings.")
        }
        SettingVerb::Set(args) => {
            let desk = site.open(&args.acting)?;
            Ok(desk.hub.set_settings(&desk.actor, &[(args.setting, args.value)])?)
        }
    }
}
