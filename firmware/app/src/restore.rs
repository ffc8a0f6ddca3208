//! What a start makes of the record that the one before has left.

use core::time::Duration;

use oobwatch_image::Image;

use crate::board::{ResetReason, Storage};
use crate::record::{RECORD_MAX, Record};

/// The record, if there is one.
#[inline(never)]
pub(crate) fn load(storage: &mut dyn Storage) -> Option<Record> {
    let mut bytes = [0; RECORD_MAX];
    let length = storage.load(&mut bytes);
    let bytes = bytes.get(..length).unwrap_or_default();
    Record::decode(bytes)
}

/// Counts the start and the sessions that it has left behind.
pub(crate) fn count_start(record: &mut Record, reset: ResetReason) {
    let reasons = ResetReason::ALL.iter().zip(&mut record.resets);
    for (_, count) in reasons.filter(|(reason, _)| **reason == reset) {
        *count = count.saturating_add(1);
    }
    for past in &mut record.targets {
        record.orphans = record.orphans.saturating_add(past.open.into());
        past.open = false;
        past.memory.stays_away = past.memory.stays_away.min(Duration::from_secs(3_600));
    }
    for tries in &mut record.credentials {
        tries.refusals = tries.refusals_at_most();
        tries.trying = false;
    }
}

/// What was learned of credentials and boxes goes with the configuration. In
/// another one, refusals stay with a credential that is the same: changing the
/// port of a target is no reason to try a refused password once more. Where the
/// one before is gone, any credential may be the one that was refused: each has
/// one try, and that not before the pause after a first refusal is over.
#[inline(never)]
pub(crate) fn go_by(record: &mut Record, image: &Image<'static>, before: &[u8]) {
    if record.generation == image.generation() {
        return;
    }
    let before = Image::parse(before);
    let generation = record.generation;
    let before = before.as_ref().ok();
    let before = before.filter(|before| before.generation() == generation);
    let known = core::mem::take(&mut record.credentials);
    for (credential, tries) in image.credentials().iter().zip(&mut record.credentials) {
        let refusals = known.iter().map(|tries| tries.refusals);
        tries.refusals = match before {
            Some(before) => {
                let old = before.credentials().iter().zip(refusals);
                let same = old.filter(|(old, _)| old.is_same_login(credential));
                same.map(|(_, refusals)| refusals).max()
            }
            None => refusals.max().map(|worst| worst.min(1)),
        }
        .unwrap_or_default();
    }
    record.generation = image.generation();
    record.targets = Default::default();
}
