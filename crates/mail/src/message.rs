//! From a rendered mail to the message that goes over the wire.

use std::time::{Duration, UNIX_EPOCH};

use astrolabe_core::value::Timestamp;
use lettre::Message;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};

use crate::SendError;
use crate::address::{Sender, recipient};

/// A mail in its words.
#[derive(Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The subject, one line.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The same as HTML.
    pub html: Option<String>,
}

/// What stands on the envelope.
pub(crate) struct Envelope<'a> {
    pub(crate) from: &'a Sender,
    pub(crate) to: &'a str,
    /// The same for every try, so that a mail that arrives twice is known as one.
    pub(crate) id: &'a str,
    pub(crate) queued_at: Timestamp,
}

/// Puts a message together. Fails for good when the address is none.
pub(crate) fn message(envelope: Envelope<'_>, rendered: Rendered) -> Result<Message, SendError> {
    let broken = |what: &str| SendError::Permanent(format!("the message cannot be made: {what}"));
    let to = recipient(envelope.to).map_err(|_| broken("the address"))?;
    let queued_at_ms = u64::try_from(envelope.queued_at.0).unwrap_or_default();
    let builder = Message::builder()
        .from(envelope.from.0.clone())
        .to(Mailbox::new(None, to))
        .subject(rendered.subject)
        .date(UNIX_EPOCH + Duration::from_millis(queued_at_ms))
        .message_id(Some(format!("<{}@{}>", envelope.id, envelope.from.domain())));
    let built = match rendered.html {
        Some(html) => builder.multipart(MultiPart::alternative_plain_html(rendered.text, html)),
        None => builder.singlepart(SinglePart::plain(rendered.text)),
    };
    let mut message = built.map_err(|_| broken("its parts"))?;
    // Tells other programs not to answer (RFC 3834).
    let name = HeaderName::new_from_ascii_str("Auto-Submitted");
    message.headers_mut().insert_raw(HeaderValue::new(name, "auto-generated".to_owned()));
    Ok(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(to: &str, subject: &str, html: Option<&str>) -> Result<String, SendError> {
        let from = Sender::parse("Büro <shop@example.org>").unwrap();
        let rendered =
            Rendered { subject: subject.into(), text: "Hallo".into(), html: html.map(str::to_owned) };
        let envelope = Envelope { from: &from, to, id: "abc.app", queued_at: Timestamp(1_893_456_000_000) };
        message(envelope, rendered).map(|message| String::from_utf8(message.formatted()).unwrap())
    }

    #[test]
    fn messages_have_two_parts_and_say_that_a_machine_wrote_them() {
        let text = sent("a@müller.example", "Grüße", Some("<p>Hallo</p>")).unwrap();
        assert!(text.contains("To: a@xn--mller-kva.example\r\n"), "{text}");
        assert!(text.contains("Message-ID: <abc.app@example.org>\r\n"), "{text}");
        assert!(text.contains("Date: Tue, 01 Jan 2030 00:00:00 +0000\r\n"), "{text}");
        assert!(text.contains("Auto-Submitted: auto-generated\r\n"), "{text}");
        assert!(text.contains("multipart/alternative") && text.contains("Subject: =?utf-8?"), "{text}");
        assert!(!sent("a@example.org", "x", None).unwrap().contains("multipart"));
    }

    #[test]
    fn nothing_adds_a_header() {
        let text = sent("a@example.org", "x\r\nBcc: b@example.org", None).unwrap();
        assert!(!text.contains("\nBcc:"), "{text}");
        for to in ["a@example.org\r\nBcc: b@example.org", "a@example.org, b@example.org"] {
            assert!(matches!(sent(to, "x", None), Err(SendError::Permanent(_))));
        }
    }
}
