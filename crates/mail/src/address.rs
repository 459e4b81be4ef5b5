//! Addresses: which ones mail can go to, and the form they have on their way.

use lettre::Address;
use lettre::address::AddressError;
use lettre::message::Mailbox;

/// Bytes of an address; RFC 5321, 4.5.3.1.3, with room for names beyond ASCII.
const ADDRESS_LEN_MAX: usize = 320;

/// Who mail comes from: an address, with a name if wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender(pub(crate) Mailbox);

impl Sender {
    /// Reads `name@example.org` or `Name <name@example.org>`; the error is the end of a sentence about it.
    pub fn parse(text: &str) -> Result<Self, String> {
        const FORM: &str = "must be an address such as `shop@example.org` or `Shop <shop@example.org>`";
        if text.chars().any(char::is_control) {
            return Err(FORM.into());
        }
        let (name, address) = match text.trim().strip_suffix('>').and_then(|text| text.split_once('<')) {
            Some((name, address)) => (name.trim().trim_matches('"'), address),
            None => ("", text.trim()),
        };
        let address = recipient(address).map_err(|_| FORM)?;
        Ok(Sender(Mailbox::new((!name.is_empty()).then(|| name.to_owned()), address)))
    }

    /// The domain of the address.
    pub fn domain(&self) -> &str {
        self.0.email.domain()
    }
}

/// Whether mail can go to an address at all.
pub fn check_recipient(text: &str) -> bool {
    recipient(text).is_ok()
}

/// The address with its domain in ASCII, so that only a local part beyond ASCII needs a server that knows SMTPUTF8.
pub(crate) fn recipient(text: &str) -> Result<Address, AddressError> {
    if text.len() > ADDRESS_LEN_MAX || text.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err(AddressError::InvalidInput);
    }
    let (user, domain) = text.rsplit_once('@').ok_or(AddressError::MissingParts)?;
    let domain = match domain.is_ascii() {
        true => domain.to_owned(),
        false => match url::Host::parse(domain) {
            Ok(url::Host::Domain(ascii)) => ascii,
            _ => return Err(AddressError::InvalidDomain),
        },
    };
    Address::new(user, domain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_mail_can_go_to() {
        for (text, sent_to) in [
            ("a@example.org", Some("a@example.org")),
            ("a+b.c@example.org", Some("a+b.c@example.org")),
            ("jörg@müller.example", Some("jörg@xn--mller-kva.example")),
            ("用户@例子.广告", Some("用户@xn--fsqu00a.xn--4rr70v")),
            ("o'neil@example.org", Some("o'neil@example.org")),
            ("a@example.org\r\nBcc: b@example.org", None),
            ("a@example.org\nX: y", None),
            ("a b@example.org", None),
            ("a@b@example.org", None),
            ("<a@example.org>", None),
            ("a@example.org,b@example.org", None),
            ("a@", None),
            ("@example.org", None),
            ("a", None),
            (&format!("{}@example.org", "a".repeat(400)), None),
        ] {
            let found = recipient(text).ok().map(|address| address.to_string());
            assert_eq!(found.as_deref(), sent_to, "{text:?}");
        }
    }

    #[test]
    fn senders() {
        let named = Sender::parse("Büro Süd <shop@example.org>").unwrap();
        assert_eq!(named.0.name.as_deref(), Some("Büro Süd"));
        assert_eq!(named.domain(), "example.org");
        assert_eq!(Sender::parse("shop@example.org").unwrap().0.name, None);
        for wrong in ["", "shop", "Shop <shop>", "Shop\r\nBcc: x@y.example <shop@example.org>"] {
            assert!(Sender::parse(wrong).is_err(), "{wrong:?}");
        }
    }
}
