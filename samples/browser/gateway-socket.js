// A client of the gateway's multiplexed socket (docs/websocket-protocol.md), for browsers and Node.js, in one file without dependencies.
//
//   const gateway = new GatewaySocket('wss://api.example.com/ws', { metadata: async () => ({ authorization: await token() }) });
//   const user = await gateway.call('users.v1.Users/GetUser', { id: 'ada' }, { timeout: 2000 });
//   for await (const event of gateway.stream('orders.v1.Orders/Watch', { orderId: '1' })) console.log(event);
//   const chat = gateway.duplex('orders.v1.Orders/Chat'); await chat.send({ text: 'hi' }); for await (const line of chat) ...
//
// A connection that breaks is made anew; calls go on where they were, and fail only where the gateway does not know the session any more.

// How many messages of an answer may be on their way; half of them are granted again at a time.
const WINDOW = 32;
// Acknowledge after so many frames, or characters of them: well within what the gateway keeps.
const ACK_FRAMES = 16;
const ACK_LENGTH = 32 * 1024;
// Ask after such a silence whether the gateway is there, and give the connection up after as much again. In milliseconds.
const SILENCE = 25_000;
// Between two attempts to connect: doubled each time, up to the longest, and each at random up to that.
const FIRST_WAIT = 250;
const LONGEST_WAIT = 10_000;
// After these, another connection would fare no better.
const FINAL = new Set([1000, 1002, 1003, 1007, 1009, 4400, 4401, 4403, 4406, 4409]);
const COUNTED = new Set(['head', 'message', 'complete', 'error', 'credit', 'gap', 'refreshed']);

/** How a call failed: `code` is the name of a google.rpc.Code, `reason` a word for programs, `details` what the service adds. */
export class GatewayError extends Error {
  constructor({ code, reason = '', message = code, incident, details = [], trailers = {} }) {
    super(message);
    Object.assign(this, { name: 'GatewayError', code, reason, incident, details, trailers });
  }
}

const unavailable = (reason, message) => new GatewayError({ code: 'UNAVAILABLE', reason, message });
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

/** One call, as whoever has called sees it. */
class Call {
  #queue = [];
  #wake = null;
  #room = null;
  #taken = 0;
  #timer;

  constructor(operation, message, { metadata, timeout, signal, onHead, onEnd } = {}) {
    Object.assign(this, { operation, message, metadata, timeout, signal, onHead, onEnd, credit: 0, isOver: false, isEnded: false, session: null, id: 0, missed: 0, forget() {} });
    this.abort = () => this.cancel(signal.reason);
    if (signal?.aborted) return void this.finish(signal.reason);
    signal?.addEventListener('abort', this.abort, { once: true });
    // The gateway sees to the deadline too; this one holds while there is no connection.
    if (timeout) this.#timer = setTimeout(() => this.cancel(new GatewayError({ code: 'DEADLINE_EXCEEDED', reason: 'DEADLINE_EXCEEDED', message: 'The deadline passed.' })), timeout);
  }

  get openFrame() {
    const { id, operation, message, metadata, timeout } = this;
    return { type: 'open', id, operation, metadata, timeout: timeout ? `${timeout}ms` : undefined, message, credit: WINDOW };
  }

