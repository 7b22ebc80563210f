// The sessions of gateway-socket.js: frames, credit, and what is sent again when a connection was lost.

import { GatewayError, deferred, unavailable } from './gateway-call.js';

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

/** A session of the gateway: calls, and what was sent and received, over as many connections as it takes. */
export class Session {
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
