//! Bodies on their way through: nothing is gathered, and everything has a bound.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use tokio::time::{Instant, Sleep};

/// A body larger than its bound.
#[derive(Debug)]
pub(super) struct BodyTooLarge;

/// A body whose sender has gone or fallen silent.
#[derive(Debug)]
pub(super) struct BodyBroken;

impl fmt::Display for BodyTooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the body is too large")
    }
}

impl fmt::Display for BodyBroken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the body has ended early")
    }
}

impl std::error::Error for BodyTooLarge {}
impl std::error::Error for BodyBroken {}

/// A body with a bound on its size and on the silence between its parts.
pub(super) struct Bounded<B> {
    inner: B,
    left: u64,
    patience: Duration,
    silence: Pin<Box<Sleep>>,
}

impl<B> Bounded<B>
where
    B: HttpBody<Data = Bytes> + Unpin + Send + 'static,
{
    /// At most `bytes_max`, and each part within `patience` of the one before it.
    pub(super) fn new(inner: B, bytes_max: u64, patience: Duration) -> Self {
        Bounded { inner, left: bytes_max, patience, silence: Box::pin(tokio::time::sleep(patience)) }
    }

    /// The body, for a request or a response.
    pub(super) fn into_body(self) -> Body {
        Body::new(self)
    }
}

impl<B> HttpBody for Bounded<B>
where
    B: HttpBody<Data = Bytes> + Unpin,
{
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let Poll::Ready(frame) = Pin::new(&mut self.inner).poll_frame(context) else {
            ready!(self.silence.as_mut().poll(context));
            return Poll::Ready(Some(Err(BodyBroken.into())));
        };
        let frame = match frame {
            None => return Poll::Ready(None),
            Some(Err(_)) => return Poll::Ready(Some(Err(BodyBroken.into()))),
            Some(Ok(frame)) => frame,
        };
        let Ok(data) = frame.into_data() else {
            // Trailers are headers of the hop, and end a body.
            return Poll::Ready(None);
        };
        match self.left.checked_sub(data.len() as u64) {
            Some(left) => self.left = left,
            None => return Poll::Ready(Some(Err(BodyTooLarge.into()))),
        }
        let later = Instant::now() + self.patience;
        self.silence.as_mut().reset(later);
        Poll::Ready(Some(Ok(Frame::data(data))))
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

/// Reads a body whole, up to a bound; `None` when it is larger or ends early.
pub(super) async fn read_whole<B>(body: B, bytes_max: usize, patience: Duration) -> Option<Bytes>
where
    B: HttpBody<Data = Bytes> + Unpin + Send + 'static,
{
    use http_body_util::BodyExt;
    let bounded = Bounded::new(body, bytes_max as u64, patience);
    bounded.collect().await.ok().map(http_body_util::Collected::to_bytes)
}
