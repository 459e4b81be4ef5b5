//! Wrong passwords of one account make those who try them wait, wherever they come from, without shutting the owner out.
//!
//! Addresses from which the right password has come are known to the account and wait for their own mistakes only; all
//! others share one count. Accounts that do not exist are counted like those that do, so that waiting tells nothing. It is
//! kept in memory, by each process for itself.

use std::net::IpAddr;
use std::sync::Arc;

use astrolabe_core::app::App;
use astrolabe_core::value::Timestamp;
use parking_lot::Mutex;
use quick_cache::sync::Cache;

/// Accounts that are remembered at the same time.
const ACCOUNTS_MAX: usize = 50_000;
/// Addresses that an account knows, the newest ones.
const KNOWN_ADDRESSES_MAX: usize = 8;
/// Wrong passwords that nobody waits for.
const FREE: u32 = 10;
/// The longest wait after a wrong password.
const WAIT_S_MAX: i64 = 60;
/// After this time without a wrong password they are forgotten.
const MEMORY_S: i64 = 15 * 60;

/// Who tries which account.
pub(crate) struct Guess {
    account: (Arc<str>, String),
    address: IpAddr,
}

impl Guess {
    /// `account` is the normalised name.
    pub(crate) fn new(app: &App, account: &str, address: IpAddr) -> Self {
        Guess { account: (Arc::clone(&app.id), account.to_owned()), address }
    }
}

/// The counts of all apps of a server.
pub(crate) struct Guesses {
    accounts: Cache<(Arc<str>, String), Arc<Mutex<Account>>>,
}

#[derive(Default)]
struct Account {
    strangers: Count,
    known: Vec<(IpAddr, Count)>,
}

#[derive(Default, Clone, Copy)]
struct Count {
    wrong: u32,
    last: Option<Timestamp>,
}

impl Guesses {
    /// Without any.
    pub(crate) fn new() -> Self {
        Guesses { accounts: Cache::new(ACCOUNTS_MAX) }
    }

    /// Seconds that have to pass before the next try; `None` where it may be made now.
    pub(crate) fn wait_s(&self, guess: &Guess, now: Timestamp) -> Option<i64> {
        let account = self.accounts.get(&guess.account)?;
        let mut account = account.lock();
        account.count(guess.address).wait_s(now)
    }

    /// A password was wrong.
    pub(crate) fn was_wrong(&self, guess: &Guess, now: Timestamp) {
        let account = self.account(guess);
        let mut account = account.lock();
        let count = account.count(guess.address);
        if count.is_forgotten(now) {
            count.wrong = 0;
        }
        *count = Count { wrong: count.wrong.saturating_add(1), last: Some(now) };
    }

    /// A password was right.
    pub(crate) fn was_right(&self, guess: &Guess, now: Timestamp) {
        let account = self.account(guess);
        let mut account = account.lock();
        account.known.retain(|(address, _)| *address != guess.address);
        account.known.insert(0, (guess.address, Count { wrong: 0, last: Some(now) }));
        account.known.truncate(KNOWN_ADDRESSES_MAX);
    }

    fn account(&self, guess: &Guess) -> Arc<Mutex<Account>> {
        if let Some(account) = self.accounts.get(&guess.account) {
            return account;
        }
        let account = Arc::<Mutex<Account>>::default();
        self.accounts.insert(guess.account.clone(), Arc::clone(&account));
        account
    }
}

impl Account {
    fn count(&mut self, address: IpAddr) -> &mut Count {
        match self.known.iter().position(|(known, _)| *known == address) {
            Some(at) => &mut self.known[at].1,
            None => &mut self.strangers,
        }
    }
}

impl Count {
    fn is_forgotten(&self, now: Timestamp) -> bool {
        self.last.is_none_or(|last| last.plus_seconds(MEMORY_S) <= now)
    }

    fn wait_s(&self, now: Timestamp) -> Option<i64> {
        let over = self.wrong.checked_sub(FREE).filter(|_| !self.is_forgotten(now))?;
        let wait_s = 1_i64.checked_shl(over).unwrap_or(WAIT_S_MAX).clamp(1, WAIT_S_MAX);
        let left_ms = self.last?.plus_seconds(wait_s).0 - now.0;
        (left_ms > 0).then_some((left_ms + 999) / 1_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guess(account: &str, address: [u8; 4]) -> Guess {
        Guess { account: ("app".into(), account.to_owned()), address: IpAddr::from(address) }
    }

    const STRANGER: [u8; 4] = [9, 9, 9, 9];
    const OTHER_STRANGER: [u8; 4] = [8, 8, 8, 8];
    const HOME: [u8; 4] = [1, 1, 1, 1];

    #[test]
    fn strangers_wait_together_and_longer_each_time() {
        let guesses = Guesses::new();
        let mut now = Timestamp(0);
        for count in 0..10 {
            assert_eq!(guesses.wait_s(&guess("ann", OTHER_STRANGER), now), None, "{count}");
            guesses.was_wrong(&guess("ann", STRANGER), now);
        }
        for wait in [1, 2, 4, 8, 16, 32, 60, 60] {
            assert_eq!(guesses.wait_s(&guess("ann", OTHER_STRANGER), now), Some(wait));
            now = now.plus_seconds(wait);
            assert_eq!(guesses.wait_s(&guess("ann", STRANGER), now), None);
            guesses.was_wrong(&guess("ann", STRANGER), now);
        }
        assert_eq!(guesses.wait_s(&guess("bob", STRANGER), now), None);
        assert_eq!(guesses.wait_s(&guess("ann", STRANGER), now.plus_seconds(MEMORY_S)), None);
    }

    #[test]
    fn the_owner_is_not_shut_out_by_strangers() {
        let guesses = Guesses::new();
        guesses.was_right(&guess("ann", HOME), Timestamp(0));
        (0..100).for_each(|_| guesses.was_wrong(&guess("ann", STRANGER), Timestamp(0)));
        assert_eq!(guesses.wait_s(&guess("ann", HOME), Timestamp(0)), None);
        assert!(guesses.wait_s(&guess("ann", STRANGER), Timestamp(0)).is_some());
        // But a known address is no way in either.
        (0..11).for_each(|_| guesses.was_wrong(&guess("ann", HOME), Timestamp(0)));
        assert_eq!(guesses.wait_s(&guess("ann", HOME), Timestamp(0)), Some(2));
    }
}
