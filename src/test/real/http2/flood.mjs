// Many requests at once over one connection of Node's http2, which keeps strictly to the windows of RFC 9113.
//
// Arguments: origin, path, bearer token, body, how many in all, how many at once. Prints what came of them.
import http2 from "node:http2";

const [origin, path, token, body, total, atOnce] = process.argv.slice(2);
const session = http2.connect(origin);
const outcomes = new Map();
const note = (outcome) => outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
session.on("error", (error) => note(`connection: ${error.message}`));
session.on("goaway", (code) => note(`GOAWAY ${code}`));

const request = () => new Promise((done) => {
  const stream = session.request({ ":method": "POST", ":path": path, authorization: `Bearer ${token}`,
    "content-type": "application/json", accept: "application/json, text/event-stream" });
  let status;
  let text = "";
  stream.setEncoding("utf8");
  stream.on("response", (headers) => { status = headers[":status"]; });
  stream.on("data", (data) => { text += data; });
  stream.on("error", (error) => { note(error.message); done(); });
  stream.on("end", () => {
    let whole = false;
    try {
      whole = JSON.parse(text).result !== undefined;
    } catch {
      // Told as a failure below.
    }
    note(status === 200 && whole ? "whole" : `status ${status}, ${text.length} characters`);
    done();
  });
  stream.end(body);
});

let left = Number(total);
await Promise.all(Array.from({ length: Number(atOnce) }, async () => {
  while (left-- > 0) {
    await request();
  }
}));
session.close();
const wrong = [...outcomes].filter(([outcome]) => outcome !== "whole");
console.log(`node, ${atOnce} at once: ${outcomes.get("whole") ?? 0} whole of ${total}${
  wrong.map(([outcome, count]) => `, ${count} x ${outcome}`).join("")}`);
process.exit(wrong.length || outcomes.get("whole") !== Number(total) ? 1 : 0);
