//! Answers that come in pages, as streams: what is asked for next is asked for when it is wanted.

use std::collections::VecDeque;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::Stream;
use futures_util::stream::try_unfold;

use super::convert::malformed;
use super::error::Error;

/// Pages of one listing at most. The longest that the documents allow has 5000.
const MOST_PAGES: u32 = 10_000;

/// A listing, read page by page. It is a [`Stream`], and [`Pages::next`] reads it without any other crate.
///
/// Nothing is asked before it is polled, and dropping it ends it. After an error it is over. An answer whose `TotalCount` is more
/// than what came in the end is an error, so a listing that ends without one is whole.
pub struct Pages<'a, T> {
    stream: Pin<Box<dyn Stream<Item = Result<T, Error>> + Send + 'a>>,
}

impl<'a, T> Pages<'a, T> {
    pub(super) fn new(stream: impl Stream<Item = Result<T, Error>> + Send + 'a) -> Self {
        Self { stream: Box::pin(stream) }
    }

    /// The next item; `None` at the end.
    ///
    /// Dropping this future loses nothing: the next call of `next` goes on where it was, an answer that was under way included.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        poll_fn(|context| self.stream.as_mut().poll_next(context)).await
    }

    /// Everything that is left, in memory.
    pub async fn all(mut self) -> Result<Vec<T>, Error> {
        let mut all = Vec::new();
        while let Some(item) = self.next().await {
            all.push(item?);
        }
        Ok(all)
    }
}

impl<T> Stream for Pages<'_, T> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.stream.as_mut().poll_next(context)
    }
}

impl<T> fmt::Debug for Pages<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages").finish_non_exhaustive()
    }
}

/// One page, and where the next begins.
pub(super) struct Page<T, C> {
    pub items: Vec<T>,
    /// `None` ends the listing.
    pub next: Option<C>,
}

/// A listing by a cursor of any kind: a marker, a token, an offset.
pub(super) fn by_cursor<'a, T, C, F, Fut>(action: &'static str, first: C, fetch: F) -> Pages<'a, T>
where
    T: Send + 'a,
    C: Clone + PartialEq + Send + 'a,
    F: Fn(C) -> Fut + Send + 'a,
    Fut: Future<Output = Result<Page<T, C>, Error>> + Send + 'a,
{
    struct State<T, C, F> {
        fetch: F,
        next: Option<C>,
        ready: VecDeque<T>,
        pages: u32,
    }
    let state = State { fetch, next: Some(first), ready: VecDeque::new(), pages: 0 };
    Pages::new(try_unfold(state, move |mut state| async move {
        loop {
            if let Some(item) = state.ready.pop_front() {
                return Ok(Some((item, state)));
            }
            let Some(cursor) = state.next.take() else { return Ok(None) };
            let page = (state.fetch)(cursor.clone()).await?;
            state.pages += 1;
            if page.next.as_ref() == Some(&cursor) || (page.next.is_some() && state.pages >= MOST_PAGES) {
                return Err(malformed(action, format!("the listing has no end: page {} leads no further", state.pages)));
            }
            state.ready.extend(page.items);
            state.next = page.next;
        }
    }))
}

/// The offset of the page after one, or `None` if that was the last.
///
/// `total` is what the newest page says: media and domains come and go while they are listed. A page that is empty although more
/// should come is an error, never an end.
pub(super) fn after(action: &'static str, offset: u64, came: u64, limit: u64, total: Option<u64>) -> Result<Option<u64>, Error> {
    let seen = offset.saturating_add(came);
    match total {
        Some(total) if came == 0 && seen < total => {
            Err(malformed(action, format!("TotalCount is {total}, but nothing comes after {seen}; list again")))
        }
        Some(total) if seen < total => Ok(Some(seen)),
        // The total is reached. One that is too small shows itself by a full page beyond it.
        Some(total) if seen > total && came >= limit => Ok(Some(seen)),
        Some(_) => Ok(None),
        None => Ok((came >= limit).then_some(seen)),
    }
}
