//! Depth first through every choice that a run asks for.

/// What one run chooses: what the last one chose, but for the last choice that
/// has another way left, and from there on the first way.
#[derive(Default)]
pub(super) struct Choices {
    /// The way that was taken, of how many.
    taken: Vec<(usize, usize)>,
    at: usize,
}

impl Choices {
    /// One of `ways`, which are the same whenever the choices before are.
    pub(super) fn choose(&mut self, ways: usize) -> usize {
        if ways < 2 {
            return 0;
        }
        if self.at == self.taken.len() {
            self.taken.push((0, ways));
        }
        let (way, before) = self.taken[self.at];
        assert_eq!(ways, before, "a run does not repeat itself");
        self.at += 1;
        way
    }

    /// Goes on to the next run, if there is one.
    pub(super) fn next(&mut self) -> bool {
        self.at = 0;
        while let Some((way, ways)) = self.taken.pop() {
            if way + 1 < ways {
                self.taken.push((way + 1, ways));
                return true;
            }
        }
        false
    }
}

#[test]
fn every_way_is_taken_once() {
    let mut choices = Choices::default();
    let mut runs = Vec::new();
    loop {
        let first = choices.choose(3);
        // A run may have fewer choices than another.
        let second = if first == 1 { 0 } else { choices.choose(2) };
        runs.push((first, second));
        if !choices.next() {
            break;
        }
    }
    assert_eq!(runs, [(0, 0), (0, 1), (1, 0), (2, 0), (2, 1)]);
}
