// A client of the gateway's multiplexed socket (docs/websocket-protocol.md), for browsers and Node.js, without dependencies: this file and the two that it imports.
//
//   const gateway = new GatewaySocket('wss://api.example.com/ws', { metadata: async () => ({ authorization: await token() }) });
//   const user = await gateway.call('users.v1.Users/GetUser', { id: 'ada' }, { timeout: 2000 });
//   for await (const event of gateway.stream('orders.v1.Orders/Watch', { orderId: '1' })) console.log(event);
//   const chat = gateway.duplex('orders.v1.Orders/Chat'); await chat.send({ text: 'hi' }); for await (const line of chat) ...
//
// A connection that breaks is made anew; calls go on where they were, and fail only where the gateway does not know the session any more.

import { Call, unavailable } from './gateway-call.js';
import { Session } from './gateway-session.js';

export { GatewayError } from './gateway-call.js';

const CLOSED = () => unavailable('CLOSED', 'The socket was closed.');

/** A connection to the gateway, opened with the first call and kept. */
export class GatewaySocket {
  #options;
  #session = null;
  #waiting = [];
  #metadata = {};
  #closed = false;
  #notBefore = 0;

  /**
   * @param {string} url such as wss://api.example.com/ws
   * @param {object} [options] metadata: headers of every call, or a function that returns or promises them, asked for each connection;
   * WebSocket: the class, where there is none of that name; attempts: how often to try to connect before waiting calls fail (8);
   * onExpiring(seconds): the authentication ends soon, refresh(); onState(state): connecting, open, leaving, lost or closed.
   */
  constructor(url, options = {}) {
    this.#options = { WebSocket: globalThis.WebSocket, attempts: 8, onExpiring() {}, onState() {}, metadata: {}, ...options, url };
  }

  /** Sends one message, promises the one of the answer. Options: metadata, timeout (milliseconds), signal, onHead(metadata), onEnd(trailers). */
  async call(operation, message, options) {
    const call = this.#begin(operation, message, options);
    for await (const _ of call) { /* An answer of one message comes with its end. */ }
    return call.result;
  }

  /** Sends one message, or those of an async iterable; iterates over those of the answer. Ending the iteration cancels the call. */
  stream(operation, message, options) {
    const many = message?.[Symbol.asyncIterator] ?? (Array.isArray(message) ? message[Symbol.iterator] : undefined);
    if (!many) return this.#begin(operation, message, options);
    const call = this.duplex(operation, options);
    (async () => {
      try {
        for await (const one of message) await call.send(one);
        call.end();
      } catch (error) {
        call.cancel(error);
      }
    })();
    return call;
  }

  /** Sends the messages of an async iterable, promises the one of the answer. */
  async collect(operation, messages, options) {
    const call = this.stream(operation, messages, options);
    for await (const _ of call) { /* As in call. */ }
    return call.result;
  }

  /** A call whose messages are sent by hand: send(message) waits for credit, end() says that no more comes, cancel() gives up; it iterates over the answer. */
  duplex(operation, options) {
    return this.#begin(operation, undefined, options);
  }

  /** Gives the session new headers; resolves when the gateway has taken them. */
  async refresh(metadata) {
    Object.assign(this.#metadata, metadata);
    await this.#session?.refresh(metadata);
  }

  /** Ends everything. */
  close() {
    this.#closed = true;
    this.#session?.end(1000, CLOSED());
    this.#fail(CLOSED());
  }

  #begin(operation, message, options = {}) {
    if (this.#closed) throw CLOSED();
    const call = new Call(operation, message, options);
    call.forget = () => { this.#waiting = this.#waiting.filter((other) => other !== call); };
    if (call.error) return call;
    this.#waiting.push(call);
    this.#open();
    return call;
  }

  #open() {
    if (!this.#session) {
      const session = new Session({ ...this.#options, metadata: async () => ({ ...await read(this.#options.metadata), ...this.#metadata }) });
      this.#session = session;
      session.onOpen = () => this.#start();
      session.onLeaving = (delay) => {
        // Its calls end there; the next one makes another connection, and not at once: others have been told to go too.
        if (this.#session === session) this.#session = null;
        this.#notBefore = Date.now() + delay;
        this.#options.onState('leaving');
      };
      session.onRefused = (call) => {
        this.#waiting.push(call);
        this.#open();
      };
      session.onEnd = (error) => {
        if (this.#session !== session) return;
        this.#session = null;
        this.#options.onState('closed');
        this.#fail(error);
      };
      session.connect(this.#notBefore - Date.now());
    }
    this.#start();
  }

  #start() {
    if (!this.#session?.isOpen) return;
    for (const call of this.#waiting.splice(0)) this.#session.begin(call);
  }

  #fail(error) {
    for (const call of this.#waiting.splice(0)) call.finish(error);
  }
}

const read = async (metadata) => (typeof metadata === 'function' ? metadata() : metadata);
