import type { DecodeReply } from './decodeMessages.js';

/** Hears the worker from now on, and nobody else does; a failure is told once for all that is under way. */
export function listenTo(
  worker: Worker,
  onReply: (reply: DecodeReply) => void,
  onFailure: (reason: string) => void,
): void {
  worker.onmessage = ({ data }: MessageEvent<DecodeReply>) => onReply(data);
  worker.onerror = (event) => {
    // told as the error of the trace, and not a second time by the page
    event.preventDefault();
    onFailure(event.message);
  };
  worker.onmessageerror = () => onFailure('its answer could not be read');
}
