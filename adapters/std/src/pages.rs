//! Lists, whole: every page of them.

use oobwatch_core::paging::{Page, Pages};
use oobwatch_io::Failure;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::client::Client;
use crate::error::ClientError;

/// Items asked for at once. An FMC gives up to 1,000.
const PAGE: u16 = 500;

/// The envelope of every list of an FMC. `items` is absent from an empty one.
#[derive(Deserialize)]
struct Envelope<T> {
    #[serde(default = "Vec::new")]
    items: Vec<T>,
    paging: Option<Paging>,
}

#[derive(Deserialize)]
struct Paging {
    count: Option<u32>,
    offset: Option<u32>,
}

impl Client {
    /// All items of the list at `path`, page by page. `paging.next` is not
    /// followed: it may name any host. `path` must not name a page itself.
    ///
    /// # Errors
    /// As [`get_json`](Self::get_json), for any of the pages; an answer without
    /// a `paging` object, or of another page than was asked for (a cache on the
    /// way may not look at the query), is a [`ClientError::Body`].
    pub async fn get_pages<T: DeserializeOwned>(&self, path: &str) -> Result<Vec<T>, ClientError> {
        let pages = Pages::of(path, PAGE).map_err(|error| Failure::Failed(error.into()))?;
        let (mut items, mut pages) = (Vec::new(), pages);
        while let Some(page) = pages.next_page() {
            let path = format!("{path}{}{page}", Page::separator(path));
            let envelope: Envelope<T> = self.get_json(&path).await?;
            let Some(paging) = envelope.paging else {
                let missing = serde::de::Error::missing_field("paging");
                return Err(ClientError::Body(missing));
            };
            if let Some(offset) = paging.offset.filter(|offset| *offset != page.offset) {
                return Err(ClientError::Body(wrong_page(page, offset)));
            }
            let count = u32::try_from(envelope.items.len()).unwrap_or(u32::MAX);
            pages.handle_page(count, paging.count);
            items.extend(envelope.items);
        }
        Ok(items)
    }
}

fn wrong_page(page: Page, offset: u32) -> serde_json::Error {
    serde::de::Error::custom(format_args!(
        "it is the page of the list that begins at item {offset}, and the one at {} was asked for; \
         is there a proxy on the way that does not look at the query?",
        page.offset
    ))
}
