//! Tasks that run in every order there is: what a runtime does by chance.
//!
//! A run is a row of steps. In each, one task that was woken is polled, or the
//! box answers one request, or a caller is dropped where it waits. And as a host
//! has threads, a poll can be [interrupted](World::interrupt) between two
//! critical sections, while another task is polled.

use core::cell::{Cell, RefCell};
use core::pin::Pin;
use core::sync::atomic::{AtomicBool, Ordering};
use core::task::{Context, Waker};
use std::sync::Arc;
use std::task::Wake;

use super::choices::Choices;

type Job = Pin<Box<dyn Future<Output = ()>>>;

#[derive(Default)]
pub(super) struct World {
    tasks: RefCell<Vec<Task>>,
    pub(super) exchanges: RefCell<Vec<Exchange>>,
    choices: RefCell<Choices>,
    limits: Cell<Limits>,
    /// The step has not touched anything shared yet.
    is_fresh: Cell<bool>,
    pub(super) steps: RefCell<Vec<Step>>,
}

/// How often the unusual may happen in one run.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Limits {
    pub(super) drops: u8,
    pub(super) interrupts: u8,
    /// Answers that do not arrive, although the box has done what was asked.
    pub(super) losses: u8,
}

struct Task {
    /// Not while it is polled, and not when it has ended.
    job: Option<Job>,
    is_caller: bool,
    /// It does what the task before it does: which of the two begins is all one.
    is_twin: bool,
    has_ended: bool,
    has_begun: bool,
    woken: Arc<Woken>,
}

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A request on its connection, and its answer.
#[derive(Default)]
pub(super) struct Exchange {
    pub(super) on_box: usize,
    pub(super) request: String,
    pub(super) answer: Option<String>,
    pub(super) reader: Option<Waker>,
    /// Nobody reads the answer any more.
    pub(super) is_abandoned: bool,
}

/// Who has spawned a task, and waits for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The client itself. It is never dropped.
    Own,
    /// The same; and its first poll touches nothing shared, so that it makes no
    /// difference when that is.
    OwnAtOnce,
    /// A caller, who may drop it.
    Caller,
    /// A caller that does what the one before it does.
    Twin,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    Poll(usize),
    /// In the middle of the step before.
    Interrupt(usize),
    Drop(usize),
    Answer(usize),
    Lose(usize),
}

impl World {
    pub(super) fn new(choices: Choices, limits: Limits) -> Self {
        Self {
            choices: RefCell::new(choices),
            limits: Cell::new(limits),
            ..Self::default()
        }
    }

    pub(super) fn take_choices(&self) -> Choices {
        self.choices.take()
    }

    pub(super) fn spawn(&self, kind: Kind, job: impl Future<Output = ()> + 'static) {
        let number = self.tasks.borrow().len();
        self.tasks.borrow_mut().push(Task {
            job: Some(Box::pin(job)),
            is_caller: matches!(kind, Kind::Caller | Kind::Twin),
            is_twin: kind == Kind::Twin,
            has_ended: false,
            has_begun: false,
            woken: Arc::new(Woken(AtomicBool::new(true))),
        });
        if kind == Kind::OwnAtOnce {
            self.poll(number);
        }
    }

    /// Runs until all tasks have ended, in an order that is chosen. `answer` is
    /// what the boxes make of a request.
    ///
    /// # Errors
    /// A task has not ended, and nothing can happen any more: no time passes
    /// here, so whoever waits for a deadline has missed what it waited for.
    pub(super) fn run(&self, answer: impl Fn(usize, &str) -> String) -> Result<(), String> {
        loop {
            let ways = self.ways();
            let stuck = ways.iter().all(|step| matches!(step, Step::Drop(_)));
            if stuck {
                let tasks = self.tasks.borrow();
                let left = tasks.iter().position(|task| !task.has_ended);
                return left.map_or(Ok(()), |task| Err(format!("task {task} is never woken")));
            }
            let step = ways[self.choices.borrow_mut().choose(ways.len())];
            self.take(step, &answer);
        }
    }

