//! The cases of one client and an undisturbed server.

use std::time::Duration;

use rmcp::model::*;
use serde_json::{Value, json};

use crate::visit::{PATIENCE, Visit, arguments, code, text};
use crate::{Outcome, equal, words};

const WATCHED: &str = "test://watched-resource";

pub async fn connect(v: &mut Visit) -> Outcome {
    let info = v.client().peer_info().ok_or("no peer info")?;
    equal(info.protocol_version.to_string().as_str(), v.revision)?;
    equal(info.server_info.as_ref().map(|it| it.name.as_str()), Some("mcp-session-server"))?;
    v.simple().await?;
    let session = v.wire.session();
    equal(session.is_empty(), !v.sessions())?;
    for (at, it) in v.wire.all().iter().enumerate() {
        equal(it.sent.as_str(), if at == 0 { "" } else { session.as_str() })?;
    }
    Ok(())
}

pub async fn list(v: &mut Visit) -> Outcome {
    let client = v.client();
    let tools: Vec<String> = client.list_all_tools().await.map_err(words)?.iter().map(|it| it.name.to_string()).collect();
    for name in ["test_simple_text", "session_info", "json_schema_2020_12_tool"] {
        equal(tools.iter().filter(|it| *it == name).count(), 1)?;
    }
    equal(client.list_all_resources().await.map_err(words)?.len(), 3)?;
    equal(client.list_all_prompts().await.map_err(words)?.len(), 5)?;
    let templates = client.list_all_resource_templates().await.map_err(words)?;
    equal(templates.iter().map(|it| it.uri_template.as_str()).collect::<Vec<_>>(), vec!["test://template/{id}/data"])
}

fn kinds(blocks: &[ContentBlock]) -> String {
    let kind = |it: &ContentBlock| {
        let block = serde_json::to_value(it).expect("content");
        let more = [&block["mimeType"], &block["resource"]["uri"]].into_iter().find_map(Value::as_str);
        [block["type"].as_str().expect("a type"), more.unwrap_or_default()].join(" ").trim().to_owned()
    };
    blocks.iter().map(kind).collect::<Vec<_>>().join(", ")
}

pub async fn call(v: &mut Visit) -> Outcome {
    v.simple().await?;
    for (tool, wanted) in [
        ("test_image_content", "image image/png"),
        ("test_audio_content", "audio audio/wav"),
        ("test_embedded_resource", "resource test://embedded-resource"),
        ("test_multiple_content_types", "text, image image/png, resource test://mixed-content-resource"),
    ] {
        equal(kinds(&v.call(tool, json!({})).await.map_err(words)?.content).as_str(), wanted)?;
    }
    Ok(())
}

/// Structured results are there as text too, for those that do not know them.
pub async fn structured(v: &mut Visit) -> Outcome {
    let which = v.handle().await?;
    let found = v.call("session_info", which).await.map_err(words)?;
    equal(text(&found).contains("\"protocol_version\""), true)?;
    let structured = found.structured_content.ok_or("nothing structured")?;
    equal(structured["protocol_version"].as_str(), Some(v.revision))
}

pub async fn tool_error(v: &mut Visit) -> Outcome {
    let found = v.call("test_error_handling", json!({})).await.map_err(words)?;
    equal(found.is_error, Some(true))?;
    equal(text(&found).contains("This tool intentionally returns an error for testing"), true)?;
    equal(code(v.call("none", json!({})).await).as_str(), "-32602")?;
    v.simple().await
}

pub async fn progress(v: &mut Visit) -> Outcome {
    v.call("test_tool_with_progress", json!({})).await.map_err(words)?;
    v.heard.until("progress", "100", PATIENCE).await?;
    equal(v.heard.numbers("progress"), vec![0.0, 50.0, 100.0])
}

pub async fn logging(v: &mut Visit) -> Outcome {
    for (level, wanted) in [(LoggingLevel::Info, 3), (LoggingLevel::Warning, 0)] {
        v.heard.forget();
        let mut call = CallToolRequestParams::new("test_tool_with_logging");
        if v.sessions() {
            v.client().set_level(SetLevelRequestParams::new(level)).await.map_err(words)?;
        } else {
            let mut meta = RequestMetaObject::new();
            meta.set_log_level(level);
            call.meta = Some(meta);
        }
        v.send(call).await.map_err(words)?;
        // What was said before is heard before.
        v.call("test_tool_with_progress", json!({})).await.map_err(words)?;
        v.heard.until("progress", "100", PATIENCE).await?;
        equal(v.heard.of("log").len(), wanted)?;
    }
    Ok(())
}

pub async fn elicitation(v: &mut Visit) -> Outcome {
    let accepted = v.call("test_elicitation", json!({"message": "Well?"})).await.map_err(words)?;
    let wanted = json!({"context": "words of the user", "name": "Ada", "response": "to Well?"});
    equal(text(&accepted), format!("User response: action=accept, content={wanted}"))?;
    let declined = v.call("test_elicitation", json!({"message": "decline"})).await.map_err(words)?;
    equal(text(&declined).contains("action=decline"), true)
}

pub async fn sampling(v: &mut Visit) -> Outcome {
    v.says("LLM response: Paris", "test_sampling", json!({"prompt": "Capital?"})).await
}

pub async fn roots(v: &mut Visit) -> Outcome {
    v.says("Found 1 root(s)", "test_input_required_result_list_roots", json!({})).await
}

