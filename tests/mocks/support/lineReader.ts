import type { StreamMessage } from '../../../src/protocol/index.js';

/** Reads an open stream line by line. */
export function createLineReader(response: Response) {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  async function line(): Promise<string | null> {
    while (!text.includes('\n')) {
      const { done, value } = await reader.read();
      if (done) return null;
      text += value;
    }
    const end = text.indexOf('\n');
    const found = text.slice(0, end);
    text = text.slice(end + 1);
    return found;
  }
  return {
    line,
    async message(): Promise<StreamMessage> {
      return JSON.parse((await line())!) as StreamMessage;
    },
    /** Messages up to the first one of this type. */
    async until(type: string): Promise<StreamMessage[]> {
      const messages: StreamMessage[] = [];
      for (;;) {
        const found = await line();
        if (found === null) throw new Error(`the stream ended without ${type}`);
        if (found === '') continue;
        messages.push(JSON.parse(found) as StreamMessage);
        if (messages.at(-1)!.type === type) return messages;
      }
    },
    cancel: () => reader.cancel(),
  };
}
