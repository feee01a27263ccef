import type { HeldBytes } from '../http/bodyParts.js';
import type { CompressedChunk } from './chunkCodec.js';
import { takeInflatedRoom } from './inflatedRoom.js';

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
  readonly #options: HeldChunkOptions;

  constructor(
    open: OpenChunk,
    readonly rowCount: number,
    options: HeldChunkOptions,
  ) {
    this.#open = open;
    this.#options = options;
  }

  /** The chunk; rejects with ChunkChangedError where another one is stored by now. */
  async read(): Promise<OpenChunk> {
    if (this.#open) return this.#open;
    const open = await this.#options.readAgain();
    const { crc, length } = sealOf(open, this.#options.crc32!);
    if (crc !== this.#seal!.crc || length !== this.#seal!.length) throw new ChunkChangedError();
    return (this.#open = open);
  }

  /** The check sum and the length of its JSON. */
  async seal(crc32: Crc32): Promise<ChunkSeal> {
    return (this.#seal ??= sealOf(await this.read(), crc32));
  }

  /** What `make` makes of the chunk, and has `made` of it, held no longer than the chunk itself. */
  held(make: (open: OpenChunk) => Uint8Array, made: Uint8Array | null = null): HeldBytes {
    return {
      read: async () => (made ??= make(await this.read())),
      letGo: () => {
        const { crc32 } = this.#options;
        if (!crc32) return;
        made = null;
        this.#letGo(crc32);
      },
      end: () => {
        made = null;
        this.#open = null;
      },
    };
  }

  /** Its JSON: of compressed chunks no more are held inflated than there is room for. */
  inflated(): HeldBytes {
    const json = this.held(jsonOf);
    let giveBack: (() => void) | undefined;
    const leaveRoom = () => {
      giveBack?.();
      giveBack = undefined;
    };
    return {
      read: async () => {
        giveBack ??= await takeInflatedRoom();
        return json.read();
      },
      letGo: () => {
        json.letGo();
        leaveRoom();
      },
      end: () => {
        json.end();
        leaveRoom();
      },
    };
  }

  #letGo(crc32: Crc32): void {
    if (this.#open) {
      this.#seal ??= sealOf(this.#open, crc32);
      this.#open = null;
    }
    if (this.ahead) this.ahead.#letGo(crc32);
  }
}

function sealOf(open: OpenChunk, crc32: Crc32): ChunkSeal {
  if (open instanceof Uint8Array) return { crc: crc32(open), length: open.length };
  // the chunk itself would be held
  return { crc: open.crc, length: open.length };
}

/** The JSON array of a chunk. */
export function jsonOf(open: OpenChunk): Uint8Array {
  return open instanceof Uint8Array ? open : open.inflate();
}
