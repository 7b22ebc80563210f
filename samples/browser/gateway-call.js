// The calls of gateway-socket.js, as whoever has called sees them.

// How many messages of an answer may be on their way; half of them are granted again at a time.
const WINDOW = 32;

/** How a call failed: `code` is the name of a google.rpc.Code, `reason` a word for programs, `details` what the service adds. */
export class GatewayError extends Error {
  constructor({ code, reason = '', message = code, incident, details = [], trailers = {} }) {
    super(message);
    Object.assign(this, { name: 'GatewayError', code, reason, incident, details, trailers });
  }
}

export const unavailable = (reason, message) => new GatewayError({ code: 'UNAVAILABLE', reason, message });

/** One call, as whoever has called sees it. */
export class Call {
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

export function deferred() {
  const made = {};
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
  return made;
}
