//! Questions, where somebody is there to answer.

use std::io::{self, ErrorKind, IsTerminal, Write};

use zeroize::Zeroizing;

use crate::text::one_line;

pub fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

pub fn confirm(question: &str) -> bool {
    let Ok(Some(answer)) = ask(&format!("{question} [y/N]")) else {
        return false;
    };
    ["y", "ｙ", "yes", "是", "是的", "好"].contains(&answer.trim().to_lowercase().as_str())
}

/// The line that is answered; `None` at the end of input.
pub fn ask(question: &str) -> io::Result<Option<Zeroizing<String>>> {
    answer(question, read_line)
}

/// The same with an answer that the terminal does not show. Ctrl-C is an error,
/// [`ErrorKind::Interrupted`], if it does not end the program.
pub fn ask_hidden(question: &str) -> io::Result<Option<Zeroizing<String>>> {
    answer(question, || match rpassword::read_password() {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(None),
        line => line.map(|line| Some(Zeroizing::new(line))),
    })
}

pub fn read_line() -> io::Result<Option<Zeroizing<String>>> {
    let mut line = Zeroizing::new(String::new());
    let length = io::stdin().read_line(&mut line)?;
    Ok((length > 0).then_some(line))
}

fn answer(
    question: &str,
    read: impl FnOnce() -> io::Result<Option<Zeroizing<String>>>,
) -> io::Result<Option<Zeroizing<String>>> {
    // In one piece: what is typed meanwhile shows behind it.
    let question = one_line(question, usize::MAX);
    // What is wide enough itself has no blank behind it.
    let gap = if question.ends_with('：') { "" } else { " " };
    let question = question + gap;
    io::stderr().write_all(question.as_bytes())?;
    let answer = read()?;
    if answer.is_none() {
        // What is said next begins a line of its own.
        writeln!(io::stderr())?;
    }
    Ok(answer)
}
