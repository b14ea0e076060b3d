//! Draws the state. It never changes it.

use ratatui::Frame;

use super::app::App;

/// Draws one frame.
pub fn draw(app: &App, frame: &mut Frame<'_>) {
    let _ = (app, frame);
}
