//! What went wrong once, one table of cases for each kind. The names of the cases begin with the
//! collection they are from, and their name in it: users who tried the program (W, P, F), files of
//! foreign makers (A, B, C), public reports, an attack (chaos, attack), and pacing measured (F).

mod belongs;
mod carried;
mod check;
mod damage;
#[cfg(unix)]
mod next;
#[cfg(target_os = "linux")]
mod nights;
mod nothing;
mod pace;
#[cfg(target_os = "linux")]
mod promises;
mod rounded;
mod shown;
#[cfg(target_os = "linux")]
mod told;
mod unknown_flags;
mod verdicts;
mod wording;
