// node idle.mjs PID [URL] [COUNT] [SECONDS]: opens idle multiplexed sockets and prints what each costs the gateway of that process id: memory, and CPU while nothing
// happens but its pings. Linux; one source address has ports for some 28,000 sockets, and `ulimit -n` must allow as many in both processes.
import { readFileSync } from 'node:fs';
import net from 'node:net';

const [pid, url = 'ws://127.0.0.1:8080/ws', count = '10000', seconds = '30'] = process.argv.slice(2);
const { hostname, port, pathname } = new URL(url);
const BATCH = 200;
const PAGE_HZ = 100;
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const rss = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) * 1024;
// User and system time, in seconds; the name before them may hold spaces.
const cpu = () => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ').slice(11, 13).reduce((sum, ticks) => sum + Number(ticks), 0) / PAGE_HZ;

// A client's frame: masked, with a mask of zeros.
const frame = (opcode, text) => Buffer.concat([Buffer.from([0x80 | opcode, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)]);
const HELLO = frame(1, '{"type":"hello"}');
const HEAD = `GET ${pathname} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n`
  + 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: gateway.v1.json\r\n\r\n';

let pings = 0, closed = 0;
const open = () => new Promise((resolve, reject) => {
  const socket = net.connect({ host: hostname, port: Number(port), noDelay: true });
  let state = 'head';
  socket.on('connect', () => socket.write(HEAD));
  socket.on('data', (data) => {
    if (state === 'head') {
      if (!data.toString('latin1').startsWith('HTTP/1.1 101')) return reject(new Error(data.toString('latin1')));
      state = 'hello';
      return socket.write(HELLO);
    }
    if (state === 'hello') {
      state = 'idle';
      return resolve(socket);
    }
    if ((data[0] & 0x0F) === 9) {
      pings++;
      socket.write(frame(10, data.subarray(2, 2 + (data[1] & 0x7F)).toString('latin1')));
    }
  });
  socket.on('error', reject);
  socket.on('close', () => { closed++; });
});

// The code for sockets is compiled, and its pools are filled, before anything is counted.
const warm = await Promise.all(Array.from({ length: BATCH }, open));
for (const socket of warm) socket.destroy();
await pause(2000);
closed = 0;
const before = rss();
const sockets = [];
for (let i = 0; i < Number(count); i += BATCH) sockets.push(...await Promise.all(Array.from({ length: Math.min(BATCH, Number(count) - i) }, open)));
await pause(5000);
const [opened, begun] = [rss(), cpu()];
await pause(Number(seconds) * 1000);
const used = cpu() - begun;
const after = rss();
console.log(`${sockets.length} sockets, ${closed} closed, ${pings} pings in ${seconds} s`);
console.log(`memory: ${((opened - before) / sockets.length / 1000).toFixed(1)} KB each once opened, ${((after - before) / sockets.length / 1000).toFixed(1)} KB each at the end; ${(before / 1e6).toFixed(0)} MB before, ${(after / 1e6).toFixed(0)} MB at the end`);
console.log(`CPU: ${(used * 1e6 / sockets.length / Number(seconds)).toFixed(2)} us for each socket and second`);
for (const socket of sockets) socket.destroy();
