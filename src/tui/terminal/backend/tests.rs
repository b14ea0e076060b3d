//! Tests of the backend: what a terminal shows that gets its bytes.

use std::cell::RefCell;
use std::rc::Rc;

use proptest::prelude::*;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::Line;
use ratatui::{Frame, Terminal};

use super::*;

/// Keeps each write.
#[derive(Clone, Default)]
struct Paper(Rc<RefCell<Vec<Vec<u8>>>>);

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().push(bytes.to_vec());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Paper {
    fn writes(&self) -> usize {
        self.0.borrow().len()
    }

    fn write(&self, n: usize) -> String {
        String::from_utf8(self.0.borrow()[n].clone()).unwrap()
    }
}

const COLUMNS: u16 = 20;
const ROWS: u16 = 8;

fn desk() -> (Paper, Terminal<DiffBackend<Paper>>) {
    let paper = Paper::default();
    (paper.clone(), Terminal::new(DiffBackend::new(paper, || Size::new(COLUMNS, ROWS))).unwrap())
}

fn draw(terminal: &mut Terminal<DiffBackend<Paper>>, text: &'static str, cursor: Option<(u16, u16)>) {
    let frame = |frame: &mut Frame<'_>| {
        frame.render_widget(Line::raw(text), frame.area());
        if let Some(place) = cursor {
            frame.set_cursor_position(place);
        }
    };
    terminal.draw(frame).unwrap();
}

#[test]
fn a_frame_is_one_write() {
    let (paper, mut terminal) = desk();
    draw(&mut terminal, "hello", Some((2, 1)));
    assert_eq!(paper.writes(), 1);
    assert_eq!(paper.write(0), "\x1b[1Hhello\x1b[2;3H\x1b[?25h");
}

#[test]
fn an_unchanged_frame_writes_nothing() {
    let (paper, mut terminal) = desk();
    for _ in 0..3 {
        draw(&mut terminal, "hello", Some((2, 1)));
    }
    assert_eq!(paper.writes(), 1);
    draw(&mut terminal, "hello", None);
    assert_eq!(paper.write(1), "\x1b[?25l");
}

#[test]
fn moving_only_the_cursor_takes_a_few_bytes() {
    let (paper, mut terminal) = desk();
    draw(&mut terminal, "hello", Some((2, 1)));
    draw(&mut terminal, "hello", Some((3, 1)));
    assert_eq!(paper.write(1), "\x1b[2;4H");
}

#[test]
fn a_resize_to_the_same_size_repaints_everything() {
    let (paper, mut terminal) = desk();
    draw(&mut terminal, "hello", None);
    terminal.resize(Rect::new(0, 0, COLUMNS, ROWS)).unwrap();
    draw(&mut terminal, "hello", None);
    assert_eq!(paper.write(1), "\x1b[2J\x1b[1Hhello");
}

#[test]
fn a_written_frame_is_wiped() {
    let (_, mut terminal) = desk();
    draw(&mut terminal, "secret", None);
    let frame = &terminal.backend().frame;
    assert!(frame.is_empty() && frame.capacity() == CAPACITY);
}

/// One line of a random screen: what it says, in which look, from which column.
type Row = (String, u8, u16);

fn row() -> impl Strategy<Value = Row> {
    let text = prop_oneof![
        Just(String::new()),
        "[a-c ]{1,20}",
        Just("支払い-batch 支".to_owned()),
        Just("● active ☐ é".to_owned()),
        Just("aaaaaaaaaaaaaaaaaaaa".to_owned()),
        Just("bbbbbbbbbbbbbbbbbbbb".to_owned()),
    ];
    (text, 0..6_u8, 0..4_u16)
}

#[derive(Clone, Debug)]
enum Step {
    Show(Vec<Row>),
    ScrollUp,
    ScrollDown,
    Repaint,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => proptest::collection::vec(row(), usize::from(ROWS)).prop_map(Step::Show),
        3 => Just(Step::ScrollUp),
        3 => Just(Step::ScrollDown),
        1 => Just(Step::Repaint),
    ]
}

fn look(n: u8) -> Style {
    match n {
        0 => Style::new(),
        1 => Style::new().fg(Color::Green),
        2 => Style::new().add_modifier(Modifier::REVERSED),
        3 => Style::new().add_modifier(Modifier::BOLD | Modifier::UNDERLINED).fg(Color::Indexed(200)),
        4 => Style::new().bg(Color::Rgb(1, 2, 3)).add_modifier(Modifier::ITALIC),
        _ => Style::new().add_modifier(Modifier::DIM).fg(Color::LightRed),
    }
}

fn show(terminal: &mut Terminal<DiffBackend<Paper>>, rows: &[Row]) {
    let frame = |frame: &mut Frame<'_>| {
        for (y, (text, style, x)) in (0..ROWS).zip(rows) {
            frame.render_widget(Line::styled(text.clone(), look(*style)), Rect::new(*x, y, COLUMNS - x, 1));
        }
    };
    terminal.draw(frame).unwrap();
}

/// What a terminal shows that got these bytes: text and looks, cell by cell.
fn picture(bytes: &[Vec<u8>]) -> Vec<String> {
    let mut emulator = vt100::Parser::new(ROWS.try_into().unwrap(), COLUMNS.try_into().unwrap(), 0);
    bytes.iter().for_each(|write| emulator.process(write));
    let places = (0..ROWS).flat_map(|y| (0..COLUMNS).map(move |x| (y, x)));
    let cell = |(y, x)| {
        let cell = emulator.screen().cell(y, x).unwrap();
        // A cell that was never written and one with a blank look the same.
        let text = if cell.contents().is_empty() { " " } else { cell.contents() };
        // Of a blank only what is behind it shows.
        let ink = (cell.fgcolor(), cell.bold(), cell.dim(), cell.italic());
        let look = (cell.bgcolor(), Some(ink).filter(|_| text != " " || cell.underline() || cell.inverse()));
        format!("{text:?} {} {look:?} {} {}", cell.is_wide_continuation(), cell.underline(), cell.inverse())
    };
    places.map(cell).collect()
}

proptest! {
    /// However the screen came to be, it is what a terminal shows that was cleared and drawn once.
    #[test]
    fn the_terminal_shows_what_was_drawn(steps in proptest::collection::vec(step(), 1..8)) {
        let (paper, mut terminal) = desk();
        let mut rows: Vec<Row> = vec![(String::new(), 0, 0); usize::from(ROWS)];
        for step in steps {
            match step {
                Step::Show(new) => rows = new,
                // A head and a foot stay.
                Step::ScrollUp => rows[1..usize::from(ROWS) - 1].rotate_left(1),
                Step::ScrollDown => rows[1..usize::from(ROWS) - 1].rotate_right(1),
                Step::Repaint => terminal.resize(Rect::new(0, 0, COLUMNS, ROWS)).unwrap(),
            }
            show(&mut terminal, &rows);
        }
        let (fresh, mut once) = desk();
        show(&mut once, &rows);
        prop_assert_eq!(picture(&paper.0.borrow()), picture(&fresh.0.borrow()));
    }
}
