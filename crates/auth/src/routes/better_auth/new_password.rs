//! What this face asks of a password that somebody chooses. The app's own rules for passwords come on top, with the write.

use super::call::Call;
use super::refusal::{Outcome, PASSWORD_COMPROMISED, PASSWORD_TOO_LONG, PASSWORD_TOO_SHORT};
use crate::common_passwords;

/// Fails for a password that is too short, too long, or one that everybody tries first.
pub(super) fn check_new(call: &Call<'_>, password: &str) -> Outcome<()> {
    let settings = call.settings();
    if len(password) < settings.password_len_min {
        return Err(PASSWORD_TOO_SHORT);
    }
    check_len(call, password)?;
    if settings.refuse_common_passwords && common_passwords::contain(password) {
        return Err(PASSWORD_COMPROMISED);
    }
    Ok(())
}

/// Fails for a text that is too long to be a password.
pub(super) fn check_len(call: &Call<'_>, password: &str) -> Outcome<()> {
    if len(password) > call.settings().password_len_max { Err(PASSWORD_TOO_LONG) } else { Ok(()) }
}

/// Length as JavaScript counts it, so that client and server agree.
fn len(password: &str) -> usize {
    password.encode_utf16().count()
}
