// node graphql-sse.mjs URL: graphql-sse in distinct connections mode; prints what came.
import { createClient } from 'graphql-sse';

const client = createClient({ url: process.argv[2], retryAttempts: 0 });
const ask = async (query) => {
  const results = [];
  for await (const result of client.iterate({ query })) results.push(result);
  return results;
};

console.log('count', JSON.stringify(await ask('subscription { count(to: 3) { number } }')));
console.log('say', JSON.stringify(await ask('{ say(name: "rooms/1") { text } }')));
console.log('unknown', JSON.stringify((await ask('{ nothing }')).map((r) => r.errors[0].extensions.code)));

let taken = 0;
for await (const result of client.iterate({ query: 'subscription { count(to: 1000000, waitMs: 5) { number } }' })) if (result.data && ++taken === 3) break;
console.log('taken', taken);
client.dispose();
