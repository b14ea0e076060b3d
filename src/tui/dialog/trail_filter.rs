//! The filter of the trail: a form for user, type and period.

use crate::hub::TrailClass;
use crate::time::{Millis, parse_span, past_or_never};
use crate::tui::dialog::{Dialog, DialogKind};
use crate::tui::form::{Control, Fault, Form, Id, button, entry, text_with};
use crate::tui::screen::TrailFilter;

const TYPES: &[&str] = &["all", "change", "access", "refusal"];

impl Dialog {
    /// The form, filled in with what is shown now.
    pub fn trail_filter(now: &TrailFilter) -> Self {
        let typed = |at: &Option<(Millis, String)>| at.as_ref().map_or(String::new(), |(_, typed)| typed.clone());
        let form = Form::new(vec![
            text_with(Id::Name, "Who", now.who.as_deref().unwrap_or_default()),
            entry(
                Id::Class,
                "Type",
                Control::Choice { words: TYPES, chosen: now.class.map_or(0, |class| class as usize + 1) },
            ),
            text_with(Id::NotBefore, "From", &typed(&now.from)),
            text_with(Id::Expires, "Until", &typed(&now.until)),
            button(Id::Submit, "Show"),
            button(Id::ShowAll, "Show all"),
            button(Id::Cancel, "Cancel"),
        ]);
        Self::with_form(form, DialogKind::TrailFilter)
    }
}

impl TrailFilter {
    /// The typed filter; otherwise the field with the error.
    pub fn typed(form: &Form, now: Millis) -> Result<Self, Fault> {
        let who = form.text(Id::Name).trim().to_owned();
        let class = form.chosen(Id::Class).checked_sub(1).and_then(|i| TrailClass::ALL.get(i)).copied();
        let (from, until) = (moment(form, Id::NotBefore, now)?, moment(form, Id::Expires, now)?);
        if let (Some((from, _)), Some((until, _))) = (&from, &until)
            && from >= until
        {
            return Err((Id::Expires, "That is not after From, so nothing could be between.".to_owned()));
        }
        Ok(Self { who: (!who.is_empty()).then_some(who), class, from, until })
    }
}

/// A point in the past: a span counts back from now.
fn moment(form: &Form, id: Id, now: Millis) -> Result<Option<(Millis, String)>, Fault> {
    let typed = form.text(id).trim();
    let at = past_or_never(typed, now).map_err(|why| (id, why.to_string()))?;
    // A span would count from a later time when the form is opened again.
    let again = |at: Millis| parse_span(typed).map_or(typed.to_owned(), |_| at.stamp());
    Ok(at.map(|at| (at, again(at))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_can_be_sent_again() {
        let now = Millis(1_786_000_000_000);
        let mut form = Dialog::trail_filter(&TrailFilter::default()).form.unwrap();
        form.focus_on(Id::NotBefore);
        form.insert("7d").unwrap();
        let shown = TrailFilter::typed(&form, now).unwrap();
        let again = Dialog::trail_filter(&shown).form.unwrap();
        let again = TrailFilter::typed(&again, now.plus(60_000)).unwrap();
        let minute = |shown: TrailFilter| shown.from.map(|(at, _)| at.0.div_euclid(60_000));
        assert_eq!(minute(again), minute(shown));
    }

    #[test]
    fn the_choices_are_the_types() {
        assert_eq!(TYPES[1..], TrailClass::ALL.map(TrailClass::as_str));
    }
}
