// Passes everything on as it comes and adds the token, which the suite cannot send. Host and Origin stay as they are,
// or the check on DNS rebinding would check this proxy.
import http from 'node:http';

/** Starts on a free port of loopback; `seen(request, response)` hears of each exchange. */
export async function startProxy(target, token, seen = () => {}) {
  const { hostname, port } = new URL(target);
  const agent = new http.Agent({ keepAlive: true });
  const proxy = http.createServer((request, response) => {
    const headers = { ...request.headers, authorization: `Bearer ${token}` };
    const onward = http.request({ agent, hostname, port, path: request.url, method: request.method, headers });
    onward.on('response', (answer) => {
      seen(request, answer);
      response.writeHead(answer.statusCode, answer.rawHeaders);
      response.flushHeaders();
      answer.pipe(response);
      answer.on('error', () => response.destroy());
    });
    onward.on('error', () => response.destroy());
    response.on('close', () => response.writableFinished || onward.destroy());
    request.pipe(onward);
  });
  await new Promise((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return { url: `http://localhost:${proxy.address().port}${new URL(target).pathname}`, close: () => proxy.close() };
}
