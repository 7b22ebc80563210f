// node gateway-socket.mjs URL [leaving]: the sample client as an application uses it; prints what came.
import WebSocket from 'ws';
import { GatewaySocket } from './gateway-socket.js';

const sockets = [];
class Recorded extends WebSocket {
  constructor(...args) {
    super(...args);
    sockets.push(this);
  }
}
const states = [];
const gateway = new GatewaySocket(process.argv[2], { WebSocket: Recorded, metadata: async () => ({ 'x-tenant': 'blue' }), onState: (state) => states.push(state) });
const failing = async (promise) => {
  try {
    return await promise;
  } catch (error) {
    return `${error.name} ${error.code} ${error.reason}`;
  }
};
const all = async (messages, most = Infinity) => {
  const texts = [];
  for await (const message of messages) if (texts.push(message.text) >= most) break;
  return texts;
};

if (process.argv[3] === 'leaving') {
  // Told to go while a stream runs: that one ends on the old socket, what is new comes by another.
  let count = 0;
  const stream = (async () => { for await (const _ of gateway.stream('matrix.v1.Matrix/Count', { to: 200, waitMs: 20 })) count++; return count; })();
  while (!states.includes('leaving')) await new Promise((done) => setTimeout(done, 20));
  console.log('new', (await gateway.call('matrix.v1.Matrix/Say', { name: 'after' })).text);
  console.log('old', await stream, sockets.length);
  gateway.close();
} else {
  let head, trailers;
  console.log('say', (await gateway.call('matrix.v1.Matrix/Say', { name: 'a' }, { onHead: (m) => { head = m; }, onEnd: (t) => { trailers = t; } })).text, JSON.stringify(head), JSON.stringify(trailers));
  const counted = await all(gateway.stream('matrix.v1.Matrix/Count', { to: 500 }));
  console.log('count', counted.length, counted[499]);
  async function* numbers(to) { for (let number = 1; number <= to; number++) yield { number }; }
  console.log('sum', (await gateway.collect('matrix.v1.Matrix/Sum', numbers(300))).number);
  const chat = gateway.duplex('matrix.v1.Matrix/Echo');
  const lines = chat[Symbol.asyncIterator]();
  for (const name of ['x', 'y']) {
    await chat.send({ name });
    console.log('echo', (await lines.next()).value.text);
  }
  await chat.end();
  console.log('echo', (await lines.next()).done);
  console.log('error', await failing(gateway.call('matrix.v1.Matrix/Say', { failCode: 9 })));
  console.log('deadline', await failing(gateway.call('matrix.v1.Matrix/Say', { waitMs: 20000 }, { timeout: 300 })));
  const abort = new AbortController();
  setTimeout(() => abort.abort(), 100);
  console.log('abort', await failing(gateway.call('matrix.v1.Matrix/Say', { waitMs: 20000 }, { signal: abort.signal })));
  console.log('taken', (await all(gateway.stream('matrix.v1.Matrix/Count', { to: 1000000, waitMs: 1 }), 50)).length);

  // The connection breaks twice under a stream each way; nothing is missing and nothing comes twice.
  async function* slowly(to) { for (let number = 1; number <= to; number++) { yield { name: 'm' + number, number }; await new Promise((done) => setTimeout(done, 5)); } }
  const [down, up] = [all(gateway.stream('matrix.v1.Matrix/Count', { to: 400, waitMs: 5 })), gateway.collect('matrix.v1.Matrix/Sum', slowly(400))];
  for (let cut = 0; cut < 2; cut++) {
    await new Promise((done) => setTimeout(done, 300));
    // The one that was cut before may still be made anew.
    while (states.at(-1) !== 'open') await new Promise((done) => setTimeout(done, 10));
    sockets.at(-1).terminate();
  }
  const [texts, sum] = [await down, await up];
  console.log('resumed', texts.every((text, i) => text === 'n' + (i + 1)), texts.length, sum.number, sum.text.split(',').every((name, i) => name === 'm' + (i + 1)), sockets.length);
  gateway.close();
  console.log('closed', await failing(gateway.call('matrix.v1.Matrix/Say', {})));
}
