import { useEventListener, useTimeoutFn } from '@vueuse/core';
import {
  shallowRef,
  toValue,
  watch,
  type ComputedRef,
  type MaybeRefOrGetter,
  type Ref,
  type ShallowRef,
} from 'vue';
import { ScrollPlace } from './ScrollPlace.js';
import type { ScrollScale } from './scrollScale.js';
import { useExactMoves } from './useExactMoves.js';
import { useScrollHold } from './useScrollHold.js';

/** A swipe's scroll events come every frame; after this long without one it has ended. */
const IDLE_MS = 150;

export interface UseScaledScrollOptions {
  scroller: Readonly<Ref<HTMLElement | null>>;
  scale: ComputedRef<ScrollScale>;
  /** Keep the end in view while rows are appended, unless the user scrolls away. */
  follow: MaybeRefOrGetter<boolean>;
}

export interface UseScaledScrollReturn {
  /** Distance from the top of row 0 to the top of the viewport, px. */
  offset: ShallowRef<number>;
  /** Moves the rows to an offset, and the scrollbar with them. */
  moveTo(offset: number): void;
}

/**
 * Keeps the offset into the rows and the scroller's `scrollTop` together. `scrollTop` is written
 * only when nothing moves or is held: a write stops a browser's momentum.
 */
export function useScaledScroll(options: UseScaledScrollOptions): UseScaledScrollReturn {
  const { scroller, scale } = options;
  const offset = shallowRef(0);
  const place = new ScrollPlace(offset);
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
    if (!scroller.value) return;
    if (idle.isPending.value || hold.isHeld()) place.acknowledge(scroller.value);
    else place.writeTo(scroller.value, scale.value);
  }

  function readScroll(scaleThen: ScrollScale) {
    if (scroller.value && place.readFrom(scroller.value, scaleThen)) idle.start();
  }

  function moveTo(next: number) {
    hold.release();
    idle.stop();
    place.moveTo(next, scale.value);
    if (scroller.value) place.writeTo(scroller.value, scale.value);
  }

  useEventListener(scroller, 'scroll', () => readScroll(scale.value), { passive: true });
  useExactMoves({ scroller, scale, offset, moveTo });
  followScale({ ...options, place, offset, readScroll, writeAtRest });
  watch(
    () => toValue(options.follow),
    (follow) => follow && moveTo(scale.value.maxOffset),
  );
  return { offset, moveTo };
}

interface FollowScaleOptions extends UseScaledScrollOptions {
  place: ScrollPlace;
  offset: ShallowRef<number>;
  readScroll(scaleThen: ScrollScale): void;
  writeAtRest(): void;
}

/** Keeps the place while rows are appended or the viewport changes. */
function followScale(options: FollowScaleOptions) {
  const { scale, follow, place, offset, readScroll, writeAtRest } = options;
  // Before the spacer changes: what the browser scrolled meanwhile belongs to the old scale.
  watch(scale, (scaleNow, scaleThen) => {
    readScroll(scaleThen);
    const toEnd = toValue(follow) && place.atEnd;
    place.moveTo(toEnd ? scaleNow.maxOffset : offset.value, scaleNow);
    place.moveAnchor();
  });
  // After it: at rest the scrollbar goes to its new place at once.
  watch(scale, writeAtRest, { flush: 'post' });
}
