// node grpc-js.mjs HOST:PORT DESCRIPTORS: grpc-js as an application uses it, in all four shapes; prints what came.
import { readFileSync } from 'node:fs';
import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';

const [address, descriptors] = process.argv.slice(2);
const { Matrix } = grpc.loadPackageDefinition(loader.loadFileDescriptorSetFromBuffer(readFileSync(descriptors), { longs: String })).matrix.v1;
const ended = (stream) => new Promise((done) => stream.on('error', (error) => done(grpc.status[error.code])).on('status', (status) => done(grpc.status[status.code])));
const collect = async (stream) => {
  const texts = [];
  stream.on('data', (reply) => texts.push(reply.text));
  const status = await ended(stream);
  return `${texts.join()} ${status}`;
};

for (const [kind, options] of [['plain', {}], ['gzip', { 'grpc.default_compression_algorithm': 2 }]]) {
  const client = new Matrix(address, grpc.credentials.createInsecure(), options);
  const large = 'é'.repeat(1000);

  const metadata = new grpc.Metadata();
  metadata.set('x-tenant', 'blue');
  await new Promise((done) => {
    const call = client.Say({ name: large, number: '1152921504606846976' }, metadata, { deadline: Date.now() + 20000 }, (error, reply) => {
      console.log(kind, 'say', error?.message ?? (reply.text === 'hello ' + large && reply.number));
    });
    let answer;
    call.on('metadata', (m) => (answer = m.get('x-answer')));
    call.on('status', (status) => done(console.log(kind, 'metadata', answer.join(), status.metadata.get('x-late').join())));
  });

  console.log(kind, 'count', await collect(client.Count({ to: 3 })));
  console.log(kind, 'failed', await collect(client.Count({ to: 3, fail_after: 1 })));

  await new Promise((done) => {
    const sum = client.Sum((error, reply) => done(console.log(kind, 'sum', error?.message ?? reply.text)));
    for (const name of ['a', 'b', 'c']) sum.write({ name });
    sum.end();
  });

  const echo = client.Echo();
  let turns = 0;
  echo.on('data', () => (++turns < 3 ? echo.write({ name: 'turn' }) : echo.end()));
  echo.write({ name: 'turn' });
  console.log(kind, 'echo', await ended(echo), turns);

  await new Promise((done) => client.Say({ fail_code: 5 }, (error) => done(console.log(kind, 'error', grpc.status[error.code], error.details))));
  await new Promise((done) => client.Say({ wait_ms: 20000 }, { deadline: Date.now() + 100 }, (error) => done(console.log(kind, 'late', grpc.status[error.code]))));

  const endless = client.Count({ to: 1000000, wait_ms: 5 });
  endless.once('data', () => endless.cancel());
  console.log(kind, 'cancel', await ended(endless));
  client.close();
}
