/** Bytes that can be had again: a slow reader's are let go of while they wait for him. */
export interface HeldBytes {
  /** The bytes, made again where they were let go of; each time the same ones. */
  read(): Promise<Uint8Array>;
  /** The bytes, without a wait; null where they must be read. */
  peek(): Uint8Array | null;
  letGo(): void;
  /** They are not wanted any more. */
  end(): void;
}

/** A body made piece by piece, of text (sent as UTF-8), bytes, and bytes that can be let go of. */
export type HeldPieces = AsyncGenerator<Uint8Array | string | HeldBytes, void, void>;