async fn read(v: &Visit, uri: &str) -> Result<Value, rmcp::ServiceError> {
    let found = v.client().read_resource(ReadResourceRequestParams::new(uri)).await?;
    Ok(serde_json::to_value(&found.contents[0]).expect("contents"))
}

pub async fn resources(v: &mut Visit) -> Outcome {
    let plain = read(v, "test://static-text").await.map_err(words)?;
    equal(plain["text"].as_str(), Some("This is the content of the static text resource."))?;
    let blob = read(v, "test://static-binary").await.map_err(words)?;
    equal(blob["blob"].as_str().is_some_and(|it| it.starts_with("iVBOR")), true)?;
    // The code of what is not there is another one in each era.
    equal(code(read(v, "test://missing").await).as_str(), if v.sessions() { "-32002" } else { "-32602" })
}

pub async fn templates(v: &mut Visit) -> Outcome {
    let found = read(v, "test://template/ünï-7/data").await.map_err(words)?;
    equal(found["text"].as_str().is_some_and(|it| it.contains("\"templateTest\":true")), true)
}

pub async fn prompts(v: &mut Visit) -> Outcome {
    let client = v.client();
    let with = arguments(json!({"arg1": "a", "arg2": "ü"}));
    let params = GetPromptRequestParams::new("test_prompt_with_arguments").with_arguments(with);
    let found = client.get_prompt(params).await.map_err(words)?;
    equal(found.messages[0].content.as_text().map(|it| it.text.as_str()), Some("Prompt with arguments: arg1='a', arg2='ü'"))?;
    let image = client.get_prompt(GetPromptRequestParams::new("test_prompt_with_image")).await.map_err(words)?;
    equal(kinds(&[image.messages[0].content.clone()]).as_str(), "image image/png")?;
    let asked = client.get_prompt(GetPromptRequestParams::new("test_input_required_result_prompt")).await.map_err(words)?;
    equal(asked.messages[0].content.as_text().map(|it| it.text.as_str()), Some("Prompt with context: words of the user"))
}

pub async fn completion(v: &mut Visit) -> Outcome {
    let client = v.client();
    let found = client.complete_prompt_simple("test_prompt_with_arguments", "arg1", "par").await.map_err(words)?;
    equal(found.join(" ").as_str(), "paris park party")?;
    let ids = client.complete_resource_simple("test://template/{id}/data", "id", "12").await.map_err(words)?;
    equal(ids.join(" ").as_str(), "123 124")
}

/// Has a change made again and again, because the client opens its stream of server messages at its leisure.
async fn hears(v: &Visit, tool: &str, kind: &str, wanted: &str) -> Outcome {
    let mut missed = String::new();
    for _ in 0..20 {
        v.call(tool, json!({})).await.map_err(words)?;
        match v.heard.until(kind, wanted, Duration::from_millis(500)).await {
            Ok(()) => return Ok(()),
            Err(it) => missed = it,
        }
    }
    Err(missed)
}

pub async fn subscription(v: &mut Visit) -> Outcome {
    let mut which = 0;
    if v.sessions() {
        v.client().subscribe(SubscribeRequestParams::new(WATCHED)).await.map_err(words)?;
    } else {
        v.listen(SubscriptionFilter::builder().prompts_list_changed().build()).await?;
        which = v.listen(SubscriptionFilter::builder().resource_subscription(WATCHED).build()).await?;
    }
    hears(v, "test_trigger_resource_update", "updated", WATCHED).await?;
    if v.sessions() {
        v.client().unsubscribe(UnsubscribeRequestParams::new(WATCHED)).await.map_err(words)?;
    } else {
        v.stop_listening(which).await;
    }
    // What was under way may still come; once another change is heard nothing more of this one does.
    hears(v, "test_trigger_prompt_change", "changed", "prompts").await?;
    v.heard.forget();
    v.call("test_trigger_resource_update", json!({})).await.map_err(words)?;
    hears(v, "test_trigger_prompt_change", "changed", "prompts").await?;
    equal(v.heard.of("updated"), Vec::new())
}

pub async fn list_change(v: &mut Visit) -> Outcome {
    if !v.sessions() {
        let all = SubscriptionFilter::builder().tools_list_changed().prompts_list_changed().resources_list_changed();
        v.listen(all.build()).await?;
    }
    for (tool, wanted) in [
        ("test_trigger_tool_change", "tools"),
        ("test_trigger_prompt_change", "prompts"),
        ("test_trigger_resource_change", "resources"),
    ] {
        hears(v, tool, "changed", wanted).await?;
    }
    Ok(())
}

/// The server tells of a call that was cancelled those who subscribed to that.
pub async fn cancel(v: &mut Visit) -> Outcome {
    const TOLD: &str = "test://template/cancelled/data";
    if v.sessions() {
        v.client().subscribe(SubscribeRequestParams::new(TOLD)).await.map_err(words)?;
        // The stream of server messages is there once something was heard on it.
        hears(v, "test_trigger_tool_change", "changed", "tools").await?;
    } else {
        v.listen(SubscriptionFilter::builder().resource_subscription(TOLD).build()).await?;
    }
    let call = CallToolRequestParams::new("test_wait_until_cancelled");
    let peer = v.client().peer().clone();
    let task = tokio::spawn(async move { peer.call_tool(call).await });
    v.heard.until("progress", "1", PATIENCE).await?;
    // A call that is given up is cancelled by the client.
    task.abort();
    v.heard.until("updated", TOLD, PATIENCE).await?;
    v.simple().await
}
