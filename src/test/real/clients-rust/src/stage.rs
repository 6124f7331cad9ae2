//! What `../stage` is asked for, and the table it gets.

use std::io::Write;

pub fn setting(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run.sh starts this program"))
}

/// Has the stage do something, and returns when it is done.
pub async fn ask(path: &str) {
    let url = setting("MCP_STAGE") + path;
    let answer = reqwest::Client::new().post(url).send().await.expect("the stage answers");
    let status = answer.status();
    assert!(status.is_success(), "the stage cannot do {path}: {status} {:?}", answer.text().await);
}

/// Writes one line of the table.
pub fn tell(fields: &[&str]) {
    let line = fields.iter().map(|it| it.split_whitespace().collect::<Vec<_>>().join(" ")).collect::<Vec<_>>();
    let mut file = std::fs::OpenOptions::new().append(true).create(true).open(setting("MCP_RESULTS")).expect("a file");
    writeln!(file, "{}", line.join("\t")).expect("written");
}
