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

/// A setting and its value; none if its row cannot be trusted.
struct Row(Setting, Option<String>);

#[derive(Serialize)]
struct RowJson<'a> {
    setting: &'a str,
    value: Option<&'a str>,
    tampered: bool,
    meaning: &'a str,
}

impl Listed for Row {
    const TITLES: &'static [&'static str] = &["SETTING", "VALUE", "MEANING"];

    fn cells(&self, _now: Millis) -> Vec<String> {
        let value = self.1.clone().unwrap_or_else(|| "(tampered)".to_owned());
        vec![self.0.name().to_owned(), value, self.0.meaning().to_owned()]
    }

    fn json(&self, _now: Millis) -> impl Serialize {
        let (value, tampered) = (self.1.as_deref(), self.1.is_none());
        RowJson { setting: self.0.name(), value, tampered, meaning: self.0.meaning() }
    }
}

/// Does it.
pub fn run(site: &Site, verb: SettingVerb) -> Result<(), Failure> {
    match verb {
        SettingVerb::List(args) => {
            let desk = site.open(&args.acting)?;
            let security = desk.hub.security(&desk.actor)?;
            let problem = security.problem();
            let trusted = |(setting, value)| Row(setting, (!security.tampered.contains(&setting)).then_some(value));
            let rows: Vec<_> = security.settings.into_iter().map(trusted).collect();
            let mut printer = Printer::new(args.form.into(), desk.hub.now());
            printer.page(&rows)?;
            printer.finish("There are no settings.")?;
            // The others are told first; what is wrong is an error all the same.
            problem.map_or(Ok(()), |why| Err(why.into()))
        }
        SettingVerb::Set(args) => {
            let desk = site.open(&args.acting)?;
            Ok(desk.hub.set_settings(&desk.actor, &[(args.setting, args.value)])?)
        }
    }
}
