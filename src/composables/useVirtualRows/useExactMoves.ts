import { useEventListener } from '@vueuse/core';
import { computed, type ComputedRef, type Ref } from 'vue';
import { offsetAfterKey, wheelDistance } from './scrollInput.js';
import { clampOffset, type ScrollScale } from './scrollScale.js';

export interface UseExactMovesOptions {
  scroller: Readonly<Ref<HTMLElement | null>>;
  scale: ComputedRef<ScrollScale>;
  offset: Readonly<Ref<number>>;
  moveTo(offset: number): void;
}

/** Keys and the wheel, which move the rows by exact amounts however the scrollbar is scaled. */
export function useExactMoves({ scroller, scale, offset, moveTo }: UseExactMovesOptions): void {
  useEventListener(scroller, 'keydown', (event: KeyboardEvent) => {
    // Also while a heading has the focus: its button takes none of these keys.
    if (event.defaultPrevented) return;
    const next = offsetAfterKey(event, scale.value, offset.value);
    if (next === null) return;
    event.preventDefault();
    moveTo(next);
  });

  // Unscaled, the browser's own wheel is exact, and smooth; a listener would only slow it down.
  const wheelTarget = computed(() => (scale.value.scaled ? scroller.value : null));
  useEventListener(
    wheelTarget,
    'wheel',
    (event: WheelEvent) => {
      const next = clampOffset(scale.value, offset.value + wheelDistance(event, scale.value));
      // At an end the wheel belongs to the page around the table.
      if (next === offset.value) return;
      event.preventDefault();
      if (event.deltaX !== 0) scroller.value?.scrollBy({ left: event.deltaX });
      moveTo(next);
    },
    { passive: false },
  );
}
