import type { HeldBytes } from '../http/HeldBytes.js';
import type { CompressedChunk } from './chunkCodec.js';
import { inRoom, isRoomTaken } from './inflatedRoom.js';

export type OpenChunk = Uint8Array | CompressedChunk;

/** What tells a chunk from every other one. */
interface ChunkSeal {
  crc: number;
  /** Bytes of the JSON. */
  length: number;
}

export interface HeldChunkOptions {
  /** Reads the chunk from its store once more. */
  readAgain: () => Promise<OpenChunk>;
  /** @default the chunk is never let go of */
  crc32?: Crc32;
}

type Crc32 = (bytes: Uint8Array) => number;

/** Bytes of a chunk that are no longer those of which a part was sent. */
export class ChunkChangedError extends Error {
  override readonly name = 'ChunkChangedError';

  constructor() {
    super('A chunk has changed while it was sent to a slow reader.');
  }
}

/**
 * A stored chunk on its way to a reader. Of a slow reader's chunks nothing is held: they stay in the
 * store, and are read from it again when he goes on.
 */
export class HeldChunk {
  /** The chunk that was read ahead of its turn. */
  ahead: HeldChunk | undefined;
  #open: OpenChunk | null;
  #seal: ChunkSeal | undefined;
  readonly #isPlain: boolean;
  readonly #options: HeldChunkOptions;

  constructor(
    open: OpenChunk,
    readonly rowCount: number,
    options: HeldChunkOptions,
  ) {
    this.#open = open;
    this.#options = options;
    this.#isPlain = open instanceof Uint8Array;
    // its turn comes once others have gone
    if (this.#isPlain && isRoomTaken()) this.letGo();
  }

  /** The chunk; rejects with ChunkChangedError where another one is stored by now. */
  async read(): Promise<OpenChunk> {
    if (this.#open) return this.#open;
    const open = await this.#options.readAgain();
    const { crc, length } = sealOf(open, this.#options.crc32!);
    if (crc !== this.#seal!.crc || length !== this.#seal!.length) throw new ChunkChangedError();
    return open;
  }

  /** The check sum and the length of its JSON. */
  async seal(crc32: Crc32): Promise<ChunkSeal> {
    return (this.#seal ??= sealOf(await this.read(), crc32));
  }

  /** What `make` makes of the chunk as it is stored, held no longer than the chunk itself. */
  held(make: (open: OpenChunk) => Uint8Array): HeldBytes {
    const held = this.#held(make);
    return this.#isPlain ? inRoom(held) : held;
  }

  /** What `cut` takes of its JSON, held no longer than the chunk itself, and where there is room. */
  json(cut: (json: Uint8Array) => Uint8Array = (json) => json): HeldBytes {
    return inRoom(this.#held((open) => cut(jsonOf(open))));
  }

  /** Lets go of the chunk, and of the one that was read ahead, until it is read again. */
  letGo(): void {
    const { crc32 } = this.#options;
    if (!crc32) return;
    if (this.#open) {
      this.#seal ??= sealOf(this.#open, crc32);
      this.#open = null;
    }
    this.ahead?.letGo();
  }

  #held(make: (open: OpenChunk) => Uint8Array): HeldBytes {
    let made: Uint8Array | null = null;
    return {
      read: async () => (made ??= make(await this.read())),
      peek: () => made,
      letGo: () => {
        if (this.#options.crc32) made = null;
        this.letGo();
      },
      end: () => {
        made = null;
        this.#open = null;
      },
    };
  }
}

function sealOf(open: OpenChunk, crc32: Crc32): ChunkSeal {
  if (open instanceof Uint8Array) return { crc: crc32(open), length: open.length };
  // the chunk itself would be held
  return { crc: open.crc, length: open.length };
}

/** The JSON array of a chunk. */
function jsonOf(open: OpenChunk): Uint8Array {
  return open instanceof Uint8Array ? open : open.inflate();
}
