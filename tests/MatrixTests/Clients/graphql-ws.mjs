// node graphql-ws.mjs URL: graphql-ws as an application uses it; prints what came.
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

const client = createClient({
  url: process.argv[2],
  webSocketImpl: WebSocket,
  retryAttempts: 0,
  keepAlive: 50,
  connectionParams: { 'x-request-id': 'from params' },
});
const ask = async (query) => {
  try {
    const results = [];
    for await (const result of client.iterate({ query })) results.push(result);
    return results;
  } catch (errors) {
    return { errors: errors.map?.((e) => e.extensions.code) ?? String(errors) };
  }
};

const [count, say, unknown] = await Promise.all([
  ask('subscription { count(to: 3) { number } }'),
  ask('{ say(name: "rooms/1") { text } }'),
  ask('{ nothing }'),
]);
console.log('count', JSON.stringify(count));
console.log('say', JSON.stringify(say));
console.log('unknown', JSON.stringify(unknown));

let taken = 0;
for await (const result of client.iterate({ query: 'subscription { count(to: 1000000, waitMs: 5) { number } }' })) if (result.data && ++taken === 3) break;
console.log('taken', taken);
// Some pings of the client's own go by.
await new Promise((done) => setTimeout(done, 200));
console.log('after', JSON.stringify(await ask('{ say(name: "rooms/2") { text } }')));
await client.dispose();
