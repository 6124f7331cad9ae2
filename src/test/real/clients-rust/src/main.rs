//! The official Rust SDK as a client, in each revision: the cases that all suites of clients have. run.sh starts it in
//! the environment that ../stage describes. Prints what is not as it should be, and at last the counts. Arguments are
//! names of cases, where not all shall run.

// Roots, sampling and logging are deprecated since 2026-07-28, and part of every revision before.
#![allow(deprecated)]

mod broken;
mod cases;
mod heard;
mod stage;
mod visit;
mod wire;

use std::fmt::{Debug, Display};
use std::pin::Pin;
use std::time::{Duration, Instant};

use visit::{STATELESS, Visit};

/// What a case comes to; what is wrong, in words.
pub type Outcome = Result<(), String>;

type Step = for<'a> fn(&'a mut Visit) -> Pin<Box<dyn Future<Output = Outcome> + 'a>>;

/// Before the reason why a client has no means for what a case wants, once that was seen.
pub const CANNOT: &str = "cannot: ";

const REVISIONS: [&str; 4] = ["2025-03-26", "2025-06-18", "2025-11-25", STATELESS];

pub fn equal<T: PartialEq + Debug>(found: T, wanted: T) -> Outcome {
    if found == wanted { Ok(()) } else { Err(format!("{found:?} instead of {wanted:?}")) }
}

pub fn words(error: impl Display + Debug) -> String {
    format!("{error} ({error:?})")
}

enum Act {
    Stage(&'static str),
    Do(Step),
}

struct Case {
    name: &'static str,
    policy: &'static str,
    acts: Vec<Act>,
}

macro_rules! act {
    ($step:path) => {
        Act::Do(|v| Box::pin($step(v)))
    };
}

macro_rules! case {
    ($name:literal, $step:path) => {
        Case { name: $name, policy: "-", acts: vec![act!(connected), act!($step)] }
    };
}

async fn connected(v: &mut Visit) -> Outcome {
    v.connect().await.map_err(words)
}

fn ended(policy: &'static str, change: &'static str, then: Act) -> Case {
    let acts = vec![Act::Stage(change), act!(connected), act!(broken::simple), Act::Stage("/end"), then];
    Case { name: "ended", policy, acts }
}

fn all() -> Vec<Case> {
    use Act::Stage;
    vec![
        case!("connect", cases::connect),
        case!("list", cases::list),
        case!("call", cases::call),
        case!("structured", cases::structured),
        case!("tool-error", cases::tool_error),
        case!("progress", cases::progress),
        case!("logging", cases::logging),
        case!("elicitation", cases::elicitation),
        case!("sampling", cases::sampling),
        case!("roots", cases::roots),
        case!("resources", cases::resources),
        case!("templates", cases::templates),
        case!("prompts", cases::prompts),
        case!("completion", cases::completion),
        case!("subscription", cases::subscription),
        case!("list-change", cases::list_change),
        case!("cancel", cases::cancel),
        case!("delete", broken::delete),
        case!("wrong-token", broken::wrong_token),
        case!("expired-token", broken::expired_token),
        Case {
            name: "other-replica",
            policy: "-",
            acts: vec![act!(broken::connected_anew_each_time), act!(broken::other_replica)],
        },
        Case {
            name: "restart",
            policy: "-",
            acts: vec![act!(connected), act!(broken::begins), Stage("/restart/first"), Stage("/restart/second"),
                act!(broken::ends)],
        },
        Case {
            name: "resume",
            policy: "-",
            acts: vec![Stage("/to/first"), act!(connected), act!(broken::streams), Stage("/to/second"),
                act!(broken::streamed), Stage("/to/turns")],
        },
        ended("compat", "/policy/compat", act!(broken::renewed)),
        ended("strict", "/policy/strict", act!(broken::told)),
        ended("robust", "/policy/robust", act!(broken::revived)),
    ]
}

/// Takes one client of each revision through the acts; one that fails goes no further.
async fn run(case: &Case, visits: &mut [Visit]) -> Vec<Outcome> {
    let mut outcomes = vec![Ok(()); visits.len()];
    for act in &case.acts {
        match act {
            Act::Stage(path) => stage::ask(path).await,
            Act::Do(step) => {
                for (v, outcome) in visits.iter_mut().zip(&mut outcomes).filter(|it| it.1.is_ok()) {
                    *outcome = tokio::time::timeout(Duration::from_secs(60), step(v)).await
                        .unwrap_or_else(|_| Err("no end in sight".into()));
                }
            }
        }
    }
    outcomes
}

#[tokio::main]
async fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let version = stage::setting("RMCP_VERSION");
    let mut counts = [0; 3];
    for case in all().iter().filter(|it| wanted.is_empty() || wanted.iter().any(|name| name == it.name)) {
        let begun = Instant::now();
        let mut visits: Vec<Visit> = REVISIONS.into_iter().map(Visit::new).collect();
        let outcomes = run(case, &mut visits).await;
        for (v, outcome) in visits.iter_mut().zip(outcomes) {
            let (at, name, note) = match outcome {
                Ok(()) => (0, "ok", String::new()),
                Err(what) => match what.strip_prefix(CANNOT) {
                    Some(why) => (1, "cannot", why.into()),
                    None => (2, "failed", what),
                },
            };
            counts[at] += 1;
            if at > 0 {
                println!("{name:6}  {}: {} {}\n        {note}", v.revision, case.name, case.policy);
            }
            stage::tell(&["rmcp", &version, v.revision, case.name, case.policy, name, &note]);
            if let Err(what) = v.close().await {
                println!("        {}: {} does not close: {what}", v.revision, case.name);
            }
        }
        println!("        {} {} took {} ms", case.name, case.policy, begun.elapsed().as_millis());
    }
    println!("rust clients: {} ok, {} cannot, {} failed", counts[0], counts[1], counts[2]);
    std::process::exit(if counts[2] > 0 || counts[0] == 0 { 1 } else { 0 });
}