  /** Sends the next message, when the gateway takes it. */
  async send(message) {
    while (!this.isOver && !this.isEnded && this.credit === 0) await (this.#room ??= deferred()).promise;
    if (this.isOver) throw this.error ?? new GatewayError({ code: 'CANCELLED', reason: 'CALL_OVER', message: 'The call is over.' });
    if (this.isEnded) throw new Error('A message after the end.');
    this.credit--;
    this.session.send({ type: 'message', id: this.id, message });
  }

  /** No more messages come. */
  async end() {
    if (this.isEnded || this.isOver) return;
    while (!this.isOver && !this.session) await (this.#room ??= deferred()).promise;
    if (this.isEnded || this.isOver) return;
    this.isEnded = true;
    this.session.send({ type: 'end', id: this.id });
  }

  /** Wants no more of the call. */
  cancel(error) {
    if (this.isOver) return;
    this.session?.cancel(this);
    this.finish(error ?? new GatewayError({ code: 'CANCELLED', reason: 'CANCELLED', message: 'The call was cancelled.' }));
  }

  granted(messages) {
    this.credit += messages;
    this.#room?.resolve();
    this.#room = null;
  }

  take(message) {
    this.#queue.push(message);
    this.#wake?.resolve();
  }

  finish(error, result, trailers) {
    if (this.isOver) return;
    Object.assign(this, { isOver: true, error, result });
    clearTimeout(this.#timer);
    this.signal?.removeEventListener('abort', this.abort);
    this.forget();
    if (!error) this.onEnd?.(trailers ?? {});
    this.#wake?.resolve();
    this.granted(0);
  }

  async* [Symbol.asyncIterator]() {
    try {
      while (true) {
        while (this.#queue.length > 0) {
          const message = this.#queue.shift();
          // What was taken may come again; in lots, as a frame for each would double the traffic.
          if (++this.#taken >= WINDOW / 2 && !this.isOver) {
            this.session.send({ type: 'credit', id: this.id, messages: this.#taken });
            this.#taken = 0;
          }
          yield message;
        }
        if (this.error) throw this.error;
        if (this.isOver) return;
        await (this.#wake = deferred()).promise;
      }
    } finally {
      this.cancel();
    }
  }
}

/** A session of the gateway: calls, and what was sent and received, over as many connections as it takes. */
class Session {
  #options;
  #socket = null;
  #token;
  #window = 0;
  #lostAt = 0;
  #attempts = 0;
  #lastId = 0;
  #calls = new Map();
  #refreshes = [];
  // Counted frames that the gateway may not have, as texts; how many it has; how many came, and how many of those it was told of.
  #kept = [];
  #acknowledged = 0;
  #received = 0;
  #told = 0;
  #untold = 0;
  #credit = 0;
  #heard = 0;
  #watch;
  #isOver = false;
  isOpen = false;
  isLeaving = false;
  onOpen() {}
  onLeaving() {}
  onRefused() {}
  onEnd() {}

  constructor(options) {
    this.#options = options;
  }

  connect(wait) {
    if (this.#isOver) return;
    if (wait > 0) return void setTimeout(() => this.connect(0), wait);
    this.#options.onState('connecting');
    const { WebSocket, url } = this.#options;
    const socket = this.#socket = new WebSocket(url, 'gateway.v1.json');
    const current = () => this.#socket === socket;
    socket.onopen = async () => {
      try {
        const metadata = await this.#options.metadata();
        if (current()) socket.send(JSON.stringify({ type: 'hello', resumable: true, metadata, session: this.#token, received: this.#token ? this.#received : undefined }));
      } catch (error) {
        if (current()) this.end(1000, error);
      }
    };
    socket.onmessage = ({ data }) => { if (current()) this.#hear(JSON.parse(data), data.length); };
    socket.onerror = () => {};
    socket.onclose = ({ code, reason }) => { if (current()) this.#lose(code, reason); };
  }

  begin(call) {
    Object.assign(call, { session: this, id: ++this.#lastId });
    this.#calls.set(call.id, call);
    // The first message counts too.
    call.credit = this.#credit - (call.message === undefined ? 0 : 1);
    this.send(call.openFrame);
    call.granted(0);
  }

  cancel(call) {
    if (this.#calls.delete(call.id)) this.send({ type: 'cancel', id: call.id });
  }

  refresh(metadata) {
    const done = deferred();
    this.#refreshes.push(done);
    this.send({ type: 'refresh', metadata });
    return done.promise;
  }

  /** Sends a counted frame, now or with the next connection. */
  send(frame) {
    const text = JSON.stringify(frame);
    this.#kept.push(text);
    if (this.isOpen) this.#socket.send(text);
  }

  end(code, error) {
    this.#isOver = true;
    const socket = this.#socket;
    this.#socket = null;
    this.isOpen = false;
    clearInterval(this.#watch);
    socket?.close(code);
    this.#drop(error);
    this.onEnd(error);
  }

  #hear(frame, length) {
    this.#heard = Date.now();
    const call = this.#calls.get(frame.id);
    switch (frame.type) {
      case 'welcome': return this.#welcome(frame);
      case 'ack': return this.#forget(frame.received);
      case 'goAway':
        this.isLeaving = true;
        return this.onLeaving(frame.reconnectAfterMs);
      case 'expiring': return this.#options.onExpiring(frame.seconds);
      case 'refreshed': this.#refreshes.shift()?.resolve(); break;
      case 'head': call?.onHead?.(frame.metadata); break;
      case 'message': call?.take(frame.message); break;
      case 'credit': call?.granted(frame.messages); break;
      case 'gap': if (call) call.missed += frame.missed; break;
      case 'complete':
        this.#calls.delete(frame.id);
        call?.finish(null, frame.message, frame.trailers);
        break;
      case 'error':
        this.#calls.delete(frame.id);
        // No service has seen it; what was sent after its first message is gone, though.
        if (call && frame.reason === 'GOING_AWAY' && call.message !== undefined) this.onRefused(call);
        else call?.finish(new GatewayError(frame));
        break;
    }
    if (!COUNTED.has(frame.type)) return;
    this.#received++;
    this.#untold += length;
    if (!this.#token || (this.#received - this.#told < ACK_FRAMES && this.#untold < ACK_LENGTH)) return;
    this.#told = this.#received;
    this.#untold = 0;
    this.#socket?.send(JSON.stringify({ type: 'ack', received: this.#received }));
  }

  #welcome(frame) {
    if (this.#token && !frame.resumed) {
      // What was under way cannot be known any more.
      this.#drop(unavailable('SESSION_LOST', 'The connection was lost, and the gateway does not know the session any more.'));
      this.#acknowledged = this.#received = this.#told = this.#lastId = 0;
      this.#kept = [];
    }
    this.#token = frame.session;
    this.#window = frame.resumeWindowMs;
    this.#credit = frame.credit;
    this.#attempts = 0;
    this.#lostAt = 0;
    this.#forget(frame.received);
    for (const text of this.#kept) this.#socket.send(text);
    this.isOpen = true;
    this.#watch = setInterval(() => this.#look(), SILENCE);
    this.#watch.unref?.();
    this.#options.onState('open');
    this.onOpen();
  }

  #forget(received) {
    this.#kept.splice(0, received - this.#acknowledged);
    this.#acknowledged = Math.max(received, this.#acknowledged);
    // Where nothing is acknowledged, nothing is ever sent again.
    if (!this.#token) this.#kept = [];
  }

  #look() {
    const silent = Date.now() - this.#heard;
    if (silent >= 2 * SILENCE) {
      const socket = this.#socket;
      this.#lose(1006, 'silent');
      // Not with 1000, which would end the session.
      socket.close(4000, 'silent');
    } else if (silent >= SILENCE) {
      this.#socket.send('{"type":"ping"}');
    }
  }

  #lose(code, reason) {
    const error = unavailable('CONNECTION_LOST', `The connection was closed: ${code} ${reason}`);
    this.#socket = null;
    this.isOpen = false;
    clearInterval(this.#watch);
    this.#lostAt ||= Date.now();
    const isOver = FINAL.has(code) || this.isLeaving || ++this.#attempts > this.#options.attempts;
    if (!this.#token || isOver || Date.now() - this.#lostAt > this.#window) this.#drop(error);
    if (isOver) return this.onEnd(error);
    this.#options.onState('lost');
    this.connect(Math.random() * Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.#attempts));
  }

  #drop(error) {
    if (this.#calls.size === 0 && this.#refreshes.length === 0) return;
    const [calls, refreshes] = [[...this.#calls.values()], this.#refreshes.splice(0)];
    this.#calls.clear();
    for (const call of calls) call.finish(error);
    for (const one of refreshes) one.reject(error);
  }
}

const read = async (metadata) => (typeof metadata === 'function' ? metadata() : metadata);

function deferred() {
  const made = {};
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
  return made;
}
