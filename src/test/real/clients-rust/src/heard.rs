//! What the server says and asks besides its answers.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use rmcp::model::*;
use rmcp::service::{NotificationContext, RequestContext};
use rmcp::{ClientHandler, ErrorData, RoleClient};
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::Outcome;

/// All that was heard, each with its kind: progress, log, updated or changed.
#[derive(Default)]
pub struct Heard {
    seen: Mutex<Vec<(&'static str, String)>>,
    news: Notify,
}

impl Heard {
    pub fn note(&self, kind: &'static str, what: impl ToString) {
        self.seen.lock().unwrap().push((kind, what.to_string()));
        self.news.notify_waiters();
    }

    /// A notification of the stateless era, which comes with its subscription.
    pub fn told(&self, notification: &ServerNotification) {
        match notification {
            ServerNotification::ResourceUpdatedNotification(it) => self.note("updated", &it.params.uri),
            ServerNotification::ToolListChangedNotification(_) => self.note("changed", "tools"),
            ServerNotification::PromptListChangedNotification(_) => self.note("changed", "prompts"),
            ServerNotification::ResourceListChangedNotification(_) => self.note("changed", "resources"),
            other => self.note("other", format!("{other:?}")),
        }
    }

    pub fn of(&self, kind: &str) -> Vec<String> {
        self.seen.lock().unwrap().iter().filter(|it| it.0 == kind).map(|it| it.1.clone()).collect()
    }

    /// The same for numbers, smallest first: rmcp hands on each message in a task of its own, in any order.
    pub fn numbers(&self, kind: &str) -> Vec<f64> {
        let mut found: Vec<f64> = self.of(kind).iter().map(|it| it.parse().expect("a number")).collect();
        found.sort_by(f64::total_cmp);
        found
    }

    pub fn forget(&self) {
        self.seen.lock().unwrap().clear();
    }

    pub async fn until(&self, kind: &str, what: &str, patience: Duration) -> Outcome {
        let found = async {
            loop {
                let news = self.news.notified();
                tokio::pin!(news);
                news.as_mut().enable();
                if self.of(kind).iter().any(|it| it == what) {
                    return;
                }
                news.await;
            }
        };
        tokio::time::timeout(patience, found).await.map_err(|_| format!("no {kind} {what}: {:?}", self.of(kind)))
    }
}

/// The client's side of the conversation.
#[derive(Clone)]
pub struct Listener {
    pub heard: Arc<Heard>,
    pub revision: ProtocolVersion,
}

impl ClientHandler for Listener {
    fn get_info(&self) -> ClientConfig {
        let can = ClientCapabilities::builder().enable_roots().enable_sampling().enable_elicitation().build();
        ClientConfig::new(can, Implementation::new("rmcp", "1")).with_protocol_version(self.revision.clone())
    }

    async fn create_message(&self, _: CreateMessageRequestParams, _: RequestContext<RoleClient>)
        -> Result<CreateMessageResult, ErrorData> {
        Ok(CreateMessageResult::new(SamplingMessage::assistant_text("Paris"), "none".into()))
    }

    async fn list_roots(&self, _: RequestContext<RoleClient>) -> Result<ListRootsResult, ErrorData> {
        Ok(ListRootsResult::new(vec![Root::new("file:///tmp").with_name("tmp")]))
    }

    async fn create_elicitation(&self, asked: ElicitRequestParams, _: RequestContext<RoleClient>)
        -> Result<ElicitResult, ErrorData> {
        match asked {
            ElicitRequestParams::FormElicitationParams { message, .. } if message != "decline" => {
                let filled = json!({"name": "Ada", "response": format!("to {message}"), "context": "words of the user"});
                Ok(ElicitResult::new(ElicitationAction::Accept).with_content(filled))
            }
            _ => Ok(ElicitResult::new(ElicitationAction::Decline)),
        }
    }

    async fn on_progress(&self, it: ProgressNotificationParam, _: NotificationContext<RoleClient>) {
        self.heard.note("progress", it.progress);
    }

    async fn on_logging_message(&self, it: LoggingMessageNotificationParam, _: NotificationContext<RoleClient>) {
        self.heard.note("log", match it.data {
            Value::String(text) => text,
            other => other.to_string(),
        });
    }

    async fn on_resource_updated(&self, it: ResourceUpdatedNotificationParam, _: NotificationContext<RoleClient>) {
        self.heard.note("updated", it.uri);
    }

    async fn on_tool_list_changed(&self, _: NotificationContext<RoleClient>) {
        self.heard.note("changed", "tools");
    }

    async fn on_prompt_list_changed(&self, _: NotificationContext<RoleClient>) {
        self.heard.note("changed", "prompts");
    }

    async fn on_resource_list_changed(&self, _: NotificationContext<RoleClient>) {
        self.heard.note("changed", "resources");
    }
}
