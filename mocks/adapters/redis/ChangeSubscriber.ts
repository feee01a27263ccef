import type { Redis } from 'ioredis';
import type { Log } from '../../log.js';

/** Hears channels on one connection, each of them once however many listen. */
export class ChangeSubscriber {
  readonly #redis: Redis;
  readonly #log: Log;
  readonly #listeners = new Map<string, Set<() => void>>();
  #lost = false;

  constructor(redis: Redis, log: Log) {
    this.#redis = redis;
    this.#log = log;
    redis.on('message', this.#onMessage);
    redis.on('close', this.#onClose);
    redis.on('ready', this.#onReady);
  }

  subscribe(channel: string, onMessage: () => void): () => void {
    let listeners = this.#listeners.get(channel);
    if (!listeners) {
      listeners = new Set();
      this.#listeners.set(channel, listeners);
      void this.#subscribe([channel]);
    }
    // the same function may listen twice
    const listener = () => onMessage();
    listeners.add(listener);
    return () => this.#remove(channel, listener);
  }

  /** Hears no more; the connection stays open. */
  close(): void {
    this.#unsubscribe([...this.#listeners.keys()]);
    this.#redis.off('message', this.#onMessage);
    this.#redis.off('close', this.#onClose);
    this.#redis.off('ready', this.#onReady);
    this.#listeners.clear();
  }

  #remove(channel: string, listener: () => void): void {
    const listeners = this.#listeners.get(channel);
    if (!listeners?.delete(listener) || listeners.size > 0) return;
    this.#listeners.delete(channel);
    this.#unsubscribe([channel]);
  }

  #unsubscribe(channels: string[]): void {
    // without names it would be all that others hear on the connection
    if (channels.length === 0) return;
    // what is heard all the same is told to nobody
    this.#redis.unsubscribe(...channels).catch(() => undefined);
  }

  readonly #onMessage = (channel: string): void => {
    for (const listener of this.#listeners.get(channel) ?? []) listener();
  };

  readonly #onClose = (): void => {
    this.#lost = true;
  };

  readonly #onReady = async (): Promise<void> => {
    if (!this.#lost) return;
    this.#lost = false;
    const channels = [...this.#listeners.keys()];
    if (channels.length === 0 || !(await this.#subscribe(channels))) return;
    // nobody knows what was told meanwhile
    for (const channel of channels) this.#onMessage(channel);
  };

  /** Says whether it worked; after a lost connection it is tried again by itself. */
  async #subscribe(channels: string[]): Promise<boolean> {
    try {
      await this.#redis.subscribe(...channels);
      return true;
    } catch (error) {
      const { message } = error as Error;
      this.#log('warning', 'The changes of jobs cannot be heard now.', { error: message });
      return false;
    }
  }
}
