// node bridge.mjs PORT BACKEND PROTO: what the gateway's fan-out is held against, a bridge as one writes it by hand. One gRPC stream of the backend, each of its
// messages turned to JSON once, and the same bytes for every WebSocket. Whoever comes is given the last message first, as the gateway does with retainLast.
import grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { WebSocketServer } from 'ws';

const [port, backend, proto] = process.argv.slice(2);
const { load } = grpc.loadPackageDefinition(loadSync(proto, { longs: String, enums: String, defaults: false }));
const ticker = new load.v1.Ticker(backend, grpc.credentials.createInsecure());
// Text that is sent as a buffer needs no encoding for each client; compression would be for each of them too.
const AS_TEXT = { binary: false, compress: false };

const subscribers = new Set();
let last;
let stream;
const server = new WebSocketServer({ host: '127.0.0.1', port: Number(port), perMessageDeflate: false, skipUTF8Validation: true, clientTracking: false, backlog: 4096 });
server.on('connection', (socket) => {
  socket.on('error', () => socket.terminate());
  socket.on('close', () => subscribers.delete(socket));
  // The first message asks; what it asks for is always the same here.
  socket.once('message', (request) => {
    subscribers.add(socket);
    if (last) socket.send(last, AS_TEXT);
    stream ??= watch(JSON.parse(request));
  });
});

function watch(request) {
  const call = ticker.Watch(request);
  call.on('data', (tick) => {
    last = Buffer.from(JSON.stringify(tick));
    for (const socket of subscribers) socket.send(last, AS_TEXT);
  });
  call.on('error', (error) => {
    console.error(error.message);
    process.exit(1);
  });
  return call;
}
