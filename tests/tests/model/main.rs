//! Model tests of the session of `core`: random stories of requests, time,
//! faults and drops, played against scripted boxes in virtual time.
//!
//! | module | what it is |
//! |---|---|
//! | `story` | what happens: generated, shrunk, printed |
//! | `world` | plays it: callers, boxes, one clock |
//! | `server`, `wire` | an FMC and a chassis by script; bytes to bytes |
//! | `trace` | what happened |
//! | `model` | what each session ought to know, told again from the trace |
//! | `properties` | the rules, each held against the trace |
//! | `machine`, `mutants` | the session; and planted bugs, each to be caught by a rule |
//! | `found` | stories that the session once failed |
//! | `figures` | days of checks, against arithmetic |
//!
//! `OOBWATCH_CASES=20` plays twenty times as many stories; `cargo xtask soak`
//! sets it. To see which bug is caught by what: `-- --nocapture`.

mod figures;
mod found;
mod machine;
mod model;
mod mutants;
mod properties;
mod server;
mod story;
mod trace;
mod wire;
mod world;

use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

use machine::Real;
use story::Story;
use world::World;

/// Stories in a run, times `OOBWATCH_CASES`.
const CASES: u32 = 1_000;

fn runner() -> TestRunner {
    let times = std::env::var("OOBWATCH_CASES").ok();
    let times: u32 = times.map_or(1, |times| times.parse().expect("a number"));
    let config = Config {
        cases: CASES.saturating_mul(times),
        failure_persistence: None,
        max_shrink_iters: 4_000,
        ..Config::default()
    };
    let seed = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    TestRunner::new_with_rng(config, seed)
}

#[test]
fn the_session_keeps_every_rule() {
    let held = runner().run(&Story::strategy(), |story| {
        let broken = properties::broken(&World::new(&story, Real::machine).play(&story));
        match broken.is_empty() {
            true => Ok(()),
            false => Err(TestCaseError::fail(broken.join("\n"))),
        }
    });
    match held {
        Ok(()) => {}
        Err(TestError::Fail(why, story)) => panic!("{why}\n{story}"),
        Err(abort) => panic!("{abort}"),
    }
}

#[test]
fn every_rule_has_a_bug_that_breaks_it() {
    for property in properties::ALL {
        let breaks = |mutant: &mutants::Mutant| mutant.caught_by == property.name;
        assert!(mutants::ALL.iter().any(breaks), "{}", property.name);
    }
}

/// Every planted bug is found by the property that it breaks; and it is the bug
/// that is found, not the story.
#[test]
fn every_planted_bug_is_caught() {
    let mut runner = runner();
    let mut story = || Story::strategy().new_tree(&mut runner).expect("a story");
    let stories: Vec<Story> = (0..CASES).map(|_| story().current()).collect();
    let mut free = Vec::new();
    for mutant in mutants::ALL {
        let property = properties::named(mutant.caught_by);
        let holds = |story: &Story, make| (property.check)(&World::new(story, make).play(story));
        let mut played = stories.iter().zip(1..);
        match played.find(|(story, _)| holds(story, mutant.make).is_err()) {
            Some((story, count)) => {
                let (bug, rule) = (mutant.name, property.name);
                println!("{bug} is caught after {count} stories by {rule}");
                assert_eq!(holds(story, Real::machine), Ok(()), "{story}");
            }
            None => free.push(mutant.name),
        }
    }
    assert!(free.is_empty(), "not caught: {free:?}");
}