    /// The same, with the first way at every fork, and nothing unusual.
    pub(super) fn run_straight(
        &self,
        answer: impl Fn(usize, &str) -> String,
    ) -> Result<(), String> {
        let (choices, limits) = (self.choices.take(), self.limits.take());
        let ran = loop {
            match self.ways().first() {
                Some(&step) => self.take(step, &answer),
                None => break self.run(&answer),
            }
        };
        self.choices.replace(choices);
        self.limits.set(limits);
        ran
    }

    /// All that can happen next.
    fn ways(&self) -> Vec<Step> {
        let mut ways = self.polls().into_iter().map(Step::Poll).collect::<Vec<_>>();
        let limits = self.limits.get();
        for (n, exchange) in self.exchanges.borrow().iter().enumerate() {
            let is_whole = exchange.request.ends_with("\r\n\r\n");
            if is_whole && exchange.answer.is_none() && !exchange.is_abandoned {
                ways.push(Step::Answer(n));
                ways.extend((limits.losses > 0).then_some(Step::Lose(n)));
            }
        }
        if limits.drops > 0 {
            let tasks = self.tasks.borrow();
            let waiting = |task: &Task| task.is_caller && task.has_begun && task.job.is_some();
            let callers = (0..tasks.len()).filter(|&n| waiting(&tasks[n]));
            ways.extend(callers.map(Step::Drop));
        }
        ways
    }

    /// Tasks that would make progress.
    fn polls(&self) -> Vec<usize> {
        let tasks = self.tasks.borrow();
        let woken = |task: &Task| task.job.is_some() && task.woken.0.load(Ordering::Relaxed);
        let after_twin = |n: usize| tasks[n].is_twin && !tasks[n - 1].has_begun;
        let polls = (0..tasks.len()).filter(|&n| woken(&tasks[n]) && !after_twin(n));
        polls.collect()
    }

    fn take(&self, step: Step, answer: &impl Fn(usize, &str) -> String) {
        self.steps.borrow_mut().push(step);
        let mut limits = self.limits.get();
        self.is_fresh.set(true);
        match step {
            Step::Poll(n) | Step::Interrupt(n) => self.poll(n),
            Step::Drop(n) => {
                limits.drops -= 1;
                self.limits.set(limits);
                let job = self.tasks.borrow_mut()[n].job.take();
                drop(job);
                self.tasks.borrow_mut()[n].has_ended = true;
            }
            Step::Answer(n) | Step::Lose(n) => {
                let exchange = &mut self.exchanges.borrow_mut()[n];
                let mut text = answer(exchange.on_box, &exchange.request);
                if matches!(step, Step::Lose(_)) {
                    limits.losses -= 1;
                    self.limits.set(limits);
                    text.clear();
                }
                exchange.answer = Some(text);
                if let Some(reader) = exchange.reader.take() {
                    reader.wake();
                }
            }
        }
    }

    fn poll(&self, n: usize) {
        let (mut job, woken) = {
            let task = &mut self.tasks.borrow_mut()[n];
            task.has_begun = true;
            task.woken.0.store(false, Ordering::Relaxed);
            let Some(job) = task.job.take() else { return };
            (job, Arc::clone(&task.woken))
        };
        let waker = Waker::from(woken);
        let ended = job
            .as_mut()
            .poll(&mut Context::from_waker(&waker))
            .is_ready();
        if ended {
            drop(job);
        } else {
            self.tasks.borrow_mut()[n].job = Some(job);
        }
        self.tasks.borrow_mut()[n].has_ended = ended;
    }

    /// Before something shared is touched: another thread may run here. Not
    /// before the first such thing in a step: that would be another order of steps.
    pub(super) fn interrupt(&self) {
        let mut limits = self.limits.get();
        if self.is_fresh.replace(false) || limits.interrupts == 0 {
            return;
        }
        let polls = self.polls();
        let way = self.choices.borrow_mut().choose(polls.len() + 1);
        if let Some(&n) = way.checked_sub(1).and_then(|way| polls.get(way)) {
            limits.interrupts -= 1;
            self.limits.set(limits);
            self.steps.borrow_mut().push(Step::Interrupt(n));
            self.poll(n);
            self.is_fresh.set(false);
        }
    }
}
