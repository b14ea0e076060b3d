//! How many bytes a step down costs a terminal, in 256 colours.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

use keydesk::account::Role;
use keydesk::credential::{Kind, Options};
use keydesk::tui::terminal::backend::DiffBackend;
use keydesk::tui::view;
use ratatui::Terminal;
use ratatui::layout::Size;

use super::desk::Desk;
use super::fixture::{self, Copy};

/// Counts what is written.
#[derive(Clone, Default)]
struct Scale(Rc<RefCell<Vec<u8>>>);

impl Write for Scale {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_step_down_costs_at_most_220_bytes() {
    let copy = Copy::bare();
    let alice = fixture::local(&copy.hub, "alice");
    let name = |i: usize| format!("{}-{i:07}", ["billing", "crm", "export", "orders"][i % 4]);
    let wanted: Vec<_> = (0..1200).map(|i| fixture::wanted(Kind::Basic, &name(i), Options::default())).collect();
    copy.hub.create_many(&alice, &wanted).unwrap();
    let mut desk = Desk::with(copy, Role::Administrator);
    desk.press("enter enter").rest();
    let scale = Scale::default();
    let backend = DiffBackend::new(scale.clone(), || Size::new(80, 24)).erasing_in_colour(true);
    let mut terminal = Terminal::new(backend).unwrap();
    let mut costs = vec![];
    for _ in 0..41 {
        scale.0.borrow_mut().clear();
        terminal.draw(|frame| view::draw(&desk.app, frame)).unwrap();
        costs.push(scale.0.borrow().len());
        desk.press("↓");
    }
    let [first, steps @ ..] = costs.as_slice() else { panic!() };
    let all: usize = steps.iter().sum();
    println!("first {first}, each {}: {steps:?}", all / steps.len());
    println!("{}", String::from_utf8_lossy(&scale.0.borrow()).replace('\x1b', "^"));
    assert!(all / steps.len() <= 220, "{steps:?}");
}
