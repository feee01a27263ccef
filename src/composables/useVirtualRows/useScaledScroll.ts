import { useEventListener, useTimeoutFn } from '@vueuse/core';
import { shallowRef, watch, type ComputedRef, type Ref, type ShallowRef } from 'vue';
import { ScrollPlace } from './ScrollPlace.js';
import type { ScrollScale } from './scrollScale.js';
import { useExactMoves } from './useExactMoves.js';
import { useFollow } from './useFollow.js';
import { useScrollHold } from './useScrollHold.js';

/** A swipe's scroll events come every frame; after this long without one it has ended. */
const IDLE_MS = 150;

export interface UseScaledScrollOptions {
  scroller: Readonly<Ref<HTMLElement | null>>;
  scale: ComputedRef<ScrollScale>;
  /** Keeps the end in view while rows are appended; false while the user is elsewhere. */
  follow: Ref<boolean | undefined>;
}

export interface UseScaledScrollReturn {
  /** Distance from the top of row 0 to the top of the viewport, px. */
  offset: ShallowRef<number>;
  /** Moves the rows to an offset, and the scrollbar with them. */
  moveTo(offset: number): void;
  /** Moves the rows with what the user does: rows came or went above the viewport, so many px. */
  shiftBy(distance: number): void;
}

/**
 * Keeps the offset into the rows and the scroller's `scrollTop` together. `scrollTop` is written
 * only when nothing moves or is held: a write stops a browser's momentum.
 */
export function useScaledScroll(options: UseScaledScrollOptions): UseScaledScrollReturn {
  const { scroller, scale } = options;
  const offset = shallowRef(0);
  const place = new ScrollPlace(offset);
  const follow = useFollow(options.follow, () => !place.atEnd && moveTo(scale.value.maxOffset));
  const idle = useTimeoutFn(writeAtRest, IDLE_MS, { immediate: false });
  const hold = useScrollHold({
    scroller,
    onTake: () => place.dropAnchor(),
    onRelease: () => {
      place.weighAnchor();
      idle.start();
    },
  });

  function writeAtRest() {
    const moves = idle.isPending.value || hold.isHeld();
    if (scroller.value) place.settle(scroller.value, scale.value, moves);
  }

  function readScroll(scaleThen: ScrollScale) {
    if (!scroller.value || !place.readFrom(scroller.value, scaleThen)) return;
    follow.moved(place.atEnd);
    idle.start();
  }

  function moveTo(next: number) {
    hold.release();
    idle.stop();
    place.moveTo(next, scale.value);
    follow.moved(place.atEnd);
    if (scroller.value) place.writeTo(scroller.value, scale.value);
  }

  useEventListener(scroller, 'scroll', () => readScroll(scale.value), { passive: true });
  useExactMoves({ scroller, scale, offset, moveTo });
  // Before the spacer changes: what the browser scrolled meanwhile belongs to the old scale.
  watch(scale, (scaleNow, scaleThen) => {
    // whoever asks where it is makes the browser lay the page out
    if (!place.isAtTop) readScroll(scaleThen);
    place.rescale(scaleNow, follow.isFollowing());
  });
  // After it: at rest the scrollbar goes to its new place at once.
  watch(scale, () => place.isAtTop || writeAtRest(), { flush: 'post' });
  return { offset, moveTo, shiftBy: (distance) => place.shiftBy(distance, scale.value) };
}
