import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Pool } from "undici";

// The floor for Node: reads and parses the body, sends it on with undici, relays the reply. No keys, no prices, no ledger.
const pool = new Pool(process.env.UPSTREAM_URL ?? "", { connections: 1024, pipelining: 1, allowH2: false });

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", async () => {
    const body = Buffer.concat(chunks);
    JSON.parse(body.toString());
    const reply = await pool.request({
      path: request.url ?? "/",
      method: "POST",
      headers: {
        "content-type": "application/json",
        authorization: "Bearer upstream",
        ...(typeof request.headers["x-upstream-script"] === "string"
          ? { "x-upstream-script": request.headers["x-upstream-script"] }
          : {}),
      },
      body,
    });
    response.writeHead(reply.statusCode, { "content-type": String(reply.headers["content-type"]) });
    for await (const chunk of reply.body)
      if (!response.write(chunk)) await new Promise((go) => response.once("drain", go));
    response.end();
  });
});
server.on("connection", (socket) => socket.setNoDelay(true));
server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));

const stop = () => process.exit(0);
process.on("SIGTERM", stop);
process.stdin.on("end", stop).resume();
