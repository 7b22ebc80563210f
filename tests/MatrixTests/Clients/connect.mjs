// node connect.mjs URL DESCRIPTORS: connect-node as an application uses it, by each of its protocols; prints what came.
import { readFileSync } from 'node:fs';
import { createFileRegistry, fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { Code, ConnectError, createClient } from '@connectrpc/connect';
import { compressionGzip, createConnectTransport, createGrpcTransport, createGrpcWebTransport } from '@connectrpc/connect-node';

const [baseUrl, descriptors] = process.argv.slice(2);
const service = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(descriptors))).getService('matrix.v1.Matrix');
const gzip = { sendCompression: compressionGzip, acceptCompression: [compressionGzip] };
const transports = {
  'connect': createConnectTransport({ baseUrl, httpVersion: '2' }),
  'connect json': createConnectTransport({ baseUrl, httpVersion: '2', useBinaryFormat: false }),
  'connect get': createConnectTransport({ baseUrl, httpVersion: '2', useHttpGet: true }),
  'connect get json': createConnectTransport({ baseUrl, httpVersion: '1.1', useHttpGet: true, useBinaryFormat: false, ...gzip }),
  'connect gzip': createConnectTransport({ baseUrl, httpVersion: '2', ...gzip }),
  'grpc': createGrpcTransport({ baseUrl }),
  'grpc json': createGrpcTransport({ baseUrl, useBinaryFormat: false }),
  'grpc gzip': createGrpcTransport({ baseUrl, ...gzip }),
  'grpc-web': createGrpcWebTransport({ baseUrl, httpVersion: '1.1' }),
  'grpc-web gzip': createGrpcWebTransport({ baseUrl, httpVersion: '2', ...gzip }),
};

async function* names(...all) {
  for (const name of all) yield { name };
}

// Large enough to be compressed where that is wished, and small enough for a URL.
const large = 'é'.repeat(1000);

for (const [kind, transport] of Object.entries(transports)) {
  const client = createClient(service, transport);
  const out = [];
  let header, trailer;
  const said = await client.say({ name: large, number: 1n << 60n }, { timeoutMs: 20000, onHeader: (h) => (header = h), onTrailer: (t) => (trailer = t) });
  out.push(said.text === 'hello ' + large && said.number === 1n << 60n, header.get('x-answer'), trailer.get('x-late'));

  const counted = [];
  for await (const reply of client.count({ to: 3 }, { onTrailer: (t) => (trailer = t) })) counted.push(reply.text);
  out.push(counted.join(), trailer.get('x-counted'));

  // HTTP/1.1 has no streams of both sides, so connect-node refuses them itself.
  if (!/grpc-web$|get json/.test(kind)) {
    out.push((await client.sum(names('a', large, 'c'))).text === `a,${large},c`);
    const echoed = [];
    for await (const reply of client.echo(names('a', 'b'))) echoed.push(reply.text);
    out.push(echoed.join());
  }

  try {
    await client.say({ failCode: 5 });
  } catch (error) {
    const refused = ConnectError.from(error);
    out.push(Code[refused.code], refused.rawMessage, refused.details.map((d) => d.type).join());
  }

  try {
    for await (const reply of client.count({ to: 3, failAfter: 1 })) out.push(reply.text);
  } catch (error) {
    out.push(Code[ConnectError.from(error).code]);
  }

  try {
    await client.say({ waitMs: 20000 }, { timeoutMs: 100 });
  } catch (error) {
    out.push(Code[ConnectError.from(error).code]);
  }

  console.log(`${kind}: ${out.join(' ')}`);
}

process.exit(0);
