//! ctrl-z and fg, under a shell with job control.

use rustix::process::{Signal, kill_process};

use crate::harness::{Desk, ENTER, below};
use crate::house::{BINARY, House};
use crate::need::need;
use crate::start::is_open;

/// A shell that starts the desk as a job.
pub fn under_a_shell(house: &House, command: &str) -> Option<Desk> {
    need("bash").then(|| {
        let mut shell = house.run(&["bash", "--norc", "--noprofile", "-i"], &[("PS1", "$ ")]);
        shell.sees("$ ").keys(command).keys(ENTER);
        is_open(&mut shell);
        shell
    })
}

/// The shell has its terminal back, with the modes that `stty` calls sane.
#[track_caller]
pub fn shell_has_the_terminal(shell: &mut Desk) {
    let at_the_prompt = |text: String| text.contains("Stopped") && text.trim_end().ends_with('$');
    shell.until("the shell's prompt", |s| !s.alternate_screen() && !s.hide_cursor() && at_the_prompt(s.contents()));
    shell.keys("stty -a").keys(ENTER).sees(" icanon").sees(" echo ").sees("opost -olcuc");
}

#[test]
fn a_stop_from_outside_releases_the_terminal_until_fg() {
    let house = House::with_desk();
    // Straight below the shell, and below a wrapper that has to stop as well.
    for command in [BINARY.to_owned(), format!("sh -c '{BINARY}; :'")] {
        let Some(mut shell) = under_a_shell(&house, &command) else { return };
        for _ in 0..2 {
            let desk = *below(shell.pid()).last().unwrap();
            kill_process(desk, Signal::TSTP).unwrap();
            shell_has_the_terminal(&mut shell);
            shell.keys("clear; fg").keys(ENTER);
            is_open(&mut shell);
        }
        let desk = *below(shell.pid()).last().unwrap();
        kill_process(desk, Signal::TERM).unwrap();
        shell.until("the shell's prompt", |s| !s.alternate_screen() && s.contents().trim_end().ends_with('$'));
        shell.keys("exit").keys(ENTER);
        shell.ended();
    }
}

#[test]
fn a_stop_where_nobody_could_continue_it_is_not_obeyed() {
    // The desk leads the session, as below sshd: there is no shell to go back to.
    let house = House::with_desk();
    let mut desk = house.open();
    is_open(&mut desk);
    desk.signal(Signal::TSTP);
    std::thread::sleep(std::time::Duration::from_millis(300));
    is_open(&mut desk);
    assert_eq!(desk.signal(Signal::TERM).ended(), 143);
}
