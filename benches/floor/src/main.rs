// The floor for a ratatui list program: what the framework itself costs.
//   floor-tui N [--naive] [--table] [--db FILE] [--count] [--signals] [--noq]
// windowed (default): only the visible rows become widgets;  --naive: the whole list does, on each frame.
// --db: rows come from SQLite by keyset pages, as a credentials browser would do it.
use ratatui::crossterm::event::{self, Event, KeyCode, KeyEventKind};
use ratatui::{prelude::*, widgets::*};
use std::time::Duration;

struct Src {
    n: usize,
    db: Option<rusqlite::Connection>,
    cache: Vec<[String; 5]>,
    at: usize,
}
impl Src {
    fn row(&self, i: usize) -> [String; 5] {
        [
            format!("{i:07}"),
            format!("ak_{:016x}", (i as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15)),
            format!("service-{i}"),
            ["prod", "stage", "dev"][i % 3].into(),
            ["active", "revoked", "expired"][i % 7 % 3].into(),
        ]
    }
    fn window(&mut self, off: usize, h: usize) -> Vec<[String; 5]> {
        let Some(db) = &self.db else { return (off..(off + h).min(self.n)).map(|i| self.row(i)).collect() };
        if self.cache.is_empty() || off < self.at || off + h > self.at + self.cache.len() {
            self.at = off.saturating_sub(100);
            let mut st = db
                .prepare_cached("SELECT id, key_id, name, env, status FROM cred WHERE id >= ?1 ORDER BY id LIMIT ?2")
                .unwrap();
            self.cache = st
                .query_map((self.at as i64 + 1, (h + 200) as i64), |r| {
                    Ok([format!("{:07}", r.get::<_, i64>(0)?), r.get(1)?, r.get(2)?, r.get(3)?, r.get(4)?])
                })
                .unwrap()
                .map(|r| r.unwrap())
                .collect();
        }
        let a = off - self.at;
        self.cache[a..(a + h).min(self.cache.len())].to_vec()
    }
}

fn main() {
    let a: Vec<String> = std::env::args().collect();
    let has = |f: &str| a.iter().any(|x| x == f);
    let mut n: usize = a.get(1).and_then(|s| s.parse().ok()).unwrap_or(1000);
    let db = a
        .iter()
        .position(|x| x == "--db")
        .map(|i| rusqlite::Connection::open_with_flags(&a[i + 1], rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap());
    if let (Some(d), true) = (&db, has("--count")) {
        n = d.query_row("SELECT count(*) FROM cred", [], |r| r.get::<_, i64>(0)).unwrap() as usize;
    } else if let Some(d) = &db {
        n = d.query_row("SELECT max(id) FROM cred", [], |r| r.get::<_, i64>(0)).unwrap() as usize;
    }
    let mut src = Src { n, db, cache: vec![], at: 0 };
    // crossterm's poll restarts after EINTR, so a flag set by the handler would not be seen: a thread waits instead
    if has("--signals") {
        let mut sig = signal_hook::iterator::Signals::new([
            signal_hook::consts::SIGTERM,
            signal_hook::consts::SIGHUP,
            signal_hook::consts::SIGINT,
        ])
        .unwrap();
        std::thread::spawn(move || {
            for s in sig.forever() {
                let _ = ratatui::try_restore();
                std::process::exit(128 + s)
            }
        });
    }
    let (naive, table, lines) = (has("--naive"), has("--table"), has("--lines"));
    let all: Vec<[String; 5]> = if naive { (0..n).map(|i| src.row(i)).collect() } else { vec![] };
    let mut sel = 0usize;
    let mut off = 0usize;
    let mut state = TableState::default();
    let mut term = ratatui::init();
    loop {
        term.draw(|f| {
            let [top, body, bot] =
                Layout::vertical([Constraint::Length(1), Constraint::Min(1), Constraint::Length(1)]).areas(f.area());
            f.render_widget(Line::from(format!(" credentials  {n} rows")).bold(), top);
            let h = body.height as usize - 2;
            let block = Block::bordered().title(" keys ");
            if naive {
                state.select(Some(sel));
                if table {
                    let t = Table::new(
                        all.iter().map(|r| Row::new(r.iter().map(|s| s.as_str()))),
                        [
                            Constraint::Length(8),
                            Constraint::Length(20),
                            Constraint::Min(16),
                            Constraint::Length(6),
                            Constraint::Length(8),
                        ],
                    )
                    .block(block)
                    .row_highlight_style(Style::new().reversed());
                    f.render_stateful_widget(t, body, &mut state);
                } else {
                    let mut ls = ListState::default().with_selected(Some(sel)).with_offset(off);
                    let l = List::new(all.iter().map(|r| ListItem::new(r.join("  "))))
                        .block(block)
                        .highlight_style(Style::new().reversed());
                    f.render_stateful_widget(l, body, &mut ls);
                    off = ls.offset();
                }
            } else {
                if sel < off {
                    off = sel
                }
                if sel >= off + h {
                    off = sel + 1 - h
                }
                let rows = src.window(off, h);
                if lines {
                    let inner = block.inner(body);
                    f.render_widget(block, body);
                    for (i, r) in rows.iter().enumerate() {
                        let y = inner.y + i as u16;
                        let st = if off + i == sel { Style::new().reversed() } else { Style::new() };
                        let b = f.buffer_mut();
                        if off + i == sel {
                            b.set_style(Rect::new(inner.x, y, inner.width, 1), st)
                        }
                        for (x, w, c) in [
                            (0, 8, 0),
                            (9, 20, 1),
                            (30, inner.width.saturating_sub(46), 2),
                            (inner.width - 15, 6, 3),
                            (inner.width - 8, 8, 4),
                        ] {
                            b.set_stringn(inner.x + x, y, &r[c], w as usize, st);
                        }
                    }
                } else {
                    let mut ts = TableState::default().with_selected(Some(sel - off));
                    let t = Table::new(
                        rows.iter().map(|r| Row::new(r.iter().map(|s| s.as_str()))),
                        [
                            Constraint::Length(8),
                            Constraint::Length(20),
                            Constraint::Min(16),
                            Constraint::Length(6),
                            Constraint::Length(8),
                        ],
                    )
                    .block(block)
                    .row_highlight_style(Style::new().reversed());
                    f.render_stateful_widget(t, body, &mut ts);
                }
            }
            f.render_widget(Line::from(format!(" row {} of {}   q quit", sel + 1, n)), bot);
        })
        .unwrap();
        // block until something happens; everything already typed is taken before the next frame
        let mut first = true;
        loop {
            let wait = if first { Duration::from_secs(3600) } else { Duration::ZERO };
            match event::poll(wait) {
                Ok(true) => {}
                Ok(false) => break,
                Err(_) => {
                    ratatui::restore();
                    return;
                }
            }
            first = false;
            match event::read() {
                Ok(Event::Key(k)) if k.kind == KeyEventKind::Press => match k.code {
                    KeyCode::Char('q') => {
                        ratatui::restore();
                        return;
                    }
                    KeyCode::Char('!') => panic!("a panic on purpose"),
                    KeyCode::Down => sel = (sel + 1).min(n - 1),
                    KeyCode::Up => sel = sel.saturating_sub(1),
                    KeyCode::PageDown => sel = (sel + 30).min(n - 1),
                    KeyCode::PageUp => sel = sel.saturating_sub(30),
                    KeyCode::End => sel = n - 1,
                    KeyCode::Home => sel = 0,
                    _ => {}
                },
                Ok(_) => {}
                Err(_) => {
                    ratatui::restore();
                    return;
                }
            }
        }
    }
    ratatui::restore();
}
