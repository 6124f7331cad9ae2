//! One client in one revision, from its connection to its end.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use rmcp::model::*;
use rmcp::service::{RunningService, Subscription};
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;
use rmcp::service::ClientInitializeError;
use rmcp::{ClientLifecycleMode, ClientServiceExt, RoleClient, ServiceError};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::heard::{Heard, Listener};
use crate::stage::setting;
use crate::wire::Wire;
use crate::{Outcome, equal};

pub const STATELESS: &str = "2026-07-28";
/// Longer than anything here takes, and shorter than anybody waits.
pub const PATIENCE: Duration = Duration::from_secs(20);

pub type Client = RunningService<RoleClient, Listener>;

pub struct Visit {
    pub revision: &'static str,
    pub wire: Wire,
    pub heard: Arc<Heard>,
    client: Option<Client>,
    listening: Vec<JoinHandle<()>>,
    /// What one step leaves to the next.
    pub running: Option<JoinHandle<Outcome>>,
    pub over: Arc<AtomicBool>,
}

fn version(revision: &str) -> ProtocolVersion {
    serde_json::from_value(json!(revision)).expect("a revision")
}

pub fn arguments(value: Value) -> JsonObject {
    value.as_object().expect("an object").clone()
}

pub fn text(result: &CallToolResult) -> String {
    result.content.iter().filter_map(|it| it.as_text()).map(|it| it.text.as_str()).collect::<Vec<_>>().join("\n")
}

/// The code of the error that the server answered with.
pub fn code<T>(result: Result<T, ServiceError>) -> String {
    match result {
        Ok(_) => "did not fail".into(),
        Err(ServiceError::McpError(it)) => it.code.0.to_string(),
        Err(other) => other.to_string(),
    }
}

impl Visit {
    pub fn new(revision: &'static str) -> Self {
        Self::with(revision, &setting("MCP_TOKEN"), false)
    }

    pub fn with(revision: &'static str, token: &str, fresh: bool) -> Self {
        Visit {
            revision,
            wire: Wire::new(token, fresh),
            heard: Arc::default(),
            client: None,
            listening: Vec::new(),
            running: None,
            over: Arc::default(),
        }
    }

    pub fn sessions(&self) -> bool {
        self.revision != STATELESS
    }

    pub async fn connect(&mut self) -> Result<(), ClientInitializeError> {
        let config = StreamableHttpClientTransportConfig::with_uri(setting("MCP_URL"));
        let transport = StreamableHttpClientTransport::with_client(self.wire.clone(), config);
        let listener = Listener { heard: self.heard.clone(), revision: version(self.revision) };
        let lifecycle = if self.sessions() {
            ClientLifecycleMode::Initialize
        } else {
            ClientLifecycleMode::Discover { preferred_versions: vec![version(self.revision)] }
        };
        self.client = Some(listener.serve_with_lifecycle(transport, lifecycle).await?);
        Ok(())
    }

    pub fn client(&self) -> &Client {
        self.client.as_ref().expect("connected")
    }

    pub async fn close(&mut self) -> Outcome {
        for it in self.listening.drain(..) {
            it.abort();
        }
        if let Some(client) = self.client.take() {
            client.cancel().await.map_err(|it| it.to_string())?;
        }
        Ok(())
    }

    pub async fn call(&self, tool: &str, with: Value) -> Result<CallToolResult, ServiceError> {
        self.send(CallToolRequestParams::new(tool.to_owned()).with_arguments(arguments(with))).await
    }

    pub async fn send(&self, call: CallToolRequestParams) -> Result<CallToolResult, ServiceError> {
        tokio::time::timeout(PATIENCE, self.client().call_tool(call)).await
            .unwrap_or(Err(ServiceError::Timeout { timeout: PATIENCE }))
    }

    pub async fn says(&self, words: &str, tool: &str, with: Value) -> Outcome {
        let result = self.call(tool, with).await.map_err(|it| it.to_string())?;
        equal(text(&result).as_str(), words)
    }

    /// The simplest call there is.
    pub async fn simple(&self) -> Outcome {
        self.says("This is a simple text response for testing.", "test_simple_text", json!({})).await
    }

    /// The argument that says which session is meant, where the client has none of its own.
    pub async fn handle(&self) -> Result<Value, String> {
        if self.sessions() {
            return Ok(json!({}));
        }
        let set = self.call("note_set", json!({"name": "n", "text": "t"})).await.map_err(|it| it.to_string())?;
        let handle = set.structured_content.as_ref().and_then(|it| it.get("handle")).cloned();
        Ok(json!({"handle": handle.ok_or("no handle")?}))
    }

    /// Hears of what this filter says, in the stateless era; gives back what ends it.
    pub async fn listen(&mut self, filter: SubscriptionFilter) -> Result<usize, String> {
        let mut subscription: Subscription = self.client().listen(filter).await.map_err(|it| it.to_string())?;
        let heard = self.heard.clone();
        self.listening.push(tokio::spawn(async move {
            while let Ok(Some(it)) = subscription.next().await {
                heard.told(&it);
            }
        }));
        Ok(self.listening.len() - 1)
    }

    /// Ends a subscription, which the client tells the server when it is dropped.
    pub async fn stop_listening(&mut self, which: usize) {
        let task = self.listening.remove(which);
        task.abort();
        // It ends by being aborted, which is an error to those who wait for it.
        let _ = task.await;
    }
}
