import { useEventListener } from '@vueuse/core';
import type { Ref } from 'vue';

export interface UseScrollHoldOptions {
  scroller: Readonly<Ref<HTMLElement | null>>;
  /** The scrollbar was taken with the pointer. */
  onTake: () => void;
  /** Scrollbar and screen are let go of. */
  onRelease: () => void;
}

export interface UseScrollHoldReturn {
  /** True while the scrollbar or the rows are held: then `scrollTop` is not ours to write. */
  isHeld(): boolean;
  /** Takes the hold for ended, when something else moves the rows. */
  release(): void;
}

/** Knows whether the user holds the scrollbar, or the rows by a finger. */
export function useScrollHold(options: UseScrollHoldOptions): UseScrollHoldReturn {
  const { scroller, onTake, onRelease } = options;
  let dragging = false;
  let touching = false;

  function end() {
    if (!dragging && !touching) return;
    dragging = false;
    touching = false;
    onRelease();
  }

  const passive = { passive: true };
  useEventListener(
    scroller,
    'pointerdown',
    (event: PointerEvent) => {
      // The rows' canvas covers the whole scroller: only a scrollbar is the scroller itself.
      if (event.target !== scroller.value) return;
      dragging = true;
      onTake();
    },
    passive,
  );
  // Not every browser tells of the release over a scrollbar; the next move without a button does.
  useEventListener(['pointerup', 'pointercancel'], () => dragging && end(), passive);
  useEventListener(
    'pointermove',
    (event: PointerEvent) => {
      if (dragging && event.buttons === 0) end();
    },
    passive,
  );
  useEventListener(scroller, 'touchstart', () => (touching = true), passive);
  useEventListener(
    scroller,
    ['touchend', 'touchcancel'],
    (event: TouchEvent) => {
      if (event.touches.length === 0) end();
    },
    passive,
  );

  return { isHeld: () => dragging || touching, release: end };
}
